import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import ecef_from_enu, ecef_from_geodetic
from skypact.core.geoid import undulation_m
from skypact.sensors.sapient import detections, nodes
from skypact.sensors.sapient.detections import Placed, Seen
from tests.unit.sensors.sapient import messages

NODE = nodes.Node(name="Mast", heard_ns=0, speed_mps=1.0)
NAN = math.nan


def read(made: Any, node: nodes.Node = NODE) -> Placed | Seen | str:
    return detections.read(made.detection_report, node, 7, 50.0)


def placed(**changed: Any) -> Placed:
    found = read(messages.detection(**changed))
    assert isinstance(found, Placed)
    return found


def seen(**changed: Any) -> Seen:
    found = read(messages.polar(**changed))
    assert isinstance(found, Seen)
    return found


def test_degrees_and_radians_are_one_place() -> None:
    degrees = placed(error=0.001)
    radians = placed(
        lat=math.radians(-32), lon=math.radians(-18), system=messages.RAD_M, error=0.001 / 57.29578
    )
    assert degrees[1:4] == pytest.approx(radians[1:4])
    assert degrees.sd_m == pytest.approx(111.2, rel=1e-3)
    assert radians.sd_m == pytest.approx(degrees.sd_m, rel=1e-6)
    assert (degrees.velocity, degrees.callsign) == ((100, -50, 2), b"SKY7")


def test_heights_above_the_geoid_become_heights_above_the_ellipsoid() -> None:
    columns = detections.report_columns([placed(), placed(datum=messages.GEOID)])
    over = float(undulation_m(math.radians(-32), math.radians(-18)))
    assert columns["height_wgs84_m"].tolist() == pytest.approx([3000, 3000 + over])
    assert abs(over) > 1


def test_what_is_not_said_is_not_known() -> None:
    assert math.isnan(placed(z=None).height_m)
    assert math.isnan(placed(datum="LOCATION_DATUM_UNSPECIFIED").height_m)
    assert placed().sd_m == 50.0
    assert placed(velocity=(1.0, 2.0)).velocity[:2] == (1.0, 2.0)
    assert math.isnan(placed(velocity=(1.0, 2.0)).velocity[2])
    unknown = nodes.Node(name="", heard_ns=0)
    found = read(messages.detection(), unknown)
    assert isinstance(found, Placed)
    assert all(map(math.isnan, found.velocity))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"system": "LOCATION_COORDINATE_SYSTEM_UTM_M"}, "not in latitude and longitude"),
        ({"lat": 90.1}, "nowhere on Earth"),
        ({"lon": NAN}, "nowhere on Earth"),
        ({"lon": math.inf}, "nowhere on Earth"),
        ({"z": NAN}, "nowhere in the air"),
        ({"z": 6e5}, "nowhere in the air"),
    ],
)
def test_places_that_are_none_are_refused(changed: dict[str, Any], why: str) -> None:
    found = read(messages.detection(**changed))
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"datum": "MAGNETIC"}, "not from true north"),
        ({"datum": "PLATFORM"}, "not from true north"),
        ({"system": "UNSPECIFIED"}, "without its units"),
        ({"azimuth": None}, "without azimuth"),
        ({"azimuth": NAN}, "a direction that is none"),
        ({"elevation": 91.0}, "a direction that is none"),
        ({"distance": -1.0}, "a range that is none"),
        ({"distance": math.inf}, "a range that is none"),
    ],
)
def test_bearings_that_are_none_are_refused(changed: dict[str, Any], why: str) -> None:
    found = read(messages.polar(**changed))
    assert isinstance(found, str)
    assert why in found


def test_all_units_of_bearings_are_one_direction() -> None:
    turn = math.radians(30), math.radians(5)
    same = [
        seen(),
        seen(system="DEGREES_KM", distance=20.0),
        seen(system="RADIANS_M", azimuth=turn[0], elevation=turn[1]),
        seen(system="RADIANS_KM", azimuth=turn[0], elevation=turn[1], distance=20.0),
        seen(azimuth=390.0),
        seen(azimuth=-330.0),
    ]
    for one in same:
        assert one[1:4] == pytest.approx((*turn, 20_000))
    assert seen(azimuth=-1e-18).azimuth_rad == 0.0


def test_a_place_from_where_the_node_stands_is_the_same_point() -> None:
    origin = (math.radians(-32), math.radians(-18), 100.0)
    [where] = detections.located([seen()], [origin], 50.0)
    up = 20_000 * math.sin(math.radians(5))
    flat = 20_000 * math.cos(math.radians(5))
    enu = [flat * math.sin(math.radians(30)), flat * math.cos(math.radians(30)), up]
    got = ecef_from_geodetic(where.lat_rad, where.lon_rad, where.height_m)
    assert np.allclose(got, ecef_from_enu(enu, origin), atol=1e-3)
    [level] = detections.located([seen(elevation=None)], [origin], 50.0)
    assert math.isnan(level.height_m)
    assert detections.located([], [], 50.0) == []


def test_the_error_of_a_place_is_the_larger_one() -> None:
    made = messages.polar()
    polar = made.detection_report.range_bearing
    polar.range_error, polar.azimuth_error = 10.0, 1.0
    found = read(made)
    assert isinstance(found, Seen)
    assert found.sd_m == pytest.approx(20_000 * math.radians(1))


@given(st.text(max_size=12))
def test_an_id_is_a_call_sign_only_if_it_fits(text: str) -> None:
    found = placed(callsign=text.encode("utf-8", "ignore").decode())
    assert len(found.callsign) <= 8
    assert found.callsign.isascii()


def test_an_object_out_of_sight_is_no_detection() -> None:
    made = messages.detection()
    assert not detections.is_lost(made.detection_report)
    made.detection_report.state = "lostInView"
    assert detections.is_lost(made.detection_report)
