"""Alerts, rosters and readiness on the page, in a real browser."""

from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from skypact.config.settings import ConsoleSettings
from skypact.core.messages import (
    CancelAlert,
    Channel,
    ChannelNoted,
    CoordinatorState,
    LinkView,
    OverrideWatch,
    Readiness,
    ReadinessChanged,
    ReadinessProposal,
    ReleaseStep,
    SetReadiness,
)
from tests.e2e.seat import Seat, serious
from tests.unit.console.scene import SECOND, Scene
from tests.unit.warning.alerting.night import PEOPLE, Night, notices, procedure, with_step

pytestmark = pytest.mark.e2e


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Scene(ConsoleSettings(roster=("Ilse Maren", "Ravi Dorn"))) as scene:
        yield scene


def test_an_alert_is_released_by_two_answered_and_taken_back(
    browser: Browser, scene: Scene
) -> None:
    desk = msgspec.structs.replace(
        procedure().steps[0], id="desk", tell=("chief",), channels=("console",), then=()
    )
    public = with_step("public", release="two").steps
    night = Night(procedure(steps=(*public, desk)))
    scene.alerted(night, lambda night: night.restart())
    scene.alerted(night, lambda night: night.raised(to_go_s=90.0))
    (by_phone,) = notices(night.out)
    scene.alerted(night, lambda night: night.report(by_phone, "delivered", "200 OK"))
    seat = Seat(browser, scene, "warnings")
    page = seat.page
    alert = page.locator('[data-alert-id="auria-a1"]')
    expect(alert).to_contain_text("Harbour take cover")
    expect(alert).to_contain_text("0 of 2")
    expect(page.get_by_label("Alerts").get_by_role("alert")).to_contain_text("public")
    seat.watch("Ilse Maren")  # a click: from now on the page may sound
    expect(page.get_by_role("button", name="Hush alarm (H)")).to_be_visible()
    alert.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(alert).to_contain_text("1 acknowledged")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(alert).to_contain_text("1 of 2 (Ilse Maren)")
    expect(alert.get_by_role("button", name="Release", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Hand over the watch").click()
    page.get_by_role("button", name="Ravi Dorn").click()
    alert.get_by_role("button", name="Release", exact=True).click()
    expect(alert.get_by_role("button", name="Release", exact=True)).to_have_count(0)
    assert [c.person for c in scene.commands(ReleaseStep)] == ["Ilse Maren", "Ravi Dorn"]
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()

    alert.locator(".what").click()
    told = page.get_by_role("region", name="Details")
    expect(told.get_by_role("row", name="officer phone")).to_be_visible()
    expect(told).to_contain_text("delivered, answer awaited · 200 OK")
    told.get_by_role("button", name="Cancel this alert").click()
    cancel = told.get_by_role("button", name="Cancel the alert")
    expect(cancel).to_be_disabled()
    told.get_by_label("Why was it wrong?").fill("a balloon")
    cancel.click()
    assert scene.commands(CancelAlert) == []
    told.get_by_role("button", name="press again").click()
    expect(alert).to_have_attribute("data-state", "cancelled")
    assert [(c.person, c.reason) for c in scene.commands(CancelAlert)] == [
        ("Ravi Dorn", "a balloon")
    ]
    assert seat.faults == []
    page.close()


def test_a_watch_that_nobody_has_is_loud_and_can_be_filled(browser: Browser, scene: Scene) -> None:
    scene.inputs()
    night = Night(text=PEOPLE + '[[roster]]\nname = "night"\n')
    scene.alerted(night, lambda night: night.restart())
    dead = {"channel": Channel.PHONE, "up": False, "reason": "no way to the exchange"}
    scene.publish(ChannelNoted(**scene.header(), **dead, every_s=30.0))
    found = CoordinatorState(nation="keystone", absent_since_ns=76_000 * SECOND)
    scene.publish(LinkView(**scene.header(), links=(), coordinator=found))
    seat = Seat(browser, scene, "warnings")
    seat.watch("Ilse Maren")
    page = seat.page
    expect(page.locator("header").first).to_contain_text("coordinator absent since 21:06:40Z")
    expect(page.get_by_role("row", name="phone")).to_contain_text("no way to the exchange")
    expect(page.get_by_label("Alerts", exact=True)).to_contain_text("NOBODY is on watch: night")
    page.get_by_role("tab", name="People").click()
    row = page.locator('[data-roster="night"]')
    expect(row).to_contain_text("NOBODY is on watch")
    row.get_by_role("button", name="Override").click()
    page.get_by_label("Put on watch").fill("nobody-known")
    page.get_by_role("button", name="Put on watch", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("There is no recipient nobody-known.")
    row.get_by_role("button", name="Override").click()
    page.get_by_label("Put on watch").fill("deputy")
    page.get_by_role("button", name="Put on watch", exact=True).click()
    expect(row).to_contain_text("put there by Ilse Maren")
    expect(row).to_contain_text("then NOBODY")
    row.get_by_role("button", name="End override").click()
    expect(row).to_contain_text("NOBODY is on watch")
    north = Readiness(
        name="North", states=("normal", "high"), state="normal", since_ns=SECOND, until_ns=0,
        person="Ravi Dorn", reason="calm",
        proposal=ReadinessProposal(state="high", since_ns=SECOND, reason="a launch"),
    )  # fmt: skip
    scene.publish(ReadinessChanged(**scene.header(), readiness=north))
    expect(page.get_by_label("Alerts", exact=True)).to_contain_text("North: high is proposed")
    page.get_by_role("button", name="Confirm high").click()
    base = page.locator('[data-base="North"]')
    base.get_by_role("button", name="Set").click()
    page.get_by_label("State").select_option("normal")
    page.get_by_label("because").fill("it was a drill")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(base.get_by_role("button", name="Set")).to_be_enabled()
    assert [(c.name, c.state, c.person, c.reason) for c in scene.commands(SetReadiness)] == [
        ("North", "high", "Ilse Maren", "a launch"),
        ("North", "normal", "Ilse Maren", "it was a drill"),
    ]
    assert [c.recipient for c in scene.commands(OverrideWatch)] == ["nobody-known", "deputy", ""]
    assert serious(page) == []
    assert seat.faults == []
    page.close()
