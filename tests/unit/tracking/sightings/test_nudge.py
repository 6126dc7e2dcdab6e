"""Sightings narrow a track across the line of sight, by little, and touch nothing else."""

import numpy as np
import pytest

from skypact.tracking.kernels.layout import MODELS, TRACK
from skypact.tracking.sightings import nudge as module
from skypact.tracking.sightings.nudge import SHARE_MAX, nudge
from skypact.tracking.sightings.pairs import Pairs


def track() -> np.ndarray:
    rows = np.zeros(3, TRACK)
    for row in rows:
        row["x"] = [6.4e6, 0, 0, 0, 100, 0]
        row["weight"] = [0.7, 0.3, 0, 0, 0]
        row["cov"] = np.diag([1e6, 1e6, 1e6, 100, 100, 100])
        for m in range(MODELS):
            row["model_x"][m] = row["x"]
            row["model_cov"][m] = np.triu(row["cov"])
        row["odds"], row["hits"], row["plot_ns"], row["heard_ns"] = 3.0, 5, 7, 8
    return rows


def pair(off_m: list[float], dt_s: float = 0.0) -> Pairs:
    n = len(off_m)
    return Pairs(
        *(np.arange(n), np.zeros(n, np.int64), np.full(n, dt_s)),
        *(np.tile([0.0, 0, 1], (n, 1)), np.array(off_m)),
        *(np.full(n, 1100.0), np.full(n, 500.0), np.full(n, 5000.0)),
    )


ROWS = np.array([1])


def test_it_moves_across_the_line_of_sight_by_what_bayes_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SHARE_MAX", 1e9)
    tracks = track()
    assert nudge(tracks, ROWS, pair([300.0, 300.0]), np.ones(2)).tolist() == [1]
    gain = 1e6 / (1e6 + 500**2 / 2)
    assert tracks["x"][1] == pytest.approx([6.4e6, 0, 300 * gain, 0, 100, 0])
    assert tracks["cov"][1, 2, 2] == pytest.approx(1e6 * (1 - gain))
    assert tracks["cov"][1, 0, 0] == pytest.approx(1e6)


def test_however_many_say_it_little_is_added() -> None:
    tracks = track()
    nudge(tracks, ROWS, pair([3000.0] * 10_000), np.ones(10_000))
    assert tracks["x"][1, 2] == pytest.approx(3000 * SHARE_MAX, rel=0.01)
    assert tracks["cov"][1, 2, 2] >= 1e6 * (1 - SHARE_MAX)


def test_existence_and_other_tracks_are_left_alone() -> None:
    tracks, before = track(), track()
    nudge(tracks, ROWS, pair([300.0]), np.ones(1))
    changed = ("x", "cov", "model_x", "model_cov")
    for name in TRACK.names or ():
        if name not in changed:
            assert (tracks[name] == before[name]).all()
    assert (tracks[[0, 2]] == before[[0, 2]]).all()
    assert (tracks["model_x"][1, 2:] == before["model_x"][1, 2:]).all()


def test_no_weight_is_no_change() -> None:
    tracks = track()
    assert nudge(tracks, ROWS, pair([300.0]), np.zeros(1)).size == 0
    assert (tracks == track()).all()


def test_covariances_stay_symmetric_and_positive() -> None:
    tracks = track()
    rng = np.random.default_rng(2)
    for _ in range(200):
        nudge(tracks, ROWS, pair(rng.normal(0, 800, 5).tolist(), 2.0), rng.random(5))
    cov = tracks["cov"][1]
    assert cov == pytest.approx(cov.T)
    assert np.linalg.eigvalsh(cov).min() > 0
