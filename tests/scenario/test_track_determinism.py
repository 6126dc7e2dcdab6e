"""`skypact track` gives the same bytes whenever and wherever Python's hashes fall."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCENE = ["--targets", "12", "--duration", "60", "--clutter", "5", "--seed", "31"]


def tracked(scenario: Path, out: Path, hash_seed: str) -> bytes:
    command = ["-c", "from skypact.cli import main; main()", "track", scenario, "--out", out]
    subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        check=True,
        capture_output=True,
    )
    return out.read_bytes()


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    scenario = tmp_path / "s.npz"
    subprocess.run(
        [sys.executable, ROOT / "bench" / "air_scenario.py", scenario, *SCENE, "--latency", "4"],
        check=True,
        capture_output=True,
    )
    first = tracked(scenario, tmp_path / "a.csv", "0")
    assert first.count(b"\n") > 20
    assert tracked(scenario, tmp_path / "b.csv", "0") == first
    assert tracked(scenario, tmp_path / "c.csv", "4711") == first
