"""Sightings in the tracking room: they start, confirm and keep alive nothing, leave no name."""

from typing import Any

import numpy as np
import pytest

from skypact.core import codec
from skypact.core.columns import array, pack
from skypact.core.geodesy import ecef_from_geodetic, geodetic_from_ecef
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Message,
    Sighted,
    Sightings,
    SightingsUnexplained,
    TrackBatch,
)
from skypact.node import DOORS, ROUTES
from skypact.tracking.sightings.crowd import HOLD_NS, WAITING_MAX
from skypact.tracking.tracker import Tracker
from tests.unit.tracking.scenes import RADAR, SECOND_NS, T0_NS, polar, scan, straight, tracker

ISSUER = Issuer("auria", "test", Context.EXERCISE)


def sightings(at_s: float, azimuth_deg: Any, **changed: Any) -> Sightings:
    azimuth = np.radians(np.atleast_1d(azimuth_deg)) % (2 * np.pi)
    n = len(azimuth)
    now_ns = T0_NS + round(at_s * SECOND_NS)
    columns: dict[str, Any] = {
        "time_ns": np.full(n, now_ns),
        "source": np.arange(n) + 1,
        "lat_rad": np.full(n, RADAR.lat_rad),
        "lon_rad": np.full(n, RADAR.lon_rad),
        "place_sd_m": np.full(n, 100.0),
        "azimuth_rad": azimuth,
        "azimuth_sd_rad": np.full(n, np.radians(8)),
        "elevation_rad": np.full(n, np.nan),
        "signal_speed_mps": np.full(n, np.nan),
        "sighted": np.full(n, int(Sighted.DRONE)),
    }
    header = ISSUER.header(now_ns, now_ns)
    return Sightings(**header, feed="people", count=n, **pack(Sightings, **(columns | changed)))


def give(room: Tracker, message: Sightings) -> list[Message]:
    out = list(room.handle(message, message.received_ns))
    due_ns = room.next_wake_ns()
    while due_ns is not None and due_ns <= message.received_ns + HOLD_NS:
        out += room.wake(due_ns)
        due_ns = room.next_wake_ns()
    return out


def held(turns: int = 6) -> Tracker:
    """Return a tracker that holds one flight near the radar."""
    room = tracker()
    times = np.arange(turns) * RADAR.period_s
    for at_s, plot in zip(times, polar(RADAR, straight(times)), strict=True):
        message = scan([at_s], plot[None])
        room.handle(message, message.received_ns)
    assert room.report_at(T0_NS).number.size == 1
    return room


def beside(room: Tracker, off_m: float = 0.0) -> tuple[float, float, float]:
    """Return (lat, lon, azimuth in degrees) of somebody 5 km south of the track, pointing at it."""
    at_ns = T0_NS + round(26 * SECOND_NS)
    lat, lon, _ = geodetic_from_ecef(room.report_at(at_ns).state[0, :3])
    return float(lat) - 5_000 / 6.37e6, float(lon), float(np.degrees(np.arctan2(off_m, 5_000)))


@pytest.mark.parametrize("count", [1, 500])
def test_bearings_alone_start_no_track(count: int) -> None:
    room = tracker()
    for second in range(60):
        out = give(room, sightings(second, np.full(count, 90.0)))
        assert not any(isinstance(m, TrackBatch) for m in out)
    assert room.tracks == 0


def test_a_tentative_track_is_not_confirmed_and_a_silent_one_not_kept_alive() -> None:
    room, alone = tracker(), tracker()
    for each in (room, alone):
        message = scan([0.0], polar(RADAR, straight([0.0])))
        each.handle(message, message.received_ns)
    for second in range(1, 10):
        give(room, sightings(second, np.linspace(0, 359, 500)))
    assert room.report_at(T0_NS).number.size == 0
    assert room.tracks == alone.tracks == 1
    room = held()
    lat, lon, azimuth = beside(room)
    for second in range(26, 400):
        where = {"lat_rad": np.full(50, lat), "lon_rad": np.full(50, lon)}
        give(room, sightings(second, np.full(50, azimuth), **where))
        room.wake(T0_NS + (second + 1) * SECOND_NS)
    assert room.tracks == 0


