"""Each thing can be taken away, and nothing else goes with it."""

import pytest

from skypact.cli.folders import stated_agreements
from skypact.core.errors import ConfigError
from skypact.exercise.compare.variant import without
from tests.unit.exercise.small import small

SCENARIO = small()
PACTS = stated_agreements(SCENARIO)


def test_a_nation_keeps_its_radars_but_shares_nothing() -> None:
    scenario, pacts, words = without(SCENARIO, PACTS, "borvia")
    assert scenario == SCENARIO
    assert set(pacts) == {"auria-keystone.toml", "keystone-auria.toml"}
    assert words == "borvia as a partner"


@pytest.mark.parametrize("name", ["auria+borvia", "borvia+auria"])
def test_a_link(name: str) -> None:
    scenario, pacts, _ = without(SCENARIO, PACTS, name)
    assert [k.between for k in scenario.links] == [("auria", "keystone"), ("borvia", "keystone")]
    assert pacts == PACTS


def test_a_sensor_leaves_the_hub_where_it_was() -> None:
    scenario, pacts, _ = without(SCENARIO, PACTS, "auria-west")
    assert scenario.nation("auria").sensors == ()
    assert scenario.hub == "keystone"
    assert scenario.nation("borvia") == SCENARIO.nation("borvia")
    assert pacts == PACTS


def test_one_agreement_or_all() -> None:
    assert set(PACTS) - set(without(SCENARIO, PACTS, "borvia-auria").agreements) == {
        "borvia-auria.toml"
    }
    assert without(SCENARIO, PACTS, "sharing").agreements == {}


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(
        ConfigError, match=r"--without: nobody: is not in this scenario; known: aur"
    ):
        without(SCENARIO, PACTS, "nobody")
