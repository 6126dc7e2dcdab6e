"""Start, hit, miss and end, through the kernel that uses them."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_enu
from skypact.core.site import Outage, Sector, SensorSite
from skypact.tracking.engine import Engine
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight

PERIOD_NS = 5_000_000_000
SOUTH = RADAR.__class__(
    **{name: getattr(RADAR, name) for name in RADAR.__struct_fields__}
    | {"name": "south", "sic": 2, "lat_deg": -50.0}
)


def engine(*sites: object) -> Engine:
    return Engine(TrackingSettings(), site_rows([RADAR, *sites]))  # type: ignore[list-item]


def turn(made: Engine, k: int, plots: np.ndarray, sensor: int = 0) -> None:
    at = T0_NS + k * PERIOD_NS
    made.run(sensor, scan_plots(scan(np.full(len(plots), 5.0 * k), plots)), at, at, True)


def test_a_start_stands_where_its_plot_is() -> None:
    made = engine()
    turn(made, 0, polar(RADAR, straight([0.0])))
    track = made.table.tracks[0]
    np.testing.assert_allclose(track["x"][:3], straight([0.0])[0], atol=1e-3)
    slant = polar(RADAR, straight([0.0]))[0, 0]
    side = np.sqrt(np.linalg.eigvalsh(track["cov"][:3, :3]))
    expected = sorted([RADAR.range_sd_m, slant * RADAR.azimuth_sd_rad, slant * np.radians(0.2)])
    np.testing.assert_allclose(side, expected, rtol=0.02)
    assert track["weight"].sum() == pytest.approx(1)


def test_what_starts_high_is_taken_to_fall() -> None:
    made = engine()
    high = ecef_from_enu([[50e3, 50e3, 45e3]], RADAR.origin)
    turn(made, 0, polar(RADAR, high))
    assert made.table.tracks["weight"][0, 3:].sum() > 0.9


def test_misses_erode_existence_only_by_radars_that_could_see() -> None:
    made = engine(SOUTH)
    for k in range(3):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
    before = float(made.table.tracks["odds"][0])
    turn(made, 2, np.zeros((0, 3)), sensor=1)
    assert made.table.tracks["odds"][0] == before
    turn(made, 3, np.zeros((0, 3)))
    assert made.table.tracks["odds"][0] < before - 1


def test_a_radar_that_never_sees_a_target_soon_counts_for_little() -> None:
    near = SOUTH.__class__(
        **{name: getattr(SOUTH, name) for name in SOUTH.__struct_fields__} | {"lat_deg": -32.2}
    )
    made = engine(near)
    steps = []
    for k in range(6):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
        before = float(made.table.tracks["odds"][0])
        turn(made, k, np.zeros((0, 3)), sensor=1)
        steps.append(before - float(made.table.tracks["odds"][0]))
    assert steps[0] > 0.3
    assert steps[-1] < 0.1


def test_a_track_that_reappears_keeps_its_number() -> None:
    made = Engine(TrackingSettings(registration=False, gate_sd=1.0), site_rows([RADAR]))
    for k in range(8):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
    number = int(made.table.tracks["number"][0])
    # It swerves unseen, so its plots fall out of the gate and start a track of their own.
    made.table.sights["visible"][0] = 0.05
    for k in range(8, 16):
        swerved = polar(RADAR, straight([5.0 * k], north_m=62e3))
        turn(made, k, swerved if k > 9 else np.zeros((0, 3)))
    numbers, states = made.states_at(T0_NS + 15 * PERIOD_NS)
    assert numbers.tolist() == [number]
    assert np.linalg.norm(states[0, :3] - straight([75.0], north_m=62e3)[0]) < 1000


def test_a_new_target_far_off_takes_over_no_number() -> None:
    made = engine()
    for k in range(8):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
    made.table.sights["visible"][0] = 0.05
    for k in range(8, 14):
        turn(made, k, polar(RADAR, straight([5.0 * k], north_m=120e3)))
    assert sorted(made.states_at(T0_NS + 13 * PERIOD_NS)[0].tolist())[-1] == 2


def test_a_follower_on_the_same_course_takes_over_no_number() -> None:
    made = engine()
    for k in range(8):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
    made.table.sights["visible"][0] = 0.05
    # The first ends; where it was 60 s ago another flies the same way at the same speed.
    for k in range(8, 13):
        turn(made, k, polar(RADAR, straight([5.0 * k - 60.0])))
    assert sorted(made.states_at(T0_NS + 12 * PERIOD_NS)[0].tolist())[-1] == 2


def test_where_no_radar_looks_a_track_lives_on_but_not_for_ever() -> None:
    short = RADAR.__class__(
        **{name: getattr(RADAR, name) for name in RADAR.__struct_fields__} | {"range_max_m": 90e3}
    )
    made = Engine(TrackingSettings(registration=False), site_rows([short]))
    k = 0
    while True:  # until it has flown out of range
        place = polar(short, straight([5.0 * k]))
        if place[0, 0] > 90e3:
            break
        turn(made, k, place)
        k += 1
    numbers = made.states_at(T0_NS)[0].tolist()
    assert len(numbers) == 1
    lived = 0
    while made.table.count and lived < 60:
        lived += 1
        turn(made, k + lived, np.zeros((0, 3)))
    assert 30 < 5 * lived < 130


# The target of `straight` flies in the north-east at 9 km, some six degrees high.
RIDGE = Sector(from_deg=350.0, to_deg=60.0, up_to_deg=10.0)


def quiet(site: SensorSite, turns: int, whole: bool = True) -> tuple[Engine, list[float]]:
    """Return an engine of one radar that sees a target for eight turns and then nothing, and the
    log odds of its track before and after each quiet turn."""
    made = Engine(TrackingSettings(registration=False), site_rows([site]))
    plots = polar(RADAR, straight([5.0 * k for k in range(8)]))
    for k in range(8):
        at = T0_NS + k * PERIOD_NS
        made.run(0, scan_plots(scan([5.0 * k], plots[k : k + 1])), at, at, whole)
    odds = [float(made.table.tracks["odds"][0])]
    for k in range(8, 8 + turns):
        at = T0_NS + k * PERIOD_NS
        made.run(0, scan_plots(scan([], np.zeros((0, 3)))), at, at, whole)
        odds.append(float(made.table.tracks["odds"][0]) if made.table.count else -np.inf)
    return made, odds


@pytest.mark.parametrize("whole", [True, False])
def test_behind_a_ridge_a_target_is_not_missed(whole: bool) -> None:
    _, missed = quiet(RADAR, 4, whole)
    assert missed[-1] < missed[0] - 2
    _, kept = quiet(msgspec.structs.replace(RADAR, blocked=(RIDGE,)), 4, whole)
    assert kept == [kept[0]] * 5
    low = Sector(from_deg=350.0, to_deg=60.0, up_to_deg=3.0)  # the target stands above it
    _, again = quiet(msgspec.structs.replace(RADAR, blocked=(low,)), 4, whole)
    assert again == missed


def test_behind_a_ridge_a_track_lives_on_as_where_no_radar_looks() -> None:
    free, _ = quiet(RADAR, 9)
    assert free.table.count == 0
    made, _ = quiet(msgspec.structs.replace(RADAR, blocked=(RIDGE,)), 9)
    assert made.states_at(T0_NS)[0].size == 1


def test_in_a_declared_outage_silence_is_no_miss() -> None:
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=T0_NS // 1_000_000_000)
    begin, end = start + timedelta(seconds=38), start + timedelta(seconds=58)
    rests = msgspec.structs.replace(RADAR, outages=(Outage(from_utc=begin, to_utc=end),))
    _, odds = quiet(rests, 5)
    assert odds[:5] == [odds[0]] * 5
    assert odds[5] < odds[0] - 1  # it looks again
    gone, _ = quiet(msgspec.structs.replace(RADAR, outages=()), 9)
    assert gone.table.count == 0


def test_out_of_the_ridge_the_beam_is_yet_to_pass() -> None:
    made, odds = quiet(msgspec.structs.replace(RADAR, blocked=(RIDGE,)), 3, whole=False)
    made.sites["sectors"] = 0  # it has come out
    for k in (11, 11.6):
        at = T0_NS + round(k * PERIOD_NS)
        made.run(0, scan_plots(scan([], np.zeros((0, 3)))), at, at, False)
        assert made.table.tracks["odds"][0] == odds[0]
    for k in (12.6, 13.2):
        at = T0_NS + round(k * PERIOD_NS)
        made.run(0, scan_plots(scan([], np.zeros((0, 3)))), at, at, False)
    assert made.table.tracks["odds"][0] < odds[0] - 1