def test_a_crowd_of_strangers_moves_a_held_track_by_next_to_nothing() -> None:
    room = held()
    at_ns = T0_NS + round(26 * SECOND_NS)
    before = room.report_at(at_ns).state[0, :3].copy()
    lat, lon, azimuth = beside(room, off_m=1_500.0)
    where = {"lat_rad": np.full(2_000, lat), "lon_rad": np.full(2_000, lon)}
    out = give(room, sightings(26, np.full(2_000, azimuth), **where))
    assert any(isinstance(m, TrackBatch) for m in out)
    assert 0 < np.linalg.norm(room.report_at(at_ns).state[0, :3] - before) < 10


def test_sources_that_point_at_tracks_come_to_be_believed_and_others_not() -> None:
    room = held()
    lat, lon, azimuth = beside(room)
    where = {"lat_rad": np.full(2, lat), "lon_rad": np.full(2, lon)}
    for tenth in range(40):
        give(room, sightings(26 + tenth / 10, [azimuth, azimuth + 120], **where))
    believed, new = room._crowd.reliability.of(np.array([1, 2], np.uint64))
    assert believed[0] > 0.8
    assert believed[1] < 0.1
    assert not new.any()


def test_what_believed_sources_see_and_no_track_explains_is_told_by_its_area() -> None:
    room = held()
    lat, lon, azimuth = beside(room)
    where = {"lat_rad": np.full(12, lat), "lon_rad": np.full(12, lon)}
    strangers = sightings(26, np.full(12, azimuth + 120), source=np.arange(12) + 100, **where)
    assert not any(isinstance(m, SightingsUnexplained) for m in give(room, strangers))
    for tenth in range(40):
        give(room, sightings(26 + tenth / 10, np.full(12, azimuth), **where))
    told = give(room, sightings(90, np.full(12, azimuth + 120), **where))
    [message] = [m for m in told if isinstance(m, SightingsUnexplained)]
    [area] = message.areas
    assert (area.sources, area.sighted) == (12, Sighted.DRONE)
    apart = ecef_from_geodetic(area.lat_rad, area.lon_rad, 0) - ecef_from_geodetic(lat, lon, 0)
    assert np.linalg.norm(apart) < 17_000
    # Nothing finer than the middle of the area, and no source, is in what people are shown.
    assert round(lat, 6) not in {round(area.lat_rad, 6)}
    assert b"source" not in codec.encode(message).replace(b"sources", b"")


def test_no_way_leads_from_a_sighting_out_of_the_node() -> None:
    assert ROUTES[Sightings] == ("tracking",)
    assert Sightings not in DOORS
    assert SightingsUnexplained not in ROUTES


def test_old_and_too_many_sightings_are_counted() -> None:
    room = tracker()
    old = sightings(0, [1.0] * 3, time_ns=np.full(3, T0_NS - 31 * SECOND_NS))
    room.handle(old, T0_NS)
    flood = sightings(0, np.zeros(WAITING_MAX + 5))
    room.handle(flood, T0_NS)
    assert room.refusals.counts == {
        "people: sightings of another time": 3,
        "people: more sightings than can be judged": 5,
    }


def test_a_restored_room_goes_on_byte_for_byte() -> None:
    def rest(room: Tracker) -> bytes:
        out: list[Message] = []
        for tenth in range(30):
            out += give(room, sightings(27 + tenth / 10, azimuths, **where))
        return b"".join(codec.encode(m) for m in out) + room.snapshot()

    first = held()
    lat, lon, azimuth = beside(first)
    azimuths = azimuth + np.array([0.0, 3.0, 90.0, -4.0])
    where = {"lat_rad": np.full(4, lat), "lon_rad": np.full(4, lon)}
    give(first, sightings(26, azimuths, **where))
    message = sightings(26.5, azimuths, **where)
    first.handle(message, message.received_ns)  # waits to be judged
    second = tracker()
    second.restore(first.snapshot())
    assert rest(second) == rest(first)
    assert array(message, "source").tolist() == [1, 2, 3, 4]
