"""Coarse, and honest about it."""

import numpy as np

from skypact.core.geodesy import ecef_from_geodetic, geodetic_from_ecef
from skypact.sharing.degrade import COARSE_QUALITY, degraded, rounded, stepped, whole_second
from skypact.sharing.treaty.agreements import Clause
from tests.unit.picture.flights import T0, S, state, triangle
from tests.unit.sharing.treaty import X, clause

COARSE = {"position_grid_m": 1000.0, "velocity_grid_mps": 20.0}


def tracks(states: np.ndarray, sd_m: float = 50, time_ns: int = T0) -> dict:
    n = len(states)
    return {
        "state": states,
        "covariance": triangle(sd_m, 5, n),
        "time_ns": np.full(n, time_ns),
        "quality": np.full(n, 12, np.uint8),
        "detection": np.full(n, 3, np.uint8),
        "address": np.full(n, 0x4B1A2C, np.uint32),
        "callsign": np.full(n, b"AUR123", "S8"),
    }


def let_go(given: dict, terms: Clause) -> dict:
    n = len(given["time_ns"])
    out = {name: np.zeros_like(given[name]) for name in given if name != "state"}
    out |= {name: np.zeros((n, 3)) for name in ("position_ecef_m", "velocity_ecef_mps")}
    degraded({**given, "whole": whole_second(given)}, np.arange(n), terms, out)
    state = np.concatenate([out.pop("position_ecef_m"), out.pop("velocity_ecef_mps")], 1)
    return {**out, "state": state}


def on_grid(states: np.ndarray, grid_m: float, grid_mps: float) -> np.ndarray:
    geodetic = geodetic_from_ecef(states[:, :3])
    return rounded(geodetic, states[:, 3:], grid_m, grid_mps)[0]


def test_full_precision_changes_no_number_but_strips_names():
    given = tracks(X[None])
    out = let_go(given, clause())
    for name in ("state", "covariance", "time_ns", "quality"):
        assert np.array_equal(out[name], given[name])
    assert [out[k][0] for k in ("callsign", "address", "detection")] == [b"", 0, 0]
    named = let_go(given, clause(show_callsign=True, show_address=True))
    assert [named[k][0] for k in ("callsign", "address", "detection")] == [b"AUR123", 0x4B1A2C, 3]


def test_what_is_rounded_away_cannot_be_told_from_the_result():
    """Every state within a cell gives the same bytes: the output is a function of the cell."""
    rng = np.random.default_rng(2)
    middle = on_grid(X[None], 1000.0, 20.0)
    near = middle + rng.uniform(-250, 250, (500, 6)) * ([1, 1, 1, 0.02, 0.02, 0.02])
    out = on_grid(near, 1000.0, 20.0)
    assert len({row.tobytes() for row in out}) == 1


def test_a_zero_does_not_tell_from_which_side_it_was_rounded():
    """On the equator and the meridian of Greenwich, at rest."""
    rng = np.random.default_rng(5)
    middle = np.concatenate([ecef_from_geodetic(0.0, 0.0, 0.0), np.zeros(3)])
    out = on_grid(middle + rng.uniform(-5, 5, (500, 6)), 1000.0, 20.0)
    assert len({row.tobytes() for row in out}) == 1


def test_all_cells_are_at_least_the_grid():
    rng = np.random.default_rng(3)
    states = np.stack([state(*rng.uniform(-3e5, 3e5, 2), 100, 50) for _ in range(2000)])
    lat, lon, height = geodetic_from_ecef(on_grid(states, 5e4, 50)[:, :3])
    assert len(np.unique(np.round(height, 3))) == 1
    rows = np.unique(np.round(lat, 9))
    assert np.diff(rows).min() * 6.36e6 > 0.999 * 5e4
    for row in rows:
        steps = np.diff(np.unique(np.round(lon[np.round(lat, 9) == row], 9)))
        assert (steps * 6.38e6 * np.cos(row) > 0.99 * 5e4).all()


def test_time_is_moved_to_the_whole_second_with_the_position():
    given = tracks(X[None], time_ns=T0 + 400_000_000)
    out = let_go(given, clause(position_grid_m=1e-3, velocity_grid_mps=1e-3))
    assert out["time_ns"].tolist() == [T0]
    np.testing.assert_allclose(out["state"][0, :3], X[:3] - 0.4 * X[3:], atol=0.01)
    assert out["quality"].tolist() == [COARSE_QUALITY]
    assert let_go(tracks(X[None], time_ns=T0 + S // 2), clause(**COARSE))["time_ns"] == T0 + S


def test_the_covariance_bounds_the_given_one_and_hides_its_shape():
    rng = np.random.default_rng(4)
    root = rng.normal(size=(200, 6, 6)) * np.array([300.0] * 3 + [5.0] * 3)[:, None]
    full = root @ root.transpose(0, 2, 1)
    upper = np.triu_indices(6)
    given = {**tracks(np.tile(X, (200, 1))), "covariance": full[:, upper[0], upper[1]]}
    whole = whole_second(given)
    position, velocity = stepped((whole[:, 3], whole[:, 4]), np.zeros(200), 1000.0, 20.0)
    diagonal = np.stack([position] * 3 + [velocity] * 3, 1)
    spare = np.zeros((200, 6, 6))
    spare[:, range(6), range(6)] = diagonal
    floor = np.array([1000**2 / 12] * 3 + [20**2 / 12] * 3)
    assert (np.linalg.eigvalsh(spare - np.diag(floor) - full) > 0).all()
    assert len(np.unique(diagonal[:, 0])) < 60


def test_the_truth_is_within_the_stated_covariance():
    """At least 95 % of truths lie inside the stated 95 % ellipsoid, for fine and coarse tracks."""
    rng = np.random.default_rng(6)
    for sd_m, grid_m in ((20, 1000.0), (400, 1000.0), (2000, 1000.0), (50, 20_000.0)):
        truth = np.stack([state(*rng.uniform(-2e5, 2e5, 2), 150, 80) for _ in range(1000)])
        estimate = truth + rng.normal(size=truth.shape) * ([sd_m] * 3 + [5] * 3)
        given = tracks(estimate, sd_m, T0 + 300_000_000)
        out = let_go(given, clause(position_grid_m=grid_m, velocity_grid_mps=30.0))
        at = truth[:, :3] - 0.3 * truth[:, 3:]
        error2 = ((out["state"][:, :3] - at) ** 2).sum(1) / out["covariance"][:, 0]
        assert (error2 <= 7.815).mean() >= 0.95, (sd_m, grid_m)
        speed2 = ((out["state"][:, 3:] - truth[:, 3:]) ** 2).sum(1) / out["covariance"][:, 15]
        assert (speed2 <= 7.815).mean() >= 0.95, (sd_m, grid_m)
