"""The first night keeps what its page promises: who can see what, and when."""

import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import distance_m
from skypact.exercise.arcs import height_m
from skypact.exercise.scenario import load
from skypact.exercise.sensing import Radar
from skypact.exercise.truth import Truth

NIGHT = load("first_night")
BALLISTIC = 0


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(NIGHT)


def seen_by(nation: str, truth: Truth, seed: int, until_s: float) -> list[float]:
    """Return when plots of the missile are taken by the radars of a nation."""
    times: list[float] = []
    for site in NIGHT.nation(nation).sensors:
        radar = Radar(msgspec.structs.replace(site, clutter_per_scan=0.0), truth, seed)
        for rotation in range(int(until_s / site.period_s)):
            passed_s, plots = radar.plots(rotation)
            for time, distance in zip(passed_s, plots["range_m"], strict=True):
                true = radar.polar(np.full(truth.count, time))[0][BALLISTIC, 0]
                if abs(distance - true) < 500 and time < until_s:
                    times.append(float(time))
    return sorted(times)


def first_in_sight(nation: str, truth: Truth) -> np.ndarray:
    """Return when each object first is where a radar of the nation could see it, NaN never."""
    first = np.full(truth.count, np.nan)
    radars = [Radar(site, truth, 1) for site in NIGHT.nation(nation).sensors]
    for time in np.arange(0.0, NIGHT.duration_s, 1.0):
        for radar in radars:
            polar, height, exists = radar.polar(np.full(truth.count, time))
            sight = exists & radar.in_sight(polar, height) & np.isnan(first)
            first[sight] = time
    return first


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("nation", ["borvia", "cestia"])
def test_two_nations_have_three_plots_of_the_missile_within_25_s(
    nation: str, seed: int, truth: Truth
) -> None:
    assert seen_by(nation, truth, seed, 40.0)[2] < 25.0


def test_the_warned_nation_sees_nothing_for_three_minutes(truth: Truth) -> None:
    assert seen_by("auria", truth, 1, 190.0) == []


def test_the_table_of_first_sightings(truth: Truth) -> None:
    borvia, cestia, auria = (first_in_sight(n, truth) for n in ("borvia", "cestia", "auria"))
    north, south = truth.names.index("cruise-north"), truth.names.index("cruise-south")
    assert (borvia[0], cestia[0], auria[0]) == (5.0, 5.0, 196.0)
    assert (borvia[north], cestia[south]) == (253.0, 204.0)
    assert cestia[south + 1 :].tolist() == [0.0] * 6
    assert np.isnan(auria[1:]).all()


def test_the_table_of_ends(truth: Truth) -> None:
    assert truth.end_s[:3] == pytest.approx([374, 540, 583], abs=1)
    assert (truth.end_s[3:] > NIGHT.duration_s).all()
    top = max(float(height_m(truth.state(t)[0])[BALLISTIC]) for t in range(5, 370, 5))
    assert top == pytest.approx(165_000, rel=0.01)


def test_every_threat_ends_at_a_defended_place(truth: Truth) -> None:
    ends = zip(truth.end_lat_rad, truth.end_lon_rad, strict=True)
    for lat, lon in ends:
        gaps = [
            distance_m(lat, lon, *np.radians([place.lat_deg, place.lon_deg]))
            for place in NIGHT.places
            if place.lat_deg is not None and place.lon_deg is not None
        ]
        assert min(gaps) < 3_000
