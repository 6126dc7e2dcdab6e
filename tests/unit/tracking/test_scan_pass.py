import numpy as np

from skypact.tracking.engine import Engine
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight


def test_crossing_targets_and_false_plots_keep_one_track_each() -> None:
    rng = np.random.default_rng(5)
    engine = Engine(TrackingSettings(), site_rows([RADAR]))
    changed = []
    for k in range(12):
        t = 5.0 * k
        truth = np.vstack([straight([t]), straight([60.0 - t], north_m=60.8e3)])
        plots = polar(RADAR, truth) + rng.normal(size=(2, 3)) * [50, 0.0017, 0.0035]
        false = np.column_stack([rng.uniform(1e4, 3e5, 5), rng.uniform(0, 6, 5), np.full(5, 0.1)])
        both = rng.permutation(np.vstack([plots, false]))
        at = T0_NS + round(t * 1e9)
        changed = engine.run(0, scan_plots(scan(np.full(7, t), both)), at, at, True).changed
    numbers, states = engine.states_at(T0_NS + 55_000_000_000)
    off = np.linalg.norm(states[:, None, :3] - truth[None], axis=2)
    assert len(changed) >= 2
    assert sorted(off.argmin(axis=0).tolist()) == [0, 1]
    assert off.min(axis=0).max() < 1000
    assert len(set(numbers.tolist())) == len(numbers)


def test_a_plot_names_the_confirmed_track_it_hit() -> None:
    engine = Engine(TrackingSettings(), site_rows([RADAR]))
    for k in range(5):
        at = T0_NS + k * 5_000_000_000
        plots = scan_plots(scan([5.0 * k], polar(RADAR, straight([5.0 * k]))))
        engine.run(0, plots, at, at, True)
        if k == 0:
            assert plots["track"].tolist() == [0]
    numbers, states = engine.states_at(at)
    assert plots["track"].tolist() == numbers.tolist()
    np.testing.assert_allclose(plots["place"], states[:, :3])


def test_more_tracks_than_guesses_fit_are_still_updated() -> None:
    rng = np.random.default_rng(6)
    engine = Engine(TrackingSettings(), site_rows([RADAR]))
    n = 3000
    polar_all = np.column_stack(
        [rng.uniform(2e4, 3.9e5, n), rng.uniform(0, 6.28, n), np.full(n, 0.02)]
    )
    for k in range(3):
        at = T0_NS + k * 5_000_000_000
        outcome = engine.run(0, scan_plots(scan(np.full(n, 5.0 * k), polar_all)), at, at, True)
    assert outcome.changed.size > 0.95 * n


def test_what_changed_is_what_was_hit_although_rows_move_when_tentative_tracks_end() -> None:
    rng = np.random.default_rng(8)
    engine = Engine(TrackingSettings(registration=False), site_rows([RADAR]))
    for k in range(30):
        truth = straight([5.0 * k] * 6, speed_mps=200.0)
        plots = polar(RADAR, truth)
        plots[:, 0] += np.arange(6) * 9e3
        false = np.column_stack(
            [rng.uniform(1e4, 3e5, 30), rng.uniform(0, 6, 30), np.full(30, 0.1)]
        )
        both = rng.permutation(np.vstack([plots, false]))
        at = T0_NS + k * 5_000_000_000
        changed = engine.run(0, scan_plots(scan(np.full(36, 5.0 * k), both)), at, at, True).changed
        tracks = engine.table.tracks[: engine.table.count]
        hit = (tracks["plot_ns"] == at) & (tracks["number"] > 0)
        assert sorted(changed.tolist()) == np.flatnonzero(hit).tolist()
        assert not tracks["touched"].any()
