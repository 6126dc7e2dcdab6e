import math

import msgspec
import pytest

from skypact.core.site import SensorSite

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
    ],
    ids=str,
)
def test_an_impossible_radar_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        site(**wrong)
