"""The same seed gives the same journals, whatever the hash seed, and a replay agrees."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skypact.cli.exercise.play import play as played
from skypact.cli.folders import agreements_of
from skypact.cli.replay import run_all as replay
from skypact.exercise.scenario import load, shipped

SKYPACT = str(Path(sys.executable).parent / "skypact")
NATIONS = ("auria", "borvia", "cestia", "keystone")


def play(out: Path, hash_seed: str, seed: int) -> dict[str, str]:
    """Return the digest of each nation's journal."""
    subprocess.run(
        [SKYPACT, "exercise", "run", "first_night", "--seed", str(seed), "--for", "20s",
         "--out", str(out)],
        check=True, capture_output=True, timeout=300,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    return {
        nation: hashlib.sha256(
            b"".join(
                p.read_bytes()
                for p in sorted((out / "journal" / nation / "state/journal").iterdir())
            )
        ).hexdigest()
        for nation in NATIONS
    }


def test_two_runs_under_two_hash_seeds_are_one(tmp_path: Path) -> None:
    first = play(tmp_path / "a", "1", seed=5)
    assert play(tmp_path / "b", "2", seed=5) == first
    assert play(tmp_path / "c", "1", seed=6) != first
    counts = replay(tmp_path / "a" / "journal", None)
    assert counts["differ"] == counts["unchecked"] == 0
    assert counts["agree"] == counts["inputs"]
    assert set(counts["nodes"]) == set(NATIONS)
    assert all(one["inputs"] > 50 for one in counts["nodes"].values())


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_begins(name: str, tmp_path: Path) -> None:
    scenario = load(name)
    agreements = agreements_of(name, scenario)
    done = played(scenario, agreements, 1, tmp_path, 2.0, lambda share: None, recorded=False)
    assert set(done.watches) == {nation.name for nation in scenario.nations}
    assert all(watch.sent for watch in done.watches.values())
