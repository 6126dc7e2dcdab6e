import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import horizon_m
from skypact.core.messages import Scan
from skypact.core.site import Sector, SensorSite
from skypact.exercise.cast.threats import Civil
from skypact.exercise.scenario import load
from skypact.exercise.sensing import Radar, range_of
from skypact.exercise.truth import Truth

SITE = load("first_night").nation("cestia").sensors[0]
SURE = msgspec.structs.replace(SITE, detection_probability=1.0, clutter_per_scan=0.0)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(load("first_night"))


def test_range_falls_with_the_fourth_root_of_the_cross_section() -> None:
    wanted = SITE.range_max_m * np.array([1.0, 1.0, 10**-0.25, 0.1])
    assert range_of(SITE, [100.0, 1.0, 0.1, 1e-4]) == pytest.approx(wanted)


def test_low_flyers_are_seen_when_they_rise_over_the_horizon(truth: Truth) -> None:
    radar = Radar(SURE, truth, 1)
    cruise = truth.names.index("cruise-south")
    seen: list[bool] = []
    for time in np.arange(20.0, 580.0, 4.0):
        polar, height, _ = radar.polar(np.full(truth.count, time))
        ground = polar[cruise, 0] * np.cos(polar[cruise, 2])
        seen.append(bool(ground <= horizon_m(SITE.height_m, height[cruise])))
        assert bool(radar.in_sight(polar, height)[cruise]) == seen[-1]
    assert not seen[0]
    assert seen[-1]


def sighted(radar: Radar, rotations: range) -> tuple[np.ndarray, np.ndarray]:
    """Return errors (M, 3) of every plot against the nearest truth, and times (M,)."""
    errors, times = [], []
    for k in rotations:
        passed_s, plots = radar.plots(k)
        polar = np.stack([plots["range_m"], plots["azimuth_rad"], plots["elevation_rad"]], -1)
        for time, row in zip(passed_s, polar, strict=True):
            true = radar.polar(np.full(radar._truth.count, time))[0]
            gap = row - true
            gap[:, 1] = (gap[:, 1] + np.pi) % (2 * np.pi) - np.pi
            errors.append(gap[np.argmin(np.abs(gap[:, 0] / 100) + np.abs(gap[:, 1] / 0.005))])
            times.append(time)
    return np.array(errors), np.array(times)


def test_errors_have_the_standard_deviations_of_the_site(truth: Truth) -> None:
    site = msgspec.structs.replace(SURE, range_sd_m=20.0, azimuth_sd_deg=0.05)
    errors, _ = sighted(Radar(site, truth, 3), range(2, 70))
    assert len(errors) > 400
    wanted = np.array([20.0, np.radians(0.05), np.radians(0.2)])
    assert errors.std(axis=0) == pytest.approx(wanted, rel=0.12)
    assert np.abs(errors.mean(axis=0) / wanted).max() < 0.15


def test_a_target_is_seen_when_the_beam_passes(truth: Truth) -> None:
    radar = Radar(SURE, truth, 1)
    for rotation in (3, 10):
        passed_s, plots = radar.plots(rotation)
        assert (np.diff(passed_s) >= 0).all()
        beam = (passed_s - radar.north_s(rotation)) / SITE.period_s * 2 * np.pi
        assert np.abs(np.sin(beam - plots["azimuth_rad"])).max() < 6 * SITE.azimuth_sd_rad


def test_detection_probability(truth: Truth) -> None:
    everything = sum(len(Radar(SURE, truth, 1).plots(k)[0]) for k in range(2, 60))
    site = msgspec.structs.replace(SURE, detection_probability=0.7)
    found = sum(len(Radar(site, truth, 1).plots(k)[0]) for k in range(2, 60))
    assert found / everything == pytest.approx(0.7, abs=0.08)


def test_clutter_per_scan(truth: Truth) -> None:
    site = msgspec.structs.replace(SITE, detection_probability=0.0, clutter_per_scan=20.0)
    counts = [len(Radar(site, truth, 1).plots(k)[0]) for k in range(100)]
    assert np.mean(counts) == pytest.approx(20.0, abs=1.5)
    assert np.var(counts) == pytest.approx(20.0, rel=0.5)


