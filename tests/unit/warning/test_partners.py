from skypact.core.messages import WarningCleared, WarningState, WarningUpdated
from skypact.warning.lifecycle import Trigger
from skypact.warning.partners import follow, received
from tests.unit.warning.world import SECOND_NS, START_NS, partner_warning

T0 = START_NS


def take(version: int = 1, **changes: object):
    return partner_warning(T0, version, **changes).warning


def test_a_partners_state_is_not_ours() -> None:
    told = take(state=WarningState.ACKNOWLEDGED, acknowledged_by="X")
    case = received(told, "auria", T0, 30.0)
    assert case.warning.state is WarningState.RAISED
    assert not case.answered
    assert case.silence_due_ns == T0 + 30 * SECOND_NS
    assert case.warning.ledger.received_ns == T0


def test_a_partners_reason_is_put_into_our_words() -> None:
    case = received(take(reason="warned by borvia"), "auria", T0, 30.0)
    assert case.warning.reason == (
        "Ballistic track 900 (95% sure) is heading for Alder, first in 200 s ± 9 s. "
        "(warned by borvia)"
    )
    nowhere = received(take(reason="", places=()), "auria", T0, 30.0)
    assert nowhere.warning.reason == "Ballistic track 900 (95% sure)."


def test_only_a_higher_version_with_news_changes_anything() -> None:
    case = received(take(3), "auria", T0, 30.0)
    assert follow(case, take(3, class_probability=0.5), "auria") is None
    assert follow(case, take(4), "auria") is None
    assert follow(case, take(5, class_probability=0.5), "auria") is WarningUpdated
    assert case.warning.class_probability == 0.5
    assert follow(case, take(6, state=WarningState.CLEARED), "auria") is WarningCleared
    assert case.warning.cleared_by == "borvia"
    assert follow(case, take(7, class_probability=0.1), "auria") is None


def test_the_number_of_the_track_is_our_pictures_business() -> None:
    case = received(take(1), "auria", T0, 30.0)
    case.apply(Trigger.UPDATE, track=77)
    follow(case, take(2, class_probability=0.5), "auria")
    assert case.warning.track == 77
    assert "track 77" in case.warning.reason


def test_a_warning_for_others_has_the_partners_state_and_no_deadline() -> None:
    case = received(take(state=WarningState.ESCALATED, nation="cestia"), "auria", T0, 30.0)
    assert case.warning.state is WarningState.ESCALATED
    assert case.due_ns is None
    told = take(2, state=WarningState.ACKNOWLEDGED, nation="cestia")
    assert follow(case, told, "auria") is WarningUpdated
    assert case.warning.state is WarningState.ACKNOWLEDGED
