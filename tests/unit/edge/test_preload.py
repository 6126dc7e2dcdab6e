"""The codec loaded quickly is the codec: it reads and writes the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from skypact.edge import preload
if sys.argv[1] == "kept":
    print(preload.warm().name, file=sys.stderr)
preload.load()
import numpy as np
from skypact.core.site import SensorSite
from skypact.sensors import asterix_cat034
site = SensorSite(name="n", sac=1, sic=2, lat_deg=0, lon_deg=0, height_m=10, period_s=4)
data = asterix_cat034.encode_mark(site, "north", 0.0, 1_800_000_000_000_000_000, 4.0)
from asterix import generated
print(data.hex(), len(vars(generated)), generated.Cat_048_1_32.__name__)
print(bool(generated.Cat_048_1_32.__dict__), file=sys.stderr)
"""


def run(how: str, cache: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True,
        env={**os.environ, "SKYPACT_CACHE": str(cache)}, timeout=300,
    )  # fmt: skip
    return done.stdout


def test_kept_code_gives_the_same_bytes(tmp_path: Path) -> None:
    assert run("kept", tmp_path) == run("plain", tmp_path / "empty")
    assert len(list((tmp_path / "codecs").iterdir())) == 1
