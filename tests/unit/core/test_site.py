import math

import msgspec
import numpy as np
import pytest

from skypact.core.site import SensorSite, limit_faults
from skypact.core.toml import dotted, faults

GIVEN = {
    "name": "north",
    "sac": 1,
    "sic": 2,
    "lat_deg": -32.0,
    "lon_deg": -18.0,
    "height_m": 10.0,
    "period_s": 4.0,
}


def site(**more: object) -> SensorSite:
    return msgspec.convert({**GIVEN, **more}, SensorSite)


def test_degrees_stop_here() -> None:
    here = site(azimuth_sd_deg=0.1, elevation_sd_deg=0.2)
    assert here.origin == pytest.approx((math.radians(-32), math.radians(-18), 10.0))
    assert here.azimuth_sd_rad == pytest.approx(math.radians(0.1))
    assert here.elevation_sd_rad == pytest.approx(math.radians(0.2))


def test_a_radar_without_height_has_no_elevation_error() -> None:
    assert math.isnan(site().elevation_sd_rad)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat_deg": 91},
        {"lon_deg": -181},
        {"lat_deg": math.nan},
        {"sac": 256},
        {"sic": -1},
        {"period_s": 0},
        {"range_sd_m": 0},
        {"detection_probability": 1.1},
        {"clutter_per_scan": -1},
        {"range": 5},
        {"mast_m": -1},
        {"blocked": [{"from_deg": 360.0, "to_deg": 10.0}]},
        {"blocked": [{"from_deg": 10.0, "to_deg": 20.0, "up_to_deg": 91}]},
        {"blocked": [{"from_deg": 10.0, "to_deg": 20.0}] * 9},
        {"outages": [{"from_utc": "2027-03-01T06:00:00", "to_utc": "2027-03-01T07:00:00"}]},
    ],
    ids=str,
)
def test_an_impossible_radar_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        site(**wrong)


@pytest.mark.parametrize(
    ("begin", "end", "inside", "outside"),
    [
        (200.0, 245.0, [200.1, 222.0, 244.9], [199.9, 245.1, 20.0, 0.0]),
        (350.0, 12.0, [350.1, 359.9, 0.0, 11.9], [349.9, 12.1, 180.0]),
        (0.0, 90.0, [0.1, 45.0, 89.9], [359.9, 90.1, 270.0]),
        (170.0, 190.0, [170.1, 180.0, 189.9], [169.9, 190.1, 0.0]),
        (0.0, 360.0, [0.0, 90.0, 180.0, 270.0, 359.9], []),
    ],
)
def test_a_sector_is_clockwise_and_may_go_over_north(
    begin: float, end: float, inside: list[float], outside: list[float]
) -> None:
    here = site(blocked=[{"from_deg": begin, "to_deg": end, "up_to_deg": 2.0}])
    for azimuths, hides in ((inside, True), (outside, False)):
        for turn in (0.0, -360.0):  # 0..360 and -180..180
            rad = np.radians([a + turn if a > 180 else a for a in azimuths])
            assert here.hidden(rad, math.radians(1.9)).tolist() == [hides] * len(azimuths)
            assert not here.hidden(rad, math.radians(2.1)).any()


def test_without_an_elevation_nothing_is_seen_in_a_sector() -> None:
    here = site(blocked=[{"from_deg": 10.0, "to_deg": 20.0}])
    assert here.hidden(math.radians(15), math.radians(89)).all()
    assert not site().hidden([0.1, 0.2], 0.0).any()


def test_the_mast_says_where_the_ground_is() -> None:
    assert (site().ground_m, site().over_ground_m) == (0.0, 10.0)
    high = site(height_m=1_530.0, mast_m=30.0)
    assert (high.ground_m, high.over_ground_m) == (1_500.0, 30.0)


def test_an_outage_ends_when_it_says() -> None:
    here = site(
        outages=[
            {"from_utc": "2027-03-01T06:00:00Z", "to_utc": "2027-03-01T07:00:00Z"},
            {"from_utc": "2027-03-01T08:30:00+02:00", "to_utc": "2027-03-01T09:30:00.5+02:00"},
        ]
    )
    six_ns = 1_803_880_800_000_000_000
    hour_ns = 3_600_000_000_000
    assert here.rests_until_ns(six_ns - 1) == 0
    assert here.rests_until_ns(six_ns) == six_ns + hour_ns
    assert here.rests_until_ns(six_ns + hour_ns // 2) == six_ns + 3 * hour_ns // 2 + 500_000_000
    assert here.rests_until_ns(six_ns + 2 * hour_ns) == 0


def test_limits_that_contradict_each_other_are_told() -> None:
    wrong = site(
        range_min_m=9e3,
        range_max_m=9e3,
        elevation_min_deg=2.0,
        elevation_max_deg=1.0,
        blocked=[
            {"from_deg": 5.0, "to_deg": 5.0},
            {"from_deg": 5.0, "to_deg": 9.0, "up_to_deg": 2.0},
        ],
        outages=[{"from_utc": "2027-03-01T07:00:00Z", "to_utc": "2027-03-01T07:00:00Z"}],
    )
    assert [dotted(key) for key, _ in limit_faults(wrong)] == [
        "range_max_m",
        "elevation_max_deg",
        "blocked[0].to_deg",
        "blocked[1].up_to_deg",
        "outages[0].to_utc",
    ]
    assert list(limit_faults(site())) == []


def test_a_wrong_sector_is_told_with_its_line() -> None:
    rows = "\n".join(f"{key} = {value!r}" for key, value in GIVEN.items()).replace("'", '"')
    text = rows + "\nblocked = [\n{ from_deg = 1, to_deg = 2 },\n{ from_deg = 1, to = 2 },\n]\n"
    found = faults(text, SensorSite, "node.toml")
    assert [(fault.line, fault.key) for fault in found] == [
        (10, "blocked[1].to"),
        (10, "blocked[1]"),
    ]
