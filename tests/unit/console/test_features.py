"""GeoJSON of the picture."""

import math

import numpy as np
import pytest

from skypact.console.features import Box, time_of, time_text, tracks, warnings, within, zones
from skypact.core.messages import Context, Identity, ThreatClass, WarningState
from tests.unit.edge.cot.test_picture import PLACES, picture, warning
from tests.unit.sensors.cot.samples import NOW_NS


def test_a_track_is_a_point_with_its_height_and_how_well_it_is_known() -> None:
    (one,), matched = tracks(picture(callsign=[b"DLH4 "]), None, 0, 10)
    assert matched == 1
    assert one["type"] == "Feature"
    assert one["id"] == "1001"
    lon, lat, height_m = one["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx((math.degrees(-0.35), math.degrees(-0.55)), abs=1e-7)
    assert height_m == 9_144.0
    assert one["properties"] == {
        "number": 1001, "height_m": 9_144.0, "speed_mps": 500.0, "course_deg": 323.1,
        "climb_mps": 5.0, "horizontal_sd_m": 150.0, "height_sd_m": 80.0, "age_s": 2.6,
        "quality": 9, "time": "2030-03-17T17:46:40.123Z", "identity": "unknown",
        "threat_class": "drone", "reporter": "auria", "callsign": "DLH4", "context": "exercise",
    }  # fmt: skip


@pytest.mark.parametrize("identity", Identity)
def test_the_identity_is_the_pictures(identity: Identity) -> None:
    view = picture(identity=[identity], threat_class=[ThreatClass.CRUISE])
    (one,), _ = tracks(view, None, 0, 1)
    assert one["properties"]["identity"] == identity.name.lower()


def test_pages_are_ordered_by_number_and_lose_nothing() -> None:
    numbers = np.random.default_rng(1).permutation(np.arange(1, 98))
    view = picture(97, number=numbers)
    got = [one["properties"]["number"] for at in range(0, 97, 10)
           for one in tracks(view, None, at, 10)[0]]  # fmt: skip
    assert got == sorted(numbers.tolist())


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        (Box(-10, -10, 10, 10), {1}),
        (Box(170, -10, -170, 10), {2, 3}),
        (Box(-180, -90, 180, 90), {1, 2, 3, 4}),
        (Box(0, 0, 0, 0), {1}),
        (Box(20, 20, 30, 30), set()),
    ],
)
def test_a_box_selects_also_over_the_180th_meridian(box: Box, wanted: set[int]) -> None:
    view = picture(
        4, number=[1, 2, 3, 4], lat_rad=np.radians([0, 1, -1, 80]),
        lon_rad=np.radians([0, 179, -179, 90]),
    )  # fmt: skip
    found, matched = tracks(view, box, 0, 10)
    assert {one["properties"]["number"] for one in found} == wanted
    assert matched == len(wanted)


def test_zones_are_closed_rings_counter_clockwise() -> None:
    for one, place in zip(zones(PLACES, Context.TEST), PLACES, strict=True):
        ring = np.array(one["geometry"]["coordinates"][0])
        assert (ring[0] == ring[-1]).all()
        area2 = (ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]).sum()
        assert area2 > 0
        assert one["properties"]["context"] == "test"
        assert one["id"] == one["properties"]["name"] == place.name


def test_a_warning_has_its_ellipse_or_no_place() -> None:
    one, other = warnings(
        [warning(), warning(warning_id="w", impact=None, state=WarningState.CLEARED, places=())],
        Context.EXERCISE,
    )
    ring = np.array(one["geometry"]["coordinates"][0])
    centre_deg = np.degrees([-0.34, -0.56])
    offset_m = (ring - centre_deg) * 111_195.0 * [math.cos(-0.56), 1.0]
    reach = np.hypot(*offset_m.T)
    assert reach.max() == pytest.approx(9e3, rel=1e-3)
    assert reach.min() == pytest.approx(2e3, rel=1e-3)
    azimuth = np.degrees(np.arctan2(*offset_m[reach.argmax()])) % 180
    assert azimuth == pytest.approx(30.0, abs=0.1)
    assert one["properties"]["soonest"] == time_text(NOW_NS + 95_000_000_000)
    assert other["geometry"] is None
    assert (other["properties"]["over"], other["properties"]["soonest"]) == (True, None)


def test_shapes_are_selected_by_their_extent() -> None:
    found = zones(PLACES, Context.EXERCISE)
    assert [one["id"] for one in within(found, Box(-20.1, -33.1, -19.9, -32.9))] == ["Coast"]
    assert len(within(found, Box(-22, -34, -19, -31))) == 2
    assert within(found, Box(10, 10, 20, 20)) == []
    assert len(within(found, Box(170, -90, -19, 90))) == 2
    assert within(warnings([warning(impact=None)], Context.TEST), Box(-180, -90, 180, 90)) == []


def test_times_come_back() -> None:
    assert time_of(time_text(NOW_NS)) == NOW_NS
    assert time_of("2030-03-17T18:46:40+01:00") == NOW_NS - 123_000_000
    with pytest.raises(ValueError, match="format"):
        time_of("yesterday")
