"""A seat at a console: its page in a real browser."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.unit.console.scene import Scene

READY = 60_000


class Seat:
    """One page, and everything wrong that it did."""

    def __init__(self, browser: Browser, scene: Scene, panel: str = "") -> None:
        self.faults: list[str] = []
        self.page = browser.new_page(viewport={"width": 1280, "height": 720})
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("requestfailed", lambda r: self.faults.append(f"failed: {r.url}"))
        own = f"127.0.0.1:{scene.console.port}"
        self.page.on("request", lambda r: self._request(r.url, own))
        self.requests: list[str] = []
        self.page.goto(scene.link(panel))
        self.page.wait_for_selector('body[data-ready="1"]', timeout=READY)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, url: str, own: str) -> None:
        self.requests.append(url)
        if not re.match(rf"(https?|ws)://{own}/|data:|blob:http://{own}", url):
            self.faults.append(f"left the host: {url}")

    def row(self, warning_id: str) -> Any:
        return self.page.locator(f'[role=listitem][data-warning-id="{warning_id}"]')

    def watch(self, person: str) -> None:
        self.page.get_by_role("textbox", name="Who is on watch here?").fill(person)
        self.page.get_by_role("button", name="Begin watch").click()
        expect(self.page.locator("header strong", has_text=person)).to_be_visible()


def serious(page: Page) -> list[tuple[str, str]]:
    """Return what hinders people who cannot see the page as others do."""
    return [
        (found["id"], found["nodes"][0]["html"])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
