"""The page for people in a real browser: one press, true direction, a rounded place, no name."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from skypact.config.settings import IntakeSettings
from skypact.core.messages import Context
from skypact.edge.intake.looking import looks
from skypact.edge.intake.service import Intake
from skypact.edge.intake.tokens import new_token
from skypact.edge.links.pki import Role, issue, make_authority
from skypact.sensors.settings import FeedSettings
from skypact.sensors.standards.table import STANDARDS
from tests.unit.edge.intake.desk import KEY

pytestmark = pytest.mark.e2e
PLACE = {"latitude": -32.123456, "longitude": -18.987654, "accuracy": 20}
PEOPLE = FeedSettings(name="people", source="https:", format="sightings", period_s=60)


class Live:
    """A real intake in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        authority = make_authority(folder, "auria", Context.TEST, time.time_ns())
        made = issue(authority, Role.INTAKE, time.time_ns(), ("127.0.0.1",))
        self.delivered: list[dict[str, Any]] = []
        self.intake = Intake(
            *(IntakeSettings(port=0, reports_per_minute=3), (PEOPLE,)),
            *(looks([PEOPLE], (), STANDARDS), KEY),
            *((made.certificate, made.key), self._keep, time.time_ns),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.intake.start(), self._loop).result(20)

    def _keep(self, feed: str, line: bytes, _: int) -> None:
        assert feed == "people"
        self.delivered.append(json.loads(line))

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.intake.stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    yield made
    made.stop()


