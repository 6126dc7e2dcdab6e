import numpy as np
import pytest

from skypact.core.geodesy import distance_m
from skypact.core.messages import ImpactEllipse, ThreatClass, ThreatenedPlace
from skypact.warning.places import Places
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.evaluate import Assessment, Threatened, evaluate
from skypact.warning.threat.kernels_fall import fall
from skypact.warning.threat.kinematics import kinematics
from tests.unit.warning.world import START_NS, cruise_to_alder, state, triangle

KIND = {"ballistic": 1, "cruise": 2, "drone": 3, "rocket": 5}


def look(
    rows: list,
    kinds: list[str],
    places: tuple[Place, ...],
    sd: tuple[float, float] = (60.0, 2.0),
    age_s: float = 0.0,
    settings: WarningSettings | None = None,
) -> Threatened:
    track = kinematics(
        np.array([p for p, _ in rows]),
        np.array([v for _, v in rows]),
        np.tile(triangle(*sd), (len(rows), 1)),
    )
    kind = np.array([KIND[k] for k in kinds], np.uint8)
    ages = np.full(len(rows), age_s)
    return evaluate(track, kind, ages, Places(places), settings or WarningSettings())


def aimed_at(east_m: float = 0.0, north_m: float = 0.0) -> tuple[Place, tuple, float]:
    """Return a place this far from where a ballistic state comes down, the state, its time."""
    p, v = state(-31, -14, 60e3, 1500, 250, 900)
    ground, time = fall(p[None], v[None], np.array([1 / 8000]))
    x, y, z = ground[0]
    lat, lon = np.degrees(np.arctan2(z * 1.00673950, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    lat += north_m / 111_195
    lon += east_m / 111_195 / np.cos(np.radians(lat))
    place = Place(
        name="Alder", nation="auria", kind="site", lat_deg=lat, lon_deg=lon, radius_m=3000.0
    )
    return place, (p, v), float(time[0])


def test_a_ballistic_missile_threatens_where_it_comes_down() -> None:
    place, missile, time_s = aimed_at()
    found = look([missile], ["ballistic"], (place,))
    (named,) = found.places[0]
    assert named.time_to_go_s == pytest.approx(time_s, abs=1)
    assert 0 < named.time_spread_s < 20
    impact = found.impacts[0]
    assert isinstance(impact, ImpactEllipse)
    gap = distance_m(
        impact.lat_rad, impact.lon_rad, np.radians(place.lat_deg), np.radians(place.lon_deg)
    )
    assert gap < 1000
    assert impact.semi_major_m > impact.semi_minor_m > 1000


def test_how_far_a_ballistic_threat_reaches_grows_with_its_spread() -> None:
    place, missile, _ = aimed_at(east_m=60e3)
    assert 0 not in look([missile], ["ballistic"], (place,)).places
    assert 0 in look([missile], ["ballistic"], (place,), sd=(2000, 90)).places


def test_an_impact_is_told_even_where_no_place_is() -> None:
    _, missile, _ = aimed_at()
    found = look([missile], ["rocket"], ())
    assert found.impacts
    assert not found.places


def test_the_age_of_the_state_counts() -> None:
    place, missile, time_s = aimed_at()
    (named,) = look([missile], ["ballistic"], (place,), age_s=40).places[0]
    assert named.time_to_go_s == pytest.approx(time_s - 40, abs=1)
    (named,) = look([missile], ["ballistic"], (place,), age_s=4000).places[0]
    assert named.time_to_go_s == 0


@pytest.mark.parametrize("sd", [(9000.0, 2.0), (60.0, 90.0), (60.0, 70.0)])
def test_uncertain_tracks_do_not_cry_wolf(sd: tuple[float, float]) -> None:
    place, _, _ = aimed_at()
    here = Place(name="A", nation="a", kind="site", lat_deg=-32, lon_deg=-18, radius_m=5e3)
    found = look([cruise_to_alder()], ["cruise"], (here, place), sd=sd)
    assert not found.places
    assert found.doubtful.tolist() == [True]
    found = look([cruise_to_alder()], ["cruise"], (here, place))
    assert found.places
    assert found.doubtful.tolist() == [False]


def test_a_fan_wider_than_500_km_says_nothing() -> None:
    place, missile, _ = aimed_at()
    found = look([missile], ["ballistic"], (place,), sd=(50e3, 500))
    assert not found.impacts
    assert not found.places
    assert found.doubtful.tolist() == [True]


def test_horizons_differ_by_class() -> None:
    here = Place(name="A", nation="a", kind="site", lat_deg=-32, lon_deg=-18, radius_m=5e3)
    slow = state(-32, -19.1, 800, 50, 90)  # 104 km at 50 m/s: 1,980 s to the edge
    assert look([slow], ["drone"], (here,)).places
    assert not look([slow], ["cruise"], (here,)).places


def test_places_come_soonest_first() -> None:
    far = Place(name="Far", nation="b", kind="site", lat_deg=-32, lon_deg=-17.7, radius_m=5e3)
    here = Place(name="Here", nation="a", kind="site", lat_deg=-32, lon_deg=-18, radius_m=5e3)
    found = look([cruise_to_alder(), cruise_to_alder(30)], ["cruise"] * 2, (far, here))
    assert [[p.name for p in found.places[i]] for i in (0, 1)] == [["Here", "Far"]] * 2


def test_an_assessment_by_nation() -> None:
    def place(name: str, nation: str, time_s: float) -> ThreatenedPlace:
        return ThreatenedPlace(name=name, nation=nation, time_to_go_s=time_s, time_spread_s=5.0)

    whole = Assessment(
        track=1,
        threat_class=ThreatClass.CRUISE,
        class_probability=0.9,
        assessed_ns=START_NS,
        places=(place("A", "auria", 10), place("B", "borvia", 20), place("C", "auria", 30)),
        impact=None,
        detected_ns=0,
        tracked_ns=0,
    )
    assert whole.nations() == ("auria", "borvia")
    assert [p.name for p in whole.of_nation("auria").places] == ["A", "C"]
    assert whole.over_ns() == START_NS + 35 * 10**9
    assert whole.of_nation("cestia").over_ns() == START_NS
