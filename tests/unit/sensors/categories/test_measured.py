"""CAT010, CAT011 and CAT020: positions as libasterix encodes them."""

from typing import Any

import numpy as np
import pytest

from skypact.core.geodesy import azimuth_rad, distance_m
from skypact.sensors.asterix_fields import UNKNOWN_SD_M
from skypact.sensors.categories import asterix_cat010, asterix_cat011, asterix_cat020
from skypact.sensors.categories.asterix_cat021 import Reports
from tests.unit.sensors import oracle, samples

SECOND_NS = samples.SECOND_NS
OF_DAY_S = samples.START_NS % (86_400 * SECOND_NS) / SECOND_NS
MODULES = {10: (asterix_cat010, "1.1"), 11: (asterix_cat011, "1.3"), 20: (asterix_cat020, "1.11")}
BASE: dict[int, dict[str, Any]] = {
    10: {"010": 0x0709, "000": 1, "020": ((3, 0, 0, 0, 0, None),), "140": (OF_DAY_S, "s")},
    11: {"010": 0x0709, "000": 1, "140": (OF_DAY_S, "s")},
    20: {"010": 0x0709, "020": ((0, 1, 0, 0, 0, 0, 0, None),), "140": (OF_DAY_S, "s")},
}
GLOBAL = {"041": (-31.5, -18.25)}


def decode(category: int, *records: dict[str, Any], known: bool = True) -> Reports:
    module, edition = MODULES[category]
    data = oracle.made(category, edition, [BASE[category] | record for record in records])
    sites = {0x0709: samples.site()} if known else {}
    return module.decode(oracle.records(data, category), sites)


def row(reports: Reports) -> dict[str, Any]:
    assert reports.refusals == ()
    assert len(reports.arrivals) == 1
    return {name: column[0] for name, column in reports.columns.items()}


@pytest.mark.parametrize("category", MODULES)
def test_a_position_on_the_globe_is_what_was_encoded(category: int) -> None:
    found = row(decode(category, GLOBAL, known=False))
    half_lsb = np.radians(180 / 2**25)
    assert found["lat_rad"] == pytest.approx(np.radians(-31.5), abs=half_lsb)
    assert found["lon_rad"] == pytest.approx(np.radians(-18.25), abs=half_lsb)
    assert abs(found["time_ns"] - samples.START_NS) < SECOND_NS / 64
    assert found["position_sd_m"] == UNKNOWN_SD_M
    assert np.isnan(found["height_wgs84_m"])
    assert np.isnan(found["altitude_pressure_m"])
    assert np.isnan(found["velocity_enu_mps"]).all()
    assert (found["address"], found["callsign"]) == (0, b"")


@pytest.mark.parametrize("category", MODULES)
def test_a_local_position_counts_from_the_site(category: int) -> None:
    local = {"042": (3_000.0, -4_000.0)}
    found = row(decode(category, local))
    site = samples.site()
    place = (site.lat_rad, site.lon_rad, found["lat_rad"], found["lon_rad"])
    assert distance_m(*place) == pytest.approx(5_000, abs=20)
    assert azimuth_rad(*place) == pytest.approx(np.arctan2(3, -4) % (2 * np.pi), abs=0.003)
    reports = decode(category, local, known=False)
    assert "SAC 7 SIC 9" in reports.refusals[0].reason
    assert len(reports.arrivals) == 0


@pytest.mark.parametrize("category", MODULES)
def test_what_cannot_be_is_refused(category: int) -> None:
    off = {"041": (0x7FFF_FFFF << 32)}
    late = GLOBAL | {"140": 86_400 * 128}
    reports = decode(category, off, late, GLOBAL, {})
    assert [r.reason.partition("record: ")[2] for r in reports.refusals] == [
        "position off the globe",
        "no valid time of day",
    ]
    assert len(reports.arrivals) == 1
