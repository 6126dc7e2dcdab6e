"""CAT020: what libasterix encodes comes out as position reports."""

import pytest

from skypact.sensors.asterix_fields import FOOT_M
from tests.unit.sensors.categories.test_measured import GLOBAL, decode, row

CALLSIGN = 0x0C3C_71C3_3820


def test_multilateration_has_its_accuracy_and_all_the_rest() -> None:
    record = GLOBAL | {
        "090": (0, 0, 100.0),
        "105": (10_000.0, "ft"),
        "202": (30.0, -40.0),
        "220": 0x3C660C,
        "245": (0, 0, CALLSIGN),
        "500": {"SDP": (7.5, 12.25, 0)},
    }
    found = row(decode(20, record))
    assert found["position_sd_m"] == 12.25
    assert found["altitude_pressure_m"] == pytest.approx(10_000 * FOOT_M)
    assert found["height_wgs84_m"] == pytest.approx(10_000 * FOOT_M)
    assert found["velocity_enu_mps"][:2].tolist() == [30, -40]
    assert found["address"] == 0x3C660C
    assert found["callsign"] != b""


def test_a_field_monitor_is_no_target_and_a_simulated_one_is_marked() -> None:
    monitor = GLOBAL | {"020": ((0, 1, 0, 0, 0, 0, 0, 1), (1, 0, 0, 0, 0, 0, 0, None))}
    simulated = GLOBAL | {"020": ((0, 1, 0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 1, 0, None))}
    reports = decode(20, monitor, simulated, GLOBAL)
    assert reports.simulated.tolist() == [True, False]
