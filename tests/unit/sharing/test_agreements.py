"""Agreements as people write them."""

import pytest

from skypact.core.errors import ConfigError
from skypact.core.messages import ThreatClass
from skypact.core.toml import decode_toml
from skypact.sharing.treaty.agreements import Agreement, What

TEXT = """
owner = "auria"
partner = "borvia"
valid_from = 2026-01-01T00:00:00Z
valid_until = 2027-01-01T00:00:00Z

[[clause]]
id = "1"
what = "track"
classes = ["ballistic", "cruise"]
area_deg = [[-30, -20], [-30, -10], [-35, -15]]
position_grid_m = 1000
velocity_grid_mps = 20
delay_s = 10

[[clause]]
id = "2"
what = "warning"
classes = ["ballistic"]
show_impact = true
"""


def test_an_agreement_reads_as_written():
    agreement = decode_toml(TEXT, Agreement, "a.toml")
    assert agreement.lease_s == 60.0
    first, second = agreement.clauses
    assert first.covers() == (ThreatClass.BALLISTIC, ThreatClass.CRUISE)
    assert first.area_deg[2] == (-35.0, -15.0)
    assert (second.what, second.show_impact, first.show_impact) == (What.WARNING, True, False)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("position_grid_m = 1000", "position_grid_km = 1", "position_grid_km"),
        ('"cruise"]\narea', '"plane"]\narea', "classes"),
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00", "valid_until"),
        ("delay_s = 10", "delay_s = 9999", "delay_s"),
    ],
)
def test_what_is_not_an_agreement_is_refused_with_its_line(old: str, new: str, key: str):
    with pytest.raises(ConfigError, match=key) as caught:
        decode_toml(TEXT.replace(old, new, 1), Agreement, "a.toml")
    assert caught.value.line > 0
