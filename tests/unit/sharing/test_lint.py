"""Faults of agreements that no type can show."""

from datetime import UTC, datetime

import pytest

from skypact.core.errors import ConfigError
from skypact.sharing.treaty.lint import check, faults
from tests.unit.sharing.treaty import END, START, agreement, clause, everything

AREA = ((-30.0, -20.0), (-30.0, -10.0), (-35.0, -15.0))
ROUND = {"position_grid_m": 1000.0, "velocity_grid_mps": 20.0}


def found(*agreements) -> list[tuple[str, str]]:
    files = {f"{i}.toml": a for i, a in enumerate(agreements)}
    return [(e.key, e.message) for e in faults(files, "auria", ["borvia"])]


def test_good_agreements_have_no_fault():
    fine = clause(id="1", area_deg=AREA)
    coarse = clause(id="2", **ROUND)
    assert found(agreement(fine, coarse), everything("borvia", "auria")) == []


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"partner": "atlantis"}, "partner"),
        ({"owner": "borvia", "partner": "borvia"}, "partner"),
        ({"owner": "borvia", "partner": "cestia"}, "owner"),
        ({"owner": "atlantis", "partner": "auria"}, "owner"),
        ({"valid_from": END, "valid_until": START}, "valid_until"),
    ],
)
def test_parties_and_times(given: dict, key: str):
    assert [k for k, _ in found(agreement(clause(), **given))] == [key]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"classes": ()}, "classes"),
        ({"classes": ("drone", "drone")}, "classes"),
        ({"height_min_m": 10.0, "height_max_m": 10.0}, "height_max_m"),
        ({"area_deg": AREA[:2]}, "area_deg"),
        ({"area_deg": ((0.0, -170.0), (0.0, 170.0), (10.0, 0.0))}, "area_deg"),
        ({"position_grid_m": 1000.0}, "velocity_grid_mps"),
        ({"velocity_grid_mps": 10.0}, "position_grid_m"),
        ({"what": "warning", "delay_s": 3.0}, "delay_s"),
        ({"show_impact": True}, "show_impact"),
        ({"what": "warning", "classes": ("drone",), "show_impact": True}, "show_impact"),
        ({"show_person": True}, "show_person"),
        ({"for_nations": ("cestia",)}, "for_nations"),
        ({"what": "warning", "identities": ("hostile",)}, "identities"),
        ({"what": "identity", "detections": ("primary",)}, "detections"),
    ],
)
def test_impossible_clauses(given: dict, key: str):
    assert found(agreement(clause(**given)))[0][0] == f"clause[0].{key}"


def test_a_clause_that_can_never_decide_is_found():
    first = clause(id="1", classes=("drone", "cruise"))
    second = clause(id="2", classes=("drone", "aircraft"), area_deg=AREA)
    (fault,) = found(agreement(first, second))
    assert fault[0] == "clause[1].classes"
    assert fault[1].startswith("drone: clause 1")
    assert found(agreement(clause(id="1", area_deg=AREA), clause(id="2"))) == []
    assert found(agreement(first, clause("warning", id="2"))) == []


def test_a_clause_about_some_objects_leaves_the_others_to_the_next():
    hostile, any_ = clause(id="1", identities=("hostile", "suspect")), clause(id="2")
    assert found(agreement(hostile, any_)) == []
    fewer = clause(id="2", identities=("suspect",))
    assert found(agreement(hostile, fewer))[0][0] == "clause[1].classes"
    assert found(agreement(clause(id="1", detections=("primary",)), any_)) == []


def test_the_same_id_twice_is_found():
    keys = [k for k, _ in found(agreement(clause(), clause("warning")))]
    assert keys == ["clause[1].id"]


def test_two_agreements_at_one_time_are_found():
    later = datetime(2023, 11, 15, tzinfo=UTC)
    assert [k for k, _ in found(everything(), everything(valid_from=later))] == ["valid_from"]
    assert found(everything(valid_until=later), everything(valid_from=later)) == []


def test_check_raises_the_first_with_its_file():
    with pytest.raises(ConfigError, match=r"borvia\.toml: partner: unknown partner atlantis"):
        check({"borvia.toml": agreement(partner="atlantis")}, "auria", ["borvia"])