def test_nothing_is_seen_in_a_blocked_sector(truth: Truth) -> None:
    site = msgspec.structs.replace(SITE, clutter_per_scan=20.0)
    turns = range(2, 30)
    free = [Radar(site, truth, 1).plots(k)[1] for k in turns]
    azimuth = np.degrees(np.concatenate([plots["azimuth_rad"] for plots in free]))
    elevation = np.degrees(np.concatenate([plots["elevation_rad"] for plots in free]))
    ridge = Sector(from_deg=300.0, to_deg=100.0, up_to_deg=1.0)
    shaded = msgspec.structs.replace(site, blocked=(ridge,))
    left = [Radar(shaded, truth, 1).plots(k)[1] for k in turns]
    seen = np.degrees(np.concatenate([plots["azimuth_rad"] for plots in left]))
    height = np.degrees(np.concatenate([plots["elevation_rad"] for plots in left]))
    inside = (azimuth > 300.2) | (azimuth < 99.8)
    # Where a plot is hidden is decided by the truth; its errors are a fraction of a degree.
    assert (inside & (elevation < 0.2)).sum() > 50
    assert not (((seen > 300.5) | (seen < 99.5)) & (height < 0.2)).any()
    outside = (azimuth < 299.5) & (azimuth > 100.5)
    assert ((seen < 299.5) & (seen > 100.5)).sum() == outside.sum()


def test_a_mast_on_a_plateau_sees_no_further_than_on_the_plain(truth: Truth) -> None:
    polar = np.array([[150e3, 1.0, 0.001]])
    low = msgspec.structs.replace(SURE, height_m=20.0, mast_m=20.0)
    high = msgspec.structs.replace(SURE, height_m=1_520.0, mast_m=20.0)
    for over_ground_m in (500.0, 2_000.0):
        seen = [
            Radar(site, truth, 1).in_sight(polar, np.array([site.ground_m + over_ground_m]))[0]
            for site in (low, high)
        ]
        assert seen == [over_ground_m > 1_000] * 2
    free = msgspec.structs.replace(high, mast_m=None)
    assert Radar(free, truth, 1).in_sight(polar, np.array([2_000.0]))[0]


def test_a_radar_without_height_measures_no_elevation(truth: Truth) -> None:
    flat = msgspec.structs.replace(SITE, elevation_sd_deg=None)
    _, plots = Radar(flat, truth, 1).plots(4)
    assert len(plots["elevation_rad"]) > 0
    assert np.isnan(plots["elevation_rad"]).all()


def test_columns_are_those_of_a_scan(truth: Truth) -> None:
    passed_s, plots = Radar(SITE, truth, 1).plots(4)
    assert {"time_ns", *plots} == set(Scan.COLUMNS)
    assert all(len(column) == len(passed_s) for column in plots.values())


def test_same_seed_same_plots_whatever_was_asked_before(truth: Truth) -> None:
    first, second = Radar(SITE, truth, 5), Radar(SITE, truth, 5)
    second.plots(9)
    assert first.plots(4)[1]["range_m"].tobytes() == second.plots(4)[1]["range_m"].tobytes()
    other = Radar(SITE, truth, 6).plots(4)[1]["range_m"]
    assert first.plots(4)[1]["range_m"].tobytes() != other.tobytes()


def test_the_beginning_of_the_first_night(truth: Truth) -> None:
    """Borvia and Cestia hold three plots of the missile within 25 s; Auria none for 180 s."""
    scenario = load("first_night")
    for nation in ("borvia", "cestia"):
        times = ballistic_plots_s(scenario.nation(nation).sensors[0], truth, 0, 8)
        assert times[2] < 25
    for site in scenario.nation("auria").sensors:
        assert ballistic_plots_s(site, truth, 0, 35) == []


def ballistic_plots_s(site: SensorSite, truth: Truth, first: int, last: int) -> list[float]:
    times: list[float] = []
    radar = Radar(msgspec.structs.replace(site, clutter_per_scan=0.0), truth, 1)
    for k in range(first, last):
        passed_s, plots = radar.plots(k)
        true, _, exists = radar.polar(np.full(truth.count, radar.north_s(k) + site.period_s / 2))
        high = np.abs(plots["range_m"] - true[0, 0]) < 15_000
        times += passed_s[high & exists[0]].tolist()
    return times


def test_a_transponder_answers_with_address_and_altitude() -> None:
    table = Civil(lat_deg=-31.0, lon_deg=-18.0, radius_m=300_000, count=40)
    night = msgspec.structs.replace(load("first_night"), civil=(table,))
    truth = Truth(night, civil=True)
    site = night.nation("borvia").sensors[0]
    _, columns = Radar(site, truth, 1).plots(3)
    named = columns["address"] > 0
    assert 5 < named.sum() < named.size
    assert (columns["detection"][named] == 3).all()
    assert (columns["detection"][~named] == 1).all()
    assert ((columns["altitude_pressure_m"] > 8_000) == named).all()
