"""The page in a real browser: seen, acknowledged, nothing leaves the host, readable by anyone."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from skypact.config.settings import ConsoleSettings
from skypact.core.messages import (
    AcknowledgeWarning,
    ClassifyThreat,
    Context,
    ReleaseAllClear,
    ReportShown,
    ThreatKind,
    WarningState,
)
from tests.e2e.seat import Seat, serious
from tests.unit.console.scene import Scene, queue, warning

pytestmark = pytest.mark.e2e
MORE_FLAGS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
REGION = Path(__file__).parents[2] / "src/skypact/data/demo_region.geojson"
BLUE_PIXELS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const paper = new OffscreenCanvas(image.width, image.height).getContext("2d");
  paper.drawImage(image, 0, 0);
  const { data } = paper.getImageData(0, 0, image.width, image.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 2] - data[i] > 50 && data[i + 2] > 90) count++;
  return count;
}"""


@pytest.fixture
def scene() -> Iterator[Scene]:
    settings = ConsoleSettings(roster=("Ilse Maren", "Ravi Dorn"), overlay=str(REGION))
    with Scene(settings) as scene:
        yield scene


def test_a_warning_is_seen_and_acknowledged_by_name(browser: Browser, scene: Scene) -> None:
    scene.inputs()
    scene.picture()
    seat = Seat(browser, scene)
    seat.watch("Ilse Maren")
    scene.warn(warning(1))
    row = seat.row("borvia-w1")
    expect(row).to_contain_text("Ballistic missile")
    expect(row).to_contain_text("Aurensis")
    expect(seat.page.get_by_label("Warnings").get_by_role("alert")).to_contain_text(
        "Ballistic missile"
    )
    row.locator("button").first.click()
    seat.page.get_by_role("button", name="Drill or attack").click()
    seat.page.get_by_label("by", exact=True).fill("their notice to airmen")
    seat.page.get_by_role("button", name="Record", exact=True).click()
    expect(seat.page.get_by_role("button", name="Drill or attack")).to_be_enabled()
    (held,) = scene.commands(ClassifyThreat)
    assert (held.warning_id, held.held, held.person) == (
        "borvia-w1", ThreatKind.DRILL, "Ilse Maren",
    )  # fmt: skip
    row.get_by_role("button", name="Acknowledge", exact=True).dblclick()
    expect(row).to_have_attribute("data-state", "acknowledged")
    expect(row).to_contain_text("Ilse Maren acknowledged")
    (command,) = scene.commands(AcknowledgeWarning)
    assert (command.person, command.warning_id) == ("Ilse Maren", "borvia-w1")
    (report,) = scene.commands(ReportShown)
    assert report.observed_ns <= command.observed_ns
    assert seat.faults == []
    seat.page.close()


def test_the_name_is_asked_before_an_acknowledgement_is_given(
    browser: Browser, scene: Scene
) -> None:
    scene.warn(warning(1))
    seat = Seat(browser, scene, "warnings")
    seat.page.keyboard.press("a")  # selects only
    seat.page.keyboard.press("a")
    expect(seat.page.get_by_role("status")).to_contain_text("Say who is on watch")
    assert scene.commands(AcknowledgeWarning) == []
    seat.page.get_by_role("button", name="Ravi Dorn").click()
    expect(seat.row("borvia-w1")).to_have_attribute("data-state", "acknowledged")
    assert [c.person for c in scene.commands(AcknowledgeWarning)] == ["Ravi Dorn"]
    assert not any("vendor-map" in url for url in seat.requests)
    assert seat.faults == []
    seat.page.close()


def test_a_refusal_is_shown_and_can_be_tried_again(browser: Browser, scene: Scene) -> None:
    scene.warn(warning(1))
    scene.refuse_with = "The journal is full."
    seat = Seat(browser, scene, "warnings")
    seat.watch("Ilse Maren")
    button = seat.row("borvia-w1").get_by_role("button", name="Acknowledge", exact=True)
    button.click()
    expect(seat.page.get_by_role("status")).to_contain_text("The journal is full.")
    expect(button).to_be_enabled()
    scene.refuse_with = ""
    button.click()
    expect(seat.row("borvia-w1")).to_have_attribute("data-state", "acknowledged")
    seat.page.close()


def test_an_all_clear_takes_two_presses(browser: Browser, scene: Scene) -> None:
    proposed = {"state": WarningState.CLEAR_PROPOSED, "acknowledged_by": "Ravi Dorn"}
    scene.warn(warning(1, origin="auria", **proposed))
    seat = Seat(browser, scene, "warnings")
    seat.watch("Ilse Maren")
    row = seat.row("borvia-w1")
    row.get_by_role("button", name="Release all-clear").click()
    assert scene.commands(ReleaseAllClear) == []
    row.get_by_role("button", name="Press again").click()
    expect(row).to_have_attribute("data-state", "cleared")
    assert len(scene.commands(ReleaseAllClear)) == 1
    assert seat.faults == []
    seat.page.close()


