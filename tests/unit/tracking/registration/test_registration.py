import math

import msgspec
import numpy as np
import pytest

from skypact.core.errors import InvariantError
from skypact.core.messages import Standing
from skypact.core.site import Sector
from skypact.tracking.registration.kernels.register import AZIMUTH, RANGE, TIME
from skypact.tracking.registration.registration import Registration
from skypact.tracking.sites import site_rows
from tests.unit.tracking.registration.world import SITES, World, biased

BIAS = (500.0, math.radians(0.3), 2.0)


@pytest.mark.parametrize("which", [0, 2])
def test_an_injected_bias_is_recovered_to_a_tenth_and_taken_off(which: int) -> None:
    world = World(seed=2)
    learnt = world.run(0, 300, biased(which, *BIAS))
    value = learnt.biases.value
    for kind, true in zip((RANGE, AZIMUTH, TIME), BIAS, strict=True):
        assert value[which, kind] == pytest.approx(true, rel=0.1)
        assert np.abs(np.delete(value[:, kind], which)).max() < 0.1 * true
    assert learnt.standing[which] == Standing.CORRECTED
    raw = world.plots(which, 300.0)
    spoilt = raw.copy()
    biased(which, *BIAS)(which, 0.0, spoilt, world.rng)
    mended = learnt.corrected(which, spoilt)
    assert np.abs(mended["polar"][:, 0] - raw["polar"][:, 0]).max() < 50
    assert np.abs(mended["time_ns"] - raw["time_ns"]).max() < 2e8
    assert spoilt["polar"][0, 0] > raw["polar"][0, 0] + 400  # the caller's rows are left alone


def test_sensors_that_agree_are_good_and_left_as_they_are() -> None:
    learnt = World(seed=3).run(0, 200)
    assert learnt.standing == [Standing.GOOD] * 3
    assert not learnt.applied.any()
    np.testing.assert_array_equal(learnt.sites["noise_var"][:3], site_rows(SITES)["noise_var"][:3])
    off = np.abs(learnt.biases.value[:, [RANGE, AZIMUTH, TIME]])
    assert (off < 4 * learnt.biases.sd[:, [RANGE, AZIMUTH, TIME]]).all()


def test_a_jump_is_doubted_weighed_down_and_learnt_anew() -> None:
    world, seen = World(seed=4), []

    def mutate(s, t, plots, rng):
        if t >= 150:
            biased(1, 900.0, 0.0)(s, t, plots, rng)

    learnt = world.registration
    weights = []

    def note(t, _changes):
        seen.append(learnt.standing[1])
        if learnt.standing[1] == Standing.DOUBTFUL:
            weights.append(learnt.sites["noise_var"][1, 0] / 60.0**2)

    world.run(0, 320, mutate, step=note)
    order = [a for a, b in zip(seen, [None, *seen], strict=False) if a != b]
    assert order == [Standing.ALONE, Standing.GOOD, Standing.DOUBTFUL, Standing.CORRECTED]
    assert min(weights) > 4
    assert learnt.biases.value[1, RANGE] == pytest.approx(900, rel=0.1)


def test_a_sensor_five_times_as_noisy_is_named_and_weighed_down() -> None:
    world = World(seed=5)

    def mutate(s, t, plots, rng):
        if s == 2 and t >= 100:
            noise = np.array([60.0, math.radians(0.15), math.radians(0.25)])
            plots["polar"] += rng.normal(size=(plots.size, 3)) * 4.9 * noise

    learnt = world.run(0, 260, mutate)
    assert [s == Standing.NOISY for s in learnt.standing] == [False, False, True]
    assert learnt.sites["noise_var"][2, 1] > 10 * math.radians(0.15) ** 2


def test_a_stuck_sensor_is_left_out_until_it_moves_again() -> None:
    world, frozen = World(seed=6), {}

    def mutate(s, t, plots, _rng):
        if s == 1:
            frozen.setdefault("polar", plots["polar"].copy()) if t >= 100 else None
            if 100 <= t < 200:
                plots["polar"] = frozen["polar"]

    learnt = world.run(0, 160, mutate)
    assert learnt.standing[1] == Standing.STUCK
    assert learnt.corrected(1, world.plots(1, 160.0)).size in (0, world.targets)
    world.run(160, 280, mutate)
    assert learnt.standing[1] != Standing.STUCK
    assert learnt.corrected(1, world.plots(1, 280.0)).size == world.targets


def test_honest_reports_tell_which_of_two_clocks_is_late() -> None:
    late = biased(0, 0.0, 0.0, 2.0)
    two = World(seed=7, sites=SITES[:2]).run(0, 300, late)
    told = World(seed=7, sites=SITES[:2]).run(0, 300, late, reports=lambda *_: None)
    assert abs(two.biases.value[0, TIME] - 2) > 0.5  # two clocks alone cannot tell
    assert told.biases.value[0, TIME] == pytest.approx(2, rel=0.1)
    assert abs(told.biases.value[1, TIME]) < 0.2


def _absent(_s, _t, plots, _rng):
    plots["position"] += 1e6


@pytest.mark.parametrize("drag_mps", [3.0, 30.0, 5000.0])
def test_spoofed_reports_move_no_bias(drag_mps: float) -> None:
    """All reports are drawn aside, slowly or at once; at first they are true."""

    def spoof(_s, t, plots, _rng):
        plots["position"] += min(drag_mps * t, 40e3) * np.array([0.0, 1.0, 0.0])

    still = World(seed=8).run(0, 240, reports=_absent)
    moved = World(seed=8).run(0, 240, reports=spoof)
    shift = np.abs(moved.biases.value - still.biases.value) / still.biases.sd
    assert shift.max() < 1


def test_restore_and_tail_equal_the_uninterrupted_run() -> None:
    fault = biased(1, 400.0, 0.004, 1.0)
    whole, part = World(seed=9), World(seed=9)
    whole.run(0, 90, fault)
    state = part.run(0, 90, fault).to_bytes()
    part.registration = Registration(site_rows(SITES))
    part.registration.from_bytes(state)
    assert part.run(90, 180, fault).to_bytes() == whole.run(90, 180, fault).to_bytes()
    with pytest.raises(InvariantError):
        Registration(site_rows(SITES[:2])).from_bytes(state)


def test_a_restart_keeps_what_was_learnt_and_takes_the_settings_of_today() -> None:
    learnt = World(seed=9).run(0, 90, biased(1, 400.0, 0.004, 1.0))
    ridge = Sector(from_deg=10.0, to_deg=50.0)
    today = (msgspec.structs.replace(SITES[0], blocked=(ridge,), range_max_m=90e3), *SITES[1:])
    again = Registration(site_rows(today))
    again.from_bytes(learnt.to_bytes())
    for name in ("position", "noise_var"):
        np.testing.assert_array_equal(again.sites[name], learnt.sites[name])
    assert (again.sites["sectors"][0], again.sites["range_max"][0]) == (1, 90e3)


def test_one_radar_alone_learns_nothing_and_costs_nothing() -> None:
    learnt = World(seed=10, sites=SITES[:1]).run(0, 60)
    assert learnt.standing == [Standing.ALONE]
    assert not learnt.biases.information.any()


def test_slow_targets_seen_at_fixed_phases_make_no_clock_late() -> None:
    world = World(seed=11)
    world.velocity *= 70 / 220
    learnt = world.run(0, 300)
    assert np.abs(learnt.biases.value[:, TIME]).max() < 0.2
    assert learnt.standing == [Standing.GOOD] * 3
