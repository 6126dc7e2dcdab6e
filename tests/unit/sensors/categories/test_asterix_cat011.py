"""CAT011: what libasterix encodes comes out as position reports."""

import pytest

from skypact.sensors.asterix_fields import FOOT_M
from tests.unit.sensors.categories.test_measured import GLOBAL, decode, row


def test_fused_movement_has_its_accuracy_and_velocity() -> None:
    fused = GLOBAL | {
        "202": (5.0, -1.0),
        "215": (625.0, "ft/min"),
        "090": (50.0, "FL"),
        "500": {"APC": (4.0, 1.0)},
    }
    found = row(decode(11, fused))
    assert found["velocity_enu_mps"].tolist() == pytest.approx([5, -1, 625 * FOOT_M / 60])
    assert found["altitude_pressure_m"] == pytest.approx(5_000 * FOOT_M)
    assert found["position_sd_m"] == 4
