"""The tracker's covariance tells the truth, and the bench that says so sees a lie."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).parents[2] / "bench"
sys.path.insert(0, str(BENCH))
from consistency import consistency  # noqa: E402


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("consistency") / "s.npz"
    options = ["--targets", "60", "--duration", "120", "--clutter", "5", "--seed", "22"]
    subprocess.run(
        [sys.executable, BENCH / "air_scenario.py", path, *options], check=True, capture_output=True
    )
    return path


def test_errors_are_as_large_as_the_covariance_says(scenario: Path) -> None:
    found = consistency([scenario])
    assert set(found) == set(json.loads(str(np.load(scenario)["meta"]))["classes"])
    for name, part in found.items():
        if part["updates"] > 200:
            assert 0.7 < part["position"]["nees_per_dim"] < 1.5, name
            assert 0.92 < part["position"]["inside_95"] < 0.98, name


def test_a_tracker_told_of_better_radars_is_found_too_sure(scenario: Path, tmp_path: Path) -> None:
    with np.load(scenario) as archive:
        columns = {key: archive[key] for key in archive.files}
    for name in ("sen_sig_r", "sen_sig_az", "sen_sig_el"):
        columns[name] = columns[name] * 0.6
    np.savez(tmp_path / "lie.npz", **columns)  # type: ignore[arg-type]
    airliner = consistency([tmp_path / "lie.npz"])["airliner"]
    assert airliner["position"]["nees_per_dim"] > 1.5
    assert airliner["position"]["inside_95"] < 0.92