def test_a_flood_of_warnings_stays_usable(browser: Browser, scene: Scene) -> None:
    seat = Seat(browser, scene, "warnings")
    for number in range(1200):
        scene.warn(warning(number))
    expect(seat.page.get_by_text("1200 to acknowledge")).to_be_visible(timeout=20_000)
    assert seat.page.get_by_role("listitem").count() < 30
    scroller = seat.page.get_by_role("region", name="Warning queue")
    scroller.evaluate("node => node.scrollTop = node.scrollHeight")
    expect(seat.page.locator('[role=listitem][aria-posinset="1200"]')).to_be_visible()
    reports = [report.warning_id for report in scene.commands(ReportShown)]
    assert len(reports) == len(set(reports)) > 0
    assert seat.faults == []
    seat.page.close()


@pytest.mark.parametrize("panel", ["", "warnings"])
def test_the_page_has_no_serious_accessibility_finding(
    browser: Browser, scene: Scene, panel: str
) -> None:
    for held in queue():
        scene.warn(held)
    scene.inputs()
    scene.picture(flights=30)
    seat = Seat(browser, scene, panel)
    seat.row("borvia-w1").locator("button").first.click()
    if panel:
        seat.page.get_by_role("tab", name="Tracks").click()
    assert serious(seat.page) == []
    assert seat.faults == []
    seat.page.close()


def test_an_empty_picture_never_says_clear(browser: Browser, scene: Scene) -> None:
    scene.inputs(alive=False)
    scene.picture(flights=0, raid=False)
    seat = Seat(browser, scene)
    body = seat.page.locator("body")
    expect(body).to_contain_text("No live sensor or partner covers this.")
    expect(body).to_contain_text("An empty queue is not an all-clear.")
    scene.inputs()
    expect(body).to_contain_text("The live sensors see none")
    seat.page.close()


def test_the_map_shows_where_own_sensors_see_and_which_do_not_look(
    browser: Browser, scene: Scene
) -> None:
    scene.inputs()
    scene.picture()
    seat = Seat(browser, scene, "map")
    group = seat.page.get_by_role("group", name="What own sensors cover")
    expect(group.get_by_role("button", name="off")).to_have_attribute("aria-pressed", "true")
    assert not any("coverage.geojson" in url for url in seat.requests)

    def blue() -> int:
        """Count pixels of the line around what is seen."""
        shot = base64.b64encode(seat.page.locator("canvas").screenshot()).decode()
        return seat.page.evaluate(BLUE_PIXELS, shot)

    def soon(wanted: Callable[[int], bool]) -> None:
        for _ in range(50):
            scene.picture()  # an old one greys the map
            if wanted(blue()):
                return
            seat.page.wait_for_timeout(100)
        raise AssertionError(blue())

    before = blue()
    group.get_by_role("button", name="10 km").click()
    expect(seat.page.get_by_text("not looking")).to_be_visible()
    soon(lambda found: found > before + 500)
    assert sum("coverage.geojson" in url for url in seat.requests) == 1
    scene.inputs(alive=False)  # the outline turns grey
    soon(lambda found: found < before + 100)
    scene.inputs()
    soon(lambda found: found > before + 500)
    group.get_by_role("button", name="off").click()
    expect(seat.page.get_by_text("not looking")).to_have_count(0)
    soon(lambda found: found < before + 100)
    assert seat.faults == []
    seat.page.close()


@pytest.mark.parametrize(
    ("context", "panel", "words"),
    [
        (Context.EXERCISE, "warnings", "exercise"),
        (Context.EXERCISE, "map", "exercise"),
        (Context.TEST, "warnings", "test"),
        (Context.OPERATION, "warnings", ""),
    ],
)
def test_the_context_is_on_every_panel(
    browser: Browser, context: Context, panel: str, words: str
) -> None:
    with Scene(ConsoleSettings(), context) as scene:
        seat = Seat(browser, scene, panel)
        banner = seat.page.locator(".context")
        expect(banner).to_have_count(1 if words else 0)
        if words:
            expect(banner).to_contain_text(words)
        assert seat.faults == []
        seat.page.close()


def test_losing_the_node_is_loud_and_heals(browser: Browser, tmp_path: Path) -> None:
    seat_file = tmp_path / "seat.json"
    first = Scene(ConsoleSettings(overlay=str(REGION)))
    first.seat_file = seat_file
    with first:
        port = first.console.port
        first.warn(warning(1))
        seat = Seat(browser, first, "warnings")
        seat.watch("Ilse Maren")
    lost = seat.page.get_by_text("No connection to the node")
    expect(lost).to_be_visible(timeout=10_000)
    second = Scene(ConsoleSettings(port=port))
    second.seat_file = seat_file
    with second:
        second.warn(warning(2))
        expect(seat.row("borvia-w2")).to_be_visible(timeout=15_000)
        expect(lost).to_have_count(0)
        seat.row("borvia-w2").get_by_role("button", name="Acknowledge", exact=True).click()
        expect(seat.row("borvia-w2")).to_have_attribute("data-state", "acknowledged")
        # The seat named its person again by itself.
        assert [c.person for c in second.commands(AcknowledgeWarning)] == ["Ilse Maren"]
        seat.page.close()
