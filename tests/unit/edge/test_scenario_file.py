import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skypact.core.errors import DecodeError
from skypact.edge.scenario_file import read_scenario

GENERATOR = Path(__file__).parents[3] / "bench" / "air_scenario.py"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "s.npz"
    options = ["--targets", "8", "--duration", "40", "--clutter", "2", "--seed", "7"]
    subprocess.run([sys.executable, GENERATOR, path, *options], check=True, capture_output=True)
    return path


def without(path: Path, target: Path, name: str, **changed: np.ndarray) -> Path:
    with np.load(path) as archive:
        columns = {key: archive[key] for key in archive.files if key != name}
    np.savez(target, **(columns | changed))
    return target


def test_plots_and_pieces_are_those_of_the_file(scenario: Path) -> None:
    made = read_scenario(scenario)
    with np.load(scenario) as archive:
        assert made.plots.size == len(archive["det_t"])
        assert len(made.pieces) == len(archive["scan_t"])
    assert all(piece.whole for piece in made.pieces)
    assert [p.known_s for p in made.pieces] == sorted(p.known_s for p in made.pieces)
    assert not made.frame.earth_rotation


def test_truth_is_not_needed(scenario: Path, tmp_path: Path) -> None:
    with np.load(scenario) as archive:
        public = {
            k: archive[k] for k in archive.files if not k.startswith(("truth_", "tgt_", "hid_"))
        }
    np.savez(tmp_path / "public.npz", **public)
    assert read_scenario(tmp_path / "public.npz").plots.tobytes() == (
        read_scenario(scenario).plots.tobytes()
    )


def test_late_plots_come_in_pieces_in_order_of_arrival(scenario: Path, tmp_path: Path) -> None:
    with np.load(scenario) as archive:
        arrival = archive["det_t"] + np.linspace(0, 2, len(archive["det_t"]))
    made = read_scenario(without(scenario, tmp_path / "late.npz", "x", det_arrival=arrival))
    assert [p.known_s for p in made.pieces] == sorted(p.known_s for p in made.pieces)
    rows = np.concatenate([p.rows for p in made.pieces])
    assert sorted(rows.tolist()) == list(range(made.plots.size))


def test_what_is_wrong_is_named(scenario: Path, tmp_path: Path) -> None:
    broken = without(scenario, tmp_path / "b.npz", "det_az")
    with pytest.raises(DecodeError, match="array det_az is missing"):
        read_scenario(broken)
    with np.load(scenario) as archive:
        azimuth = archive["det_az"].copy()
        sensor = archive["det_sensor"].copy()
    azimuth[3] = np.nan
    with pytest.raises(DecodeError, match="array det_az is not finite"):
        read_scenario(without(scenario, tmp_path / "n.npz", "x", det_az=azimuth))
    sensor[0] = 99
    with pytest.raises(DecodeError, match="names a sensor"):
        read_scenario(without(scenario, tmp_path / "s.npz", "x", det_sensor=sensor))
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(DecodeError, match=r"is not an \.npz scenario"):
        read_scenario(tmp_path / "text.npz")
