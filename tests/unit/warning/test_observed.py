"""A place is observed for a class while a live sensor sees all of it, and not a moment longer."""

from datetime import UTC, datetime, timedelta

import pytest

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import Context, FeedView, PlacesObserved, SensorState, ThreatClass
from skypact.core.site import Outage, Sector, SensorSite
from skypact.warning.observed import Observed
from skypact.warning.places import Places
from skypact.warning.settings import Place
from tests.unit.warning.world import LAT, LON, SECOND_NS, START_NS, header

ISSUER = Issuer("auria", "warning", Context.EXERCISE)
NEAR = Place(name="Near", nation="auria", kind="site", lat_deg=LAT, lon_deg=LON + 0.2, radius_m=2e3)
FAR = Place(name="Far", nation="auria", kind="site", lat_deg=LAT, lon_deg=LON + 2, radius_m=2e3)
ALL = {"ballistic", "rocket", "aircraft", "drone", "cruise"}


def site(name: str = "r1", **changes: object) -> SensorSite:
    facts: dict = {
        "name": name, "sac": 1, "sic": 1, "lat_deg": LAT, "lon_deg": LON, "height_m": 50,
        "period_s": 5, "elevation_sd_deg": 0.2,
    }  # fmt: skip
    return SensorSite(**(facts | changes))


def view(now_ns: int, **alive: bool) -> FeedView:
    states = tuple(
        SensorState(name=name, last_ns=1, rotation_s=5.0, alive=is_alive)
        for name, is_alive in alive.items()
    )
    return FeedView(**header(now_ns), feeds=(), sensors=states)


def classes(messages: list) -> dict[str, set[str]]:
    """Return the classes each place of the last message is observed for."""
    (message,) = messages
    assert isinstance(message, PlacesObserved)
    bits = array(message, "observed").tolist()
    return {
        name: {kind.name.lower() for kind in ThreatClass if held & 1 << kind}
        for name, held in zip(message.names, bits, strict=True)
    }


def room(*sites: SensorSite, places: tuple[Place, ...] = (NEAR, FAR)) -> Observed:
    return Observed(ISSUER, sites, Places(places))


def test_what_is_over_the_horizon_depends_on_the_class() -> None:
    told = classes(room(site()).take(view(START_NS, r1=True), START_NS))
    assert told["Near"] == ALL
    # 188 km away: 100 m stand over the horizon up to some 70 km, 3,000 m up to 255 km.
    assert told["Far"] == {"aircraft", "rocket", "ballistic"}


def test_a_silent_sensor_observes_nothing_and_only_changes_are_told() -> None:
    watched = room(site())
    assert classes(watched.take(view(START_NS, r1=False), START_NS)) == {
        "Near": set(),
        "Far": set(),
    }
    assert classes(watched.take(view(START_NS, r1=True), START_NS))["Near"] == ALL
    assert watched.take(view(START_NS, r1=True), START_NS) == []
    assert classes(watched.take(view(START_NS, r1=False), START_NS))["Near"] == set()


def test_two_sensors_may_share_a_place_and_one_may_stand_in_for_the_other() -> None:
    east = site("r1", blocked=(Sector(from_deg=80, to_deg=90),))
    west = site("r2", blocked=(Sector(from_deg=90, to_deg=100),))
    watched = room(east, west, places=(NEAR,))
    alone = classes(watched.take(view(START_NS, r1=True, r2=False), START_NS))["Near"]
    # So narrow a sector hides little of the ring around it.
    assert alone == {"ballistic", "rocket"}
    assert classes(watched.take(view(START_NS, r1=True, r2=True), START_NS))["Near"] == ALL


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"passive": True}, ALL),
        ({"elevation_sd_deg": None}, {"ballistic", "rocket"}),
        ({"range_max_m": 10_000.0}, ALL),
        ({"elevation_max_deg": 5.0}, {"ballistic", "rocket", "aircraft"}),
    ],
)
def test_what_a_sensor_cannot_it_does_not_observe(changes: dict, lost: set[str]) -> None:
    told = classes(room(site(**changes), places=(NEAR,)).take(view(START_NS, r1=True), START_NS))
    assert told["Near"] == ALL - lost


def test_an_outage_counts_although_the_feed_goes_on() -> None:
    begin = datetime.fromtimestamp(START_NS / SECOND_NS, UTC)
    rest = Outage(from_utc=begin, to_utc=begin + timedelta(seconds=60))
    watched = room(site(outages=(rest,)), places=(NEAR,))
    assert classes(watched.take(view(START_NS, r1=True), START_NS))["Near"] == set()
    later = START_NS + 60 * SECOND_NS
    assert classes(watched.take(view(later, r1=True), later))["Near"] == ALL


def test_before_anything_is_heard_nothing_is_observed_and_a_restart_tells_all() -> None:
    watched = room(site())
    assert classes(watched.restate(START_NS)) == {"Near": set(), "Far": set()}
    watched.take(view(START_NS, r1=True), START_NS)
    again = room(site())
    again.load(watched.save())
    assert classes(again.restate(START_NS))["Near"] == ALL
    assert again.take(view(START_NS, r1=True), START_NS) == []
    other = room(site(), places=(NEAR,))
    other.load(watched.save())
    assert classes(other.restate(START_NS))["Near"] == set()


def test_no_places_no_words() -> None:
    assert room(site(), places=()).restate(START_NS) == []
    assert room(site(), places=()).take(view(START_NS, r1=True), START_NS) == []
