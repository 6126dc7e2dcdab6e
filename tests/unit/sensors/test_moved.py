"""Moving turns the globe rigidly; invented names never meet and never tell."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import azimuth_rad, distance_m
from skypact.sensors.moved import (
    INVENTED_COUNT,
    INVENTED_FIRST,
    NAMES_MAX,
    InventedNames,
    move,
    turning,
)
from skypact.sensors.settings import Moved

LAT, LON = math.radians(48.7), math.radians(2.5)
TO = Moved(from_lat_deg=48.7, from_lon_deg=2.5, to_lat_deg=-32, to_lon_deg=-18, turn_deg=30)


def test_the_point_goes_where_it_is_sent_and_north_turns_clockwise() -> None:
    lat, lon, velocity = move(turning(TO), [LAT], [LON], [[0.0, 200.0, 7.0]])
    assert np.degrees([lat[0], lon[0]]) == pytest.approx([-32, -18])
    assert velocity[0] == pytest.approx([100, 200 * math.cos(math.radians(30)), 7])


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-180, 180))
def test_distances_bearings_and_speeds_are_kept(dlat: float, dlon: float, turn: float) -> None:
    moved = Moved(
        from_lat_deg=48.7, from_lon_deg=2.5, to_lat_deg=-32, to_lon_deg=-18, turn_deg=turn
    )
    lats, lons = np.array([LAT, LAT + dlat / 10]), np.array([LON, LON + dlon / 10])
    course = azimuth_rad(lats[1], lons[1], lats[0], lons[0])
    velocity = np.array([[0, 0, 0], [250 * np.sin(course), 250 * np.cos(course), 3]])
    lat, lon, turned = move(turning(moved), lats, lons, velocity)
    before, after = (distance_m(a[0], b[0], a[1], b[1]) for a, b in ((lats, lons), (lat, lon)))
    assert after == pytest.approx(before, rel=1e-9, abs=1e-3)
    assert np.hypot(*turned[1, :2]) == pytest.approx(250)
    if before > 1000:
        there = azimuth_rad(lat[1], lon[1], lat[0], lon[0])
        away = np.arctan2(turned[1, 0], turned[1, 1]) - there
        assert abs((away + np.pi) % (2 * np.pi) - np.pi) < 1e-6


def test_what_was_not_measured_stays_so() -> None:
    nan = np.nan
    _, _, velocity = move(turning(TO), [LAT] * 2, [LON] * 2, [[nan, nan, nan], [100, 0, nan]])
    assert np.isnan(velocity[0]).all()
    assert np.isnan(velocity[1, 2])
    assert np.hypot(*velocity[1, :2]) == pytest.approx(100)


def rename(names: InventedNames, address: int, callsign: bytes) -> tuple[int, bytes]:
    new, said = names.rename(np.array([address], np.uint32), np.array([callsign], "S8"))
    return int(new[0]), bytes(said[0])


def test_names_are_invented_stable_and_distinct() -> None:
    names = InventedNames()
    real = np.arange(1, 3001, dtype=np.uint32) * 5000
    address, callsign = names.rename(real, np.full(3000, b"AFR1", "S8"))
    assert len(set(address.tolist())) == len(set(callsign.tolist())) == 3000
    assert ((address >= INVENTED_FIRST) & (address < INVENTED_FIRST + INVENTED_COUNT)).all()
    assert not set(address.tolist()) & set(real.tolist())
    again, _ = InventedNames().rename(real, np.full(3000, b"", "S8"))
    assert (again == address).mean() > 0.99


def test_what_a_report_left_out_stays_out() -> None:
    names = InventedNames()
    address, callsign = rename(names, 0x3C660C, b"")
    assert address
    assert callsign == b""
    assert rename(names, 0, b"") == (0, b"")
    address, callsign = rename(names, 0, b"DLH1")
    assert address == 0
    assert callsign.startswith(b"SKY")


def test_a_full_table_lets_the_oldest_go_and_stays_injective() -> None:
    names = InventedNames()
    real = np.arange(1, NAMES_MAX + 500, dtype=np.uint32)
    names.rename(real, np.full(len(real), b"A1", "S8"))
    assert len(names.names) == NAMES_MAX
    for part in ("address", "callsign"):
        assert len({getattr(n, part) for n in names.names.values()}) == NAMES_MAX
    restored = InventedNames(dict(names.names))
    assert rename(restored, 10**6, b"B") == rename(names, 10**6, b"B")
