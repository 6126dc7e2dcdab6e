"""Two sectors that hand over hold what one engine holds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import ecef_from_enu
from skypact.tracking.engine import Engine
from skypact.tracking.plots import scan_plots
from skypact.tracking.sectors import Sectors, take_in, take_out
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, SECOND_NS, T0_NS, polar, scan

SETTINGS = TrackingSettings(registration=False)
PERIOD_NS = 5 * SECOND_NS


def crossing(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return starts and velocities (east, north, up) of targets about the radar's meridian."""
    start = np.column_stack(
        [rng.uniform(-30e3, 30e3, count), rng.permutation(count) * 8e3 + 20e3, np.full(count, 9e3)]
    )
    speed = rng.uniform(150, 280, count) * rng.choice([-1, 1], count)
    return start, np.column_stack([speed, rng.uniform(-20, 20, count), np.zeros(count)])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_two_sectors_hold_what_one_engine_holds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, velocity = crossing(rng, 12)
    sites = site_rows([RADAR])
    one, two = Engine(SETTINGS, sites), Sectors(SETTINGS, sites, (RADAR.lon_rad,))
    before: dict[int, int] = {}
    for k in range(30):
        truth = ecef_from_enu(start + 5.0 * k * velocity, RADAR.origin)
        plots = polar(RADAR, truth) + rng.normal(size=(12, 3)) * [50, 0.0017, 0.0035]
        false = np.column_stack([rng.uniform(2e4, 3e5, 4), rng.uniform(0, 6.2, 4), np.full(4, 0.2)])
        both = np.vstack([plots[rng.random(12) < 0.95], false])
        rows, at = scan_plots(scan(np.full(len(both), 5.0 * k), both)), T0_NS + k * PERIOD_NS
        one.run(0, rows.copy(), at, at, True)
        two.run(0, rows.copy(), at, at, True)
        numbers, states = two.states_at(at)
        assert len(set(numbers.tolist())) == numbers.size
        alone = one.states_at(at)[1]
        off = np.linalg.norm(alone[:, None, :3] - states[None, :, :3], axis=2)
        if k > 4:
            assert len(alone) == len(states)
            assert (off.min(axis=1) < 300).all()
            near = np.linalg.norm(truth[:, None] - states[None, :, :3], axis=2)
            now = {i: int(numbers[near[i].argmin()]) for i in range(12) if near[i].min() < 1500}
            kept = [now[i] == before[i] for i in now if i in before]
            assert sum(kept) >= len(kept) - 1
            before |= now
    assert len(before) == 12


def test_a_track_moves_with_its_number_and_its_sights() -> None:
    sites = site_rows([RADAR])
    a, b = Engine(SETTINGS, sites, 1, 2), Engine(SETTINGS, sites, 2, 2)
    enu = np.array([[40e3, 60e3, 9e3]])
    for k in range(4):
        moved = enu + np.array([220.0 * 5 * k, 0, 0])
        plots = scan_plots(scan([5.0 * k], polar(RADAR, ecef_from_enu(moved, RADAR.origin))))
        at = T0_NS + k * PERIOD_NS
        a.run(0, plots, at, at, True)
    number = int(a.states_at(T0_NS)[0][0])
    take_in(b, take_out(a, a.confirmed()))
    assert a.states_at(T0_NS)[0].size == 0
    assert b.states_at(T0_NS)[0].tolist() == [number]
    moved = enu + np.array([220.0 * 20, 0, 0])
    plots = scan_plots(scan([20.0], polar(RADAR, ecef_from_enu(moved, RADAR.origin))))
    at = T0_NS + 4 * PERIOD_NS
    outcome = b.run(0, plots, at, at, True)
    assert outcome.changed.tolist() == [0]
    assert b.table.count == 1
    take_in(b, take_out(b, b.confirmed()))
    assert b.states_at(T0_NS)[0].tolist() == [number]


def test_engines_side_by_side_share_no_number() -> None:
    sites = site_rows([RADAR])
    for first, step, expected in ((1, 2, [1, 3]), (2, 2, [2, 4])):
        engine = Engine(SETTINGS, sites, first, step)
        for k in range(4):
            enu = np.array([[40e3 + 1100 * k, 60e3, 9e3], [-40e3 + 1100 * k, 90e3, 9e3]])
            plots = polar(RADAR, ecef_from_enu(enu, RADAR.origin))
            at = T0_NS + k * PERIOD_NS
            engine.run(0, scan_plots(scan(np.full(2, 5.0 * k), plots)), at, at, True)
        assert engine.states_at(at)[0].tolist() == expected
