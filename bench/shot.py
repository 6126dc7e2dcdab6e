#!/usr/bin/env python3
"""Headless screenshot of a web page (WebGL included) with Debian's Chromium.

    apt-get install -y chromium ; pip install playwright      # no `playwright install`
    python shot.py URL OUT.png [WIDTH=1600] [HEIGHT=900] [WAIT_MS=1500]
           [--selector CSS] [--js EXPR] [--dark] [--scale 1] [--trace-requests]

Prints every console warning/error, page error, failed request and HTTP status >= 400.
Exit status: 0 clean, 1 if any of those were errors, 2 if the page could not be opened.
"""

import argparse
import json
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL without a GPU: software GL, said outright (Playwright already passes the second)
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]


def launch(p, extra=()):
    """Start Chromium for a test or a screenshot; the caller closes it."""
    return p.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*ARGS, *extra])


def main() -> int:
    ap = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ap.add_argument("url")
    ap.add_argument("out")
    ap.add_argument("width", nargs="?", type=int, default=1600)
    ap.add_argument("height", nargs="?", type=int, default=900)
    ap.add_argument("wait_ms", nargs="?", type=int, default=1500)
    ap.add_argument("--selector", help="wait until this CSS selector is visible before waiting")
    ap.add_argument(
        "--js", help="evaluate this expression before the shot and print its JSON value"
    )
    ap.add_argument("--dark", action="store_true", help="prefers-color-scheme: dark")
    ap.add_argument("--scale", type=float, default=1.0, help="device scale factor")
    ap.add_argument("--trace-requests", action="store_true", help="print every request URL")
    a = ap.parse_args()

    errors = 0

    def say(kind, text, bad=True):
        nonlocal errors
        errors += bool(bad)
        print(f"[{kind}] {text}", flush=True)

    with sync_playwright() as p:
        browser = launch(p)
        page = browser.new_page(
            viewport={"width": a.width, "height": a.height},
            device_scale_factor=a.scale,
            color_scheme="dark" if a.dark else "light",
        )
        page.on(
            "console",
            lambda m: (
                say("console." + m.type, m.text, m.type == "error")
                if m.type in ("error", "warning")
                else None
            ),
        )
        page.on("pageerror", lambda e: say("pageerror", str(e)))
        page.on("requestfailed", lambda r: say("requestfailed", f"{r.method} {r.url} {r.failure}"))
        page.on(
            "response", lambda r: say("http", f"{r.status} {r.url}") if r.status >= 400 else None
        )
        if a.trace_requests:
            page.on("request", lambda r: print("[request]", r.method, r.url))
        try:
            page.goto(a.url, wait_until="load", timeout=60_000)
            if a.selector:
                page.wait_for_selector(a.selector, timeout=30_000)
        except Exception as e:  # noqa: BLE001 - the message is the result
            print(f"[fatal] {e}")
            browser.close()
            return 2
        page.wait_for_timeout(a.wait_ms)
        if a.js:
            print("[js]", json.dumps(page.evaluate(a.js)))
        page.screenshot(path=a.out)
        print(f"[shot] {a.out} {a.width}x{a.height} errors={errors}")
        browser.close()
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
