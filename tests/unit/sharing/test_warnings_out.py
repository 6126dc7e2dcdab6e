"""The WARNING stream: our warnings to partners and our answers to theirs."""

from datetime import UTC, datetime, timedelta

import pytest

from skypact.core.messages import (
    AllClearProposed,
    ImpactEllipse,
    Ledger,
    ReleaseWithheld,
    Stream,
    ThreatClass,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningState,
    WarningUpdated,
)
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.treaty import (
    agreement,
    clause,
    everything,
    of,
    opened,
    place,
    raised,
    releases,
    sharing,
    told,
)

IMPACT = ImpactEllipse(
    lat_rad=-0.5, lon_rad=-0.3, semi_major_m=3e4, semi_minor_m=1e4, azimuth_rad=1.0
)
DAY = 86_400 * S


def test_a_warning_leaves_at_once_durably_and_only_to_the_nation_it_warns():
    room = sharing(everything(), everything(partner="cestia"))
    out = room.handle(raised(T0), T0)
    assert [(r.partner, r.stream, r.clauses) for r in out] == [
        ("borvia", Stream.WARNING, ("auria-borvia/warn",))
    ]
    body = opened(out[0])[1]
    assert (body.nation, body.track, body.state) == ("borvia", 105, "raised")
    assert [p.name for p in body.places] == ["port"]
    assert (body.detected_ns, body.raised_ns, body.released_ns) == (T0 - 3 * S, T0 - S, T0)


@pytest.mark.parametrize(("history_h", "told_of"), [(0.0, ["open"]), (1.0, ["ended", "open"])])
def test_who_begins_is_told_of_what_is_open_and_as_far_back_as_its_clause_says(
    history_h: float, told_of: list[str]
):
    begins = datetime.fromtimestamp(T0 // S, UTC) + timedelta(hours=1)
    one = clause("warning", history_h=history_h)
    room = sharing(agreement(one, valid_from=begins))
    for name, at_ns in (("old", T0 - 3600 * S), ("ended", T0), ("open", T0 + S)):
        room.handle(raised(at_ns, warning_id=name, places=(place(name, "borvia"),)), at_ns)
        if name != "open":
            ended = {"version": 2, "warning_id": name, "state": WarningState.CLEARED}
            places = (place(name, "borvia"),)
            room.handle(told(WarningCleared, at_ns + S, **ended, places=places), at_ns + S)
    assert releases(room.wake(T0 + 3599 * S), Stream.WARNING) == []
    out = releases(room.wake(T0 + 3600 * S), Stream.WARNING)
    assert [opened(r)[1].places[0].name for r in out] == told_of
    assert releases(room.wake(T0 + 3601 * S), Stream.WARNING) == []


def test_internal_ids_reasons_and_people_stay_at_home():
    room = sharing(everything())
    given = {"acknowledged_by": "Lt Secret", "cleared_by": "Maj Hidden"}
    out = room.handle(raised(T0, **given), T0)
    for word in (b"auria-warning-77", b"secret", b"Secret", b"Hidden", b"base"):
        assert word not in out[0].frame


def test_references_differ_between_partners_and_keep_for_one():
    both = clause("warning", for_nations=("borvia",))
    room = sharing(everything(), agreement(both, partner="cestia"))
    first, other = room.handle(raised(T0), T0)
    again = room.handle(told(WarningUpdated, T0, version=2), T0)
    assert first.partner == "borvia"
    assert other.partner == "cestia"
    references = [opened(r)[1].reference for r in (first, other, *again)]
    assert references[0] == references[2] != references[1] == references[3]


def test_no_clause_no_warning_and_it_is_counted():
    room = sharing(agreement(clause("warning", classes=("drone",))))
    assert room.handle(raised(T0), T0) == []
    (withheld,) = of(room.wake(T0 + S), ReleaseWithheld)
    assert (withheld.what, withheld.reason) == ("warning", "no clause covers its class")


def test_impact_only_where_the_clause_shows_it():
    given = {"threat_class": ThreatClass.BALLISTIC, "impact": IMPACT}
    for show in (False, True):
        room = sharing(agreement(clause("warning", show_impact=show)))
        (release,) = room.handle(raised(T0, **given), T0)
        assert opened(release)[1].impact == (IMPACT if show else None)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (WarningUpdated, WarningState.RAISED),
        (WarningEscalated, WarningState.ESCALATED),
        (WarningCleared, WarningState.CLEARED),
    ],
)
def test_later_events_follow(kind: type, state: WarningState):
    room = sharing(everything())
    room.handle(raised(T0), T0)
    (release,) = room.handle(told(kind, T0 + S, state=state, version=2), T0 + S)
    assert release.sequence == 2
    body = opened(release)[1]
    assert (body.state, body.released_ns) == (state, T0)


