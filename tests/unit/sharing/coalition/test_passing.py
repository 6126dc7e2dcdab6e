"""Warnings that pass through a sponsor as the coalition's."""

import msgspec
import pytest

from skypact.core.messages import (
    PartnerAcknowledgement,
    PartnerWarning,
    WarningAcknowledged,
    WarningCleared,
    WarningRaised,
    WarningState,
)
from skypact.sharing.treaty.agreements import COALITION
from tests.unit.picture.flights import S
from tests.unit.sharing.coalition.club import OWNER, SPONSOR, VIEWER, Club, ready
from tests.unit.sharing.treaty import ISSUER, place, warning


@pytest.fixture
def club() -> Club:
    return ready()


def warned(club: Club, kind: type = WarningRaised, **given: object) -> None:
    base = {
        "warning_id": "auria-warning-7",
        "origin": OWNER,
        "nation": VIEWER,
        "places": (place("port", VIEWER),),
    }
    event = kind(**ISSUER.header(club.now_ns, club.now_ns), warning=warning(**{**base, **given}))
    club.handle(OWNER, event)


def test_a_warning_reaches_the_viewer_as_the_coalitions(club: Club):
    warned(club)
    club.second()
    (told,) = [m for m in club.told[VIEWER] if isinstance(m, PartnerWarning)]
    assert told.partner == told.warning.origin == COALITION
    assert told.warning.ledger.detected_ns == told.warning.ledger.tracked_ns == 0
    assert told.warning.assessed_ns % S == 0
    assert told.warning.impact is None
    answer = msgspec.structs.replace(
        told.warning,
        acknowledged_by="Duty officer",
        ledger=msgspec.structs.replace(
            told.warning.ledger, received_ns=1, shown_ns=2, acknowledged_ns=3
        ),
    )
    event = WarningAcknowledged(**ISSUER.header(club.now_ns, club.now_ns), warning=answer)
    club.handle(VIEWER, event)
    (heard,) = [m for m in club.told[SPONSOR] if isinstance(m, PartnerAcknowledgement)]
    assert heard.partner == VIEWER
    assert heard.warning_id.startswith(f"{OWNER}/")


def test_what_changes_of_a_warning_is_told_once_and_its_end_too(club: Club):
    warned(club)
    club.second()
    warned(club, class_probability=0.9 + 1e-3, version=2)
    club.second()
    warned(club, class_probability=0.5, version=3)
    club.second()
    warned(club, WarningCleared, state=WarningState.CLEARED, version=4)
    club.second()
    told = [m.warning for m in club.told[VIEWER] if isinstance(m, PartnerWarning)]
    assert [(w.version, w.state.value) for w in told] == [
        (1, "raised"), (2, "raised"), (3, "cleared")
    ]  # fmt: skip