class Phone:
    """One phone with the page open, and everything wrong that it did."""

    def __init__(self, browser: Browser, live: Live, token: str) -> None:
        self.faults: list[str] = []
        self.sent: list[str] = []
        context = browser.new_context(
            ignore_https_errors=True, geolocation=PLACE, permissions=["geolocation"],
            viewport={"width": 390, "height": 844}, has_touch=True,
        )  # fmt: skip
        self.own = f"https://127.0.0.1:{live.intake.port}/"
        self.page: Page = context.new_page()
        self.page.on("console", lambda m: self._note(m.type, m.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda r: self._request(r))
        self.page.goto(self.own + (f"#{token}" if token else ""))
        self.page.wait_for_selector('body[data-ready="1"]')

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "429" not in text:
            self.faults.append(text)

    def _request(self, request: Any) -> None:
        if request.method == "POST":
            self.sent.append(request.post_data)
        if not request.url.startswith((self.own, "data:")):
            self.faults.append(f"left the host: {request.url}")

    def turn(self, alpha: float, beta: float, gamma: float) -> None:
        """Let the phone's sensors say how it is held."""
        self.page.evaluate(
            """([alpha, beta, gamma]) => window.dispatchEvent(new DeviceOrientationEvent(
                 "deviceorientationabsolute", { alpha, beta, gamma, absolute: true }))""",
            [alpha, beta, gamma],
        )

    @property
    def button(self) -> Any:
        return self.page.get_by_role("button", name="Report")


def test_one_press_reports_where_the_back_of_the_phone_points(browser: Browser, live: Live) -> None:
    token = new_token(KEY)
    phone = Phone(browser, live, token)
    expect(phone.page.get_by_role("status")).to_contain_text("Ready")
    expect(phone.button).to_be_disabled()
    phone.turn(270, 110, 0)  # upright, its back to the east and 20 degrees up
    expect(phone.page.locator("#heading")).to_have_text("E 90°")
    phone.page.get_by_text("Drone").tap()
    phone.button.tap()
    expect(phone.page.get_by_role("status")).to_contain_text("Thank you")
    [line] = live.delivered
    assert line["azimuth_deg"] == pytest.approx(90)
    assert line["elevation_deg"] == pytest.approx(20)
    assert (line["what"], line["magnetic"], line["source"]) == (
        *("drone", True), f"observer-{token[:16]}",
    )  # fmt: skip
    assert (line["lat_deg"], line["lon_deg"]) == (-32.125, -18.985)
    # The finer place has not even left the phone.
    assert "-32.125" in phone.sent[0]
    assert "123456" not in phone.sent[0]
    assert token not in phone.page.url
    assert phone.faults == []


@pytest.mark.parametrize(
    ("angles", "heading"),
    [
        ((0, 0, 0), "N 0°"), ((90, 0, 0), "W 270°"), ((0, 90, 0), "N 0°"),
        ((180, 90, 0), "S 180°"), ((0, 0, 90), "W 270°"), ((0, 0, -90), "E 90°"),
    ],
)  # fmt: skip
def test_every_way_to_hold_it_points_somewhere(
    browser: Browser, live: Live, angles: tuple[float, float, float], heading: str
) -> None:
    phone = Phone(browser, live, new_token(KEY))
    phone.turn(*angles)
    expect(phone.page.locator("#heading")).to_have_text(heading)


def test_without_a_compass_the_direction_is_typed(browser: Browser, live: Live) -> None:
    phone = Phone(browser, live, new_token(KEY))
    field = phone.page.get_by_label("Direction by a compass")
    expect(field).to_be_visible(timeout=10_000)
    field.fill("361")
    expect(phone.button).to_be_disabled()
    field.fill("200")
    phone.button.tap()
    expect(phone.page.get_by_role("status")).to_contain_text("Thank you")
    assert live.delivered[0]["azimuth_deg"] == 200
    assert live.delivered[0]["what"] == "other"


def test_the_link_is_remembered_and_too_many_reports_are_said(browser: Browser, live: Live) -> None:
    phone = Phone(browser, live, new_token(KEY))
    phone.page.goto(phone.own)
    for _ in range(4):
        phone.turn(0, 90, 0)
        expect(phone.button).to_be_enabled()
        phone.button.tap()
        expect(phone.page.get_by_role("status")).not_to_contain_text("Sending")
    expect(phone.page.get_by_role("status")).to_contain_text("Too many reports")
    assert len(live.delivered) == 3


def test_without_a_link_nothing_can_be_sent(browser: Browser, live: Live) -> None:
    phone = Phone(browser, live, "")
    phone.turn(0, 90, 0)
    expect(phone.page.get_by_role("status")).to_contain_text("Open the link")
    expect(phone.button).to_be_disabled()
    assert phone.faults == []


def test_anyone_can_read_it_and_the_button_is_big(browser: Browser, live: Live) -> None:
    phone = Phone(browser, live, new_token(KEY))
    phone.turn(0, 90, 0)
    found = Axe().run(phone.page)
    assert found.violations_count == 0, found.generate_report()
    box = phone.button.bounding_box()
    assert box["width"] >= 300
    assert box["height"] >= 140
    for kind in phone.page.locator("fieldset label").all():
        assert kind.bounding_box()["height"] >= 48


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [(390, 664), (844, 390)])
def test_everything_to_report_with_fits_the_screen(
    browser: Browser, live: Live, size: tuple[int, int], dark: bool
) -> None:
    """Upright as a browser leaves it, and on its side; typing a direction needs no more room."""
    phone = Phone(browser, live, new_token(KEY))
    phone.page.set_viewport_size({"width": size[0], "height": size[1]})
    phone.page.emulate_media(color_scheme="dark" if dark else "light")
    expect(phone.page.get_by_label("Direction by a compass")).to_be_visible(timeout=10_000)
    expect(phone.page.get_by_role("status")).to_contain_text("Type the direction")
    assert Axe().run(phone.page).violations_count == 0
    for _ in range(2):
        for part in phone.page.locator("fieldset label, #state, #send").all():
            box = part.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size[0]
            assert box["y"] + min(box["height"], 140) <= size[1]
        phone.turn(0, 90, 0)  # a compass after all
        expect(phone.page.get_by_role("status")).to_contain_text("Point and press")
    assert phone.faults == []
