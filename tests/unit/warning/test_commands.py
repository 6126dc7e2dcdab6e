from skypact.warning.case import opened
from skypact.warning.commands import why_not_acknowledged, why_not_cleared
from skypact.warning.lifecycle import Trigger
from tests.unit.warning.test_case import threat
from tests.unit.warning.world import START_NS, acknowledge, all_clear


def case(origin: str = "auria", nation: str = "auria"):
    return opened(threat(0, Alder=100), "w", (origin, nation), START_NS, 30.0, 30.0)


def test_what_can_be_done_is_not_refused() -> None:
    assert why_not_acknowledged(acknowledge(1, "w"), case("borvia"), "auria") == ""
    assert why_not_cleared(all_clear(1, "w"), case(nation="borvia"), "auria") == ""


def test_why_an_acknowledgement_is_refused() -> None:
    good = acknowledge(1, "w")
    assert "not known" in why_not_acknowledged(good, None, "auria")
    assert "name" in why_not_acknowledged(acknowledge(1, "w", " "), case(), "auria")
    assert "only borvia" in why_not_acknowledged(good, case(nation="borvia"), "auria")
    answered, cleared = case(), case()
    answered.acknowledge("Bo", 1)
    assert "already acknowledged by Bo" in why_not_acknowledged(good, answered, "auria")
    cleared.apply(Trigger.CLEAR, cleared_by="Cy")
    assert "cleared by Cy" in why_not_acknowledged(good, cleared, "auria")


def test_why_an_all_clear_is_refused() -> None:
    good = all_clear(1, "w")
    assert "not known" in why_not_cleared(good, None, "auria")
    assert "stays open" in why_not_cleared(all_clear(1, "w", ""), case(), "auria")
    assert "only borvia can clear" in why_not_cleared(good, case("borvia"), "auria")
    cleared = case()
    cleared.apply(Trigger.CLEAR, cleared_by="Cy")
    assert "already cleared by Cy" in why_not_cleared(good, cleared, "auria")
