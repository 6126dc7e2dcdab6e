import json
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
    assert [p.known_ns for p in made.pieces] == sorted(p.known_ns for p in made.pieces)
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
    assert [p.known_ns for p in made.pieces] == sorted(p.known_ns for p in made.pieces)
    ends = [0, *(p.rows.stop for p in made.pieces)]
    assert [p.rows.start for p in made.pieces] == ends[:-1]
    assert ends[-1] == made.plots.size
    for piece in made.pieces:
        assert piece.seen_ns == made.plots["time_ns"][piece.rows].max() <= piece.known_ns
    kept = read_scenario(scenario).plots["polar"][:, 0]
    assert sorted(made.plots["polar"][:, 0].tolist()) == sorted(kept.tolist())


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


def test_what_the_room_would_refuse_is_counted_and_left_out(scenario: Path, tmp_path: Path) -> None:
    whole = read_scenario(scenario)
    assert whole.refused == {}
    with np.load(scenario) as archive:
        columns = {key: archive[key] for key in archive.files}
    doubled = {k: np.concatenate([v, v]) for k, v in columns.items() if k.startswith("det_")}
    made = read_scenario(without(scenario, tmp_path / "d.npz", "x", **doubled))
    assert sum(made.refused.values()) == whole.plots.size
    assert all(why.endswith(": doubled plots") for why in made.refused)
    assert sorted(made.plots["time_ns"].tolist()) == sorted(whole.plots["time_ns"].tolist())
    arrival = columns["det_arrival"] - np.where(np.arange(len(columns["det_t"])) == 0, 9.0, 0.0)
    made = read_scenario(without(scenario, tmp_path / "f.npz", "x", det_arrival=arrival))
    assert made.refused == {f"sensor {columns['det_sensor'][0]}: plots from the future": 1}
    seen, known = columns["det_t"].copy(), columns["det_arrival"].copy()
    seen[0], seen[-1], known[-1], known[0] = 0.0, 35.0, 35.0, 36.0
    made = read_scenario(without(scenario, tmp_path / "l.npz", "x", det_t=seen, det_arrival=known))
    assert made.refused == {f"sensor {columns['det_sensor'][0]}: plots too late": 1}
    reach = columns["det_rng"].copy()
    reach[5] = np.nan
    made = read_scenario(without(scenario, tmp_path / "r.npz", "x", det_rng=reach))
    assert made.refused == {f"sensor {columns['det_sensor'][5]}: no range": 1}
    assert made.plots.size == whole.plots.size - 1
    assert all(piece.whole for piece in made.pieces)
    assert made.pieces[-1].rows.stop == made.plots.size


def test_a_scan_of_a_million_plots_is_refused(scenario: Path, tmp_path: Path) -> None:
    with np.load(scenario) as archive:
        columns = {k: archive[k] for k in archive.files if k.startswith(("det_", "scan_"))}
    rng, many = np.random.default_rng(1), 1_000_000
    size = int(columns["scan_hi"][0])
    for name in (name for name in columns if name.startswith("det_")):
        first = np.repeat(columns[name][:1], many)
        columns[name] = np.concatenate([first, columns[name][size:]])
    columns["det_rng"][:many] = rng.uniform(1e4, 1e5, many)
    columns["scan_hi"] = columns["scan_hi"] + many - size
    columns["scan_lo"] = np.r_[0, columns["scan_hi"][:-1]]
    made = read_scenario(without(scenario, tmp_path / "m.npz", "x", **columns))
    sensor = int(columns["scan_sensor"][0])
    assert made.refused == {f"sensor {sensor}: 1000000 plots at once; the limit is 100000": 1}
    assert len(made.pieces) == len(columns["scan_t"]) - 1


def test_a_frame_that_is_none_is_named(scenario: Path, tmp_path: Path) -> None:
    with np.load(scenario) as archive:
        meta = json.loads(str(archive["meta"]))
    for odd in ({"ecef_rot": [[0, 0, 0]] * 3}, {"ecef_rot": [[1, 0, 0]]}, {"dims": 7}):
        text = np.array(json.dumps(meta | odd))
        with pytest.raises(DecodeError, match="array meta"):
            read_scenario(without(scenario, tmp_path / "m.npz", "x", meta=text))


def test_times_to_report_at_need_no_order(scenario: Path, tmp_path: Path) -> None:
    times = read_scenario(scenario).eval_s
    made = read_scenario(without(scenario, tmp_path / "e.npz", "x", eval_t=times[::-1].copy()))
    np.testing.assert_array_equal(made.eval_s, times)