def test_a_proposed_all_clear_and_the_partners_own_answer_are_not_shared():
    room = sharing(everything())
    room.handle(raised(T0), T0)
    proposed = WarningState.CLEAR_PROPOSED
    assert room.handle(told(AllClearProposed, T0, state=proposed), T0) == []
    assert room.handle(told(WarningAcknowledged, T0), T0) == []
    (release,) = room.handle(told(WarningUpdated, T0, state=proposed, version=3), T0)
    assert opened(release)[1].state == "raised"


def test_a_cleared_warning_is_told_even_if_its_class_is_no_longer_covered():
    room = sharing(agreement(clause("warning", classes=("cruise",))))
    room.handle(raised(T0), T0)
    gone = {"state": WarningState.CLEARED, "threat_class": ThreatClass.AIRCRAFT}
    (release,) = room.handle(told(WarningCleared, T0, **gone), T0)
    assert opened(release)[1].threat_class is ThreatClass.CRUISE


FOREIGN = {"warning_id": "borvia/" + "ab" * 16, "origin": "borvia", "nation": "auria"}


def test_what_we_do_with_a_partners_warning_is_answered_once_a_stage():
    room = sharing(everything())
    stages = {"received_ns": T0, "shown_ns": T0 + S, "acknowledged_ns": T0 + 2 * S}
    events = []
    for k in range(1, 4):
        ledger = Ledger(**dict(list(stages.items())[:k]))
        given = {**FOREIGN, "ledger": ledger, "acknowledged_by": "Lt Ada" if k == 3 else ""}
        kind = WarningAcknowledged if k == 3 else WarningUpdated
        (release,) = room.handle(told(kind, T0, **given), T0)
        assert room.handle(told(WarningUpdated, T0, **given), T0) == []
        assert release.clauses == ("auria-borvia/ack",)
        body = opened(release)[1]
        assert body.reference == "ab" * 16
        events.append((body.event, body.person))
    assert events == [("received", ""), ("shown", ""), ("acknowledged", "Lt Ada")]


def test_a_person_is_named_only_where_the_clause_shows_it():
    room = sharing(agreement(clause("acknowledgement")))
    given = {**FOREIGN, "ledger": Ledger(acknowledged_ns=T0), "acknowledged_by": "Lt Ada"}
    (release,) = room.handle(told(WarningAcknowledged, T0, **given), T0)
    assert b"Ada" not in release.frame


def test_an_answer_without_a_clause_is_withheld():
    room = sharing(agreement(clause()))
    ledger = Ledger(received_ns=T0)
    assert room.handle(told(WarningUpdated, T0, **FOREIGN, ledger=ledger), T0) == []
    assert of(room.wake(T0 + S), ReleaseWithheld)[0].what == "acknowledgement"


def test_warnings_that_only_pass_by_are_not_answered():
    room = sharing(everything())
    given = {**FOREIGN, "nation": "cestia", "ledger": Ledger(shown_ns=T0)}
    assert room.handle(told(WarningUpdated, T0, **given), T0) == []


def test_a_cleared_warning_is_forgotten_after_a_day():
    room = sharing(everything())
    room.handle(raised(T0), T0)
    room.handle(told(WarningCleared, T0, state=WarningState.CLEARED), T0)
    held = len(room.snapshot())
    room.wake(T0 + DAY // 2)
    room.wake(T0 + DAY + S)
    assert len(room.snapshot()) < held
    assert releases(room.wake(T0 + DAY + 2 * S), Stream.WARNING) == []
