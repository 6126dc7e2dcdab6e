"""Classes of what flies, and what they are when nothing is said."""

import msgspec
import pytest

from skypact.exercise.cast.threats import Aircraft, Ballistic, Civil, Rocket, Threat


def read(table: dict) -> Threat:
    return msgspec.convert(table, Threat)


def test_a_rocket_is_a_short_ballistic_arc() -> None:
    ends = {"launch": {"lat_deg": 1, "lon_deg": 1}, "aim": {"lat_deg": 1, "lon_deg": 2}}
    rocket = read({"class": "rocket", "name": "r", **ends})
    assert isinstance(rocket, Rocket)
    assert isinstance(rocket, Ballistic)
    assert rocket.start_height_m == 1_000.0
    assert read({"class": "ballistic", "name": "b", **ends}).start_height_m == 25_000.0


def test_an_aircraft_flies_a_route() -> None:
    way = [{"lat_deg": 1, "lon_deg": 1}, {"lat_deg": 1, "lon_deg": 2}]
    made = read(
        {"class": "aircraft", "name": "a", "waypoints": way, "speed_mps": 200, "height_m": 5000}
    )
    assert isinstance(made, Aircraft)
    assert made.rcs_m2 == 5.0


def test_an_unknown_class_and_too_much_traffic_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read({"class": "kite", "name": "k"})
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"lat_deg": 0, "lon_deg": 0, "radius_m": 1e5, "count": 10**6}, Civil)
