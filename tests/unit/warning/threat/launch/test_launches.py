"""Which reports are of one launch, and which track came of which launch."""

import numpy as np
import pytest

from skypact.warning.places import Places
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.launch.falling import Falling
from skypact.warning.threat.launch.launches import Launches
from tests.unit.warning.launched import arc, launches, seconds
from tests.unit.warning.world import PLACES, START_NS

T0 = START_NS
ALL = Places(PLACES)


def held(*messages, settings: WarningSettings | None = None) -> Launches:
    made = Launches(settings or WarningSettings())
    for message in messages:
        made.take(message, ALL, message.received_ns)
    return made


def tracks(at_s: float, *states: tuple[int, tuple[np.ndarray, np.ndarray]]) -> Falling:
    return Falling(
        np.array([n for n, _ in states], np.uint32),
        np.full(len(states), T0 + seconds(at_s)),
        np.array([p for _, (p, _) in states]),
        np.array([v for _, (_, v) in states]),
        np.full(len(states), 100.0**2),
    )


def test_what_a_launch_says_and_how_old_it_is() -> None:
    made = Launches(WarningSettings())
    (found,) = made.take(launches(T0 + seconds(40), T0), ALL, T0 + seconds(40))
    assert found.track == -1
    assert [p.name for p in found.places] == ["Alder", "Birch", "Cedar"]
    assert found.launch is not None
    assert (found.launch.time_ns, found.launch.confidence) == (T0, 0.9)
    later = Launches(WarningSettings())
    (older,) = later.take(launches(T0 + seconds(90), T0), ALL, T0 + seconds(90))
    assert older.places[0].time_to_go_s == pytest.approx(found.places[0].time_to_go_s - 50, abs=1)


def test_nothing_says_where_in_its_cell_a_launch_was() -> None:
    """Times to three places would else tell its point to a kilometre."""
    lat, lon = np.radians(-27.0), np.radians(-18.0)
    aside = (0.0, 2e3 / 6.371e6)
    told = {
        tuple(made.take(launches(T0, T0, lat_rad=lat + d, lon_rad=lon + d), ALL, T0)[0].places)
        for d in aside
        for made in [Launches(WarningSettings())]
    }
    assert len(told) == 1


def test_an_unsure_report_is_no_launch() -> None:
    made = Launches(WarningSettings())
    assert made.take(launches(T0, T0, confidence=0.4), ALL, T0) == []
    assert not made.waiting


def test_a_second_report_sharpens_the_first() -> None:
    made = held(launches(T0, T0, major_sd_m=20e3, minor_sd_m=20e3))
    aside = np.radians(-26.9)
    (found,) = made.take(
        launches(T0 + seconds(10), T0 + seconds(3), lat_rad=aside, azimuth_rad=np.pi, burn_s=60.0),
        ALL,
        T0 + seconds(10),
    )
    assert found.track == -1
    (_, (launch,)) = made.save()
    assert (launch.lat_rad, launch.azimuth_rad, launch.burn_s) == (aside, np.pi, 60.0)
    assert launch.sd_m < 4e3
    # A worse one changes nothing but what it alone saw.
    made.take(launches(T0 + seconds(20), T0, major_sd_m=9e3, confidence=0.95), ALL, T0)
    (_, (same,)) = made.save()
    assert (same.lat_rad, same.confidence, same.burn_s) == (aside, 0.95, 60.0)


def test_reports_of_one_message_or_far_apart_are_different_launches() -> None:
    salvo = held(launches(T0, T0, count=3), launches(T0 + 5, T0, count=3))
    assert salvo.save()[0] == 3
    apart = held(launches(T0, T0), launches(T0, T0, lat_rad=np.radians(-25.0)))
    assert apart.save()[0] == 2
    later = held(launches(T0, T0), launches(T0 + seconds(60), T0 + seconds(60)))
    assert later.save()[0] == 2


@pytest.mark.parametrize("at_s", [70.0, 120.0, 240.0])
def test_the_track_that_came_of_it_is_found(at_s: float) -> None:
    made = held(launches(T0 + seconds(40), T0))
    assert made.join(tracks(at_s, (9, arc(at_s)))) == [(1, 9)]
    assert not made.waiting
    assert made.join(tracks(at_s, (9, arc(at_s)))) == []


def test_a_track_from_elsewhere_is_not() -> None:
    made = held(launches(T0 + seconds(40), T0))
    p, v = arc(200.0)
    assert made.join(tracks(200.0, (9, (p, -v)))) == []
    assert made.join(tracks(60.0, (9, (p, v)))) == []
    assert made.waiting


def test_two_launches_two_tracks_each_to_its_own() -> None:
    west = launches(T0, T0, lon_rad=np.radians(-23.0))
    made = held(west, launches(T0, T0))
    p, v = arc(150.0, aside_deg=1.0)
    turn = np.radians(-5.0)
    spin = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]]
    )
    both = tracks(150.0, (7, (p, v)), (8, (spin @ p, spin @ v)))
    assert sorted(made.join(both)) == [(1, 8), (2, 7)]


def test_a_salvo_of_one_site_takes_as_many_tracks_as_launches() -> None:
    made = held(launches(T0, T0, count=2))
    joined = made.join(tracks(100.0, (5, arc(100)), (6, arc(100)), (7, arc(100))))
    assert len(joined) == 2
    assert len({launch for launch, _ in joined}) == len({track for _, track in joined}) == 2


def test_old_launches_are_forgotten_and_state_is_kept() -> None:
    made = held(launches(T0, T0))
    again = Launches(WarningSettings())
    again.load(made.save())
    assert again.join(tracks(100.0, (9, arc(100)))) == [(1, 9)]
    assert made.forget_old(T0 + seconds(700)) == []
    assert made.forget_old(T0 + seconds(3_600)) == [1]
    assert made.save() == (1, [])
