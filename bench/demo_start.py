"""A stranger's first minutes: fresh clone, `make demo`, until all four consoles answer; then again.

  python bench/demo_start.py

Clones this repository into a new folder, with an empty cache of compiled kernels, and times
`make demo` twice. Bars: 180 s the first time (setting up included), 10 s the second. Prints JSON.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

NATIONS = ("auria", "borvia", "cestia", "keystone")
ROOT = Path(__file__).resolve().parent.parent
BARS_S = {"first_s": 180.0, "second_s": 10.0}
DEADLINE_S = 600.0


def answers(state: Path) -> bool:
    """Return whether all four consoles answer (401: they want a link)."""
    for nation in NATIONS:
        port = state / "ports" / f"console-{nation}"
        if not port.exists():
            return False
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port.read_text()}/", timeout=1)
        except urllib.error.HTTPError as refused:
            if refused.code != 401:
                return False
        except OSError:
            return False
    return True


def start(clone: Path, state: Path, cache: Path) -> float:
    """Return the seconds from `make demo` to the consoles; end it with Ctrl-C."""
    began_s = time.monotonic()
    demo = subprocess.Popen(
        ["make", "demo", f"ARGS=--no-browser --state {state}"],
        cwd=clone, env={**os.environ, "SKYPACT_CACHE": str(cache)}, start_new_session=True,
        stdout=sys.stderr, stderr=sys.stderr,
    )  # fmt: skip
    try:
        while not answers(state):
            if demo.poll() is not None or time.monotonic() - began_s > DEADLINE_S:
                raise SystemExit("the demo did not come up")
            time.sleep(0.05)
        return time.monotonic() - began_s
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(60)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="skypact-start-") as folder:
        clone, cache = Path(folder) / "clone", Path(folder) / "cache"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        took = {
            "first_s": round(start(clone, Path(folder) / "a", cache), 1),
            "second_s": round(start(clone, Path(folder) / "b", cache), 1),
        }
    met = all(took[name] <= bar for name, bar in BARS_S.items())
    print(json.dumps({**took, "bars": BARS_S, "met": met}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
