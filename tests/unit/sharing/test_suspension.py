"""Either party can suspend an agreement or a clause: at once, on both sides, over restarts."""

import msgspec
import pytest

from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    CommandRefused,
    FrameRefused,
    LinkView,
    PartnerTracks,
    ReleaseWithheld,
    ResumeAgreement,
    Stream,
    SuspendAgreement,
    WarningCleared,
    WarningState,
    WarningUpdated,
)
from skypact.sharing import wire
from skypact.sharing.treaty.suspension import Suspension, Suspensions
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import (
    ISSUER,
    X,
    agreement,
    arrived,
    clause,
    everything,
    of,
    only,
    opened,
    own,
    raised,
    releases,
    sharing,
    shown,
    told,
)

NAME = "auria-borvia"


def pair():
    """auria and borvia, who have agreed on everything and are in touch."""
    treaties = (everything(), everything("borvia", "auria"))
    return sharing(*treaties), sharing(*treaties, nation="borvia")


def command(kind: type, now_ns: int, name: str = NAME, part: str = ""):
    header = ISSUER.header(now_ns, now_ns)
    return kind(**header, agreement=name, clause=part, person="Ilse Maren", reason="drill")


def flying(room, now_ns: int) -> None:
    room.handle(own([105], moved(X, (now_ns - T0) / S), now_ns), now_ns)


def links(messages, partner: str) -> tuple[str, ...]:
    view = of(messages, LinkView)[-1]
    return next(link.suspended for link in view.links if link.partner == partner)


def test_the_owner_suspends_and_nothing_leaves():
    auria, borvia = pair()
    flying(auria, T0)
    assert shown(auria.wake(T0 + S))
    out = auria.handle(command(SuspendAgreement, T0 + S + 1), T0 + S + 1)
    event = only(out, AgreementSuspended)
    assert (event.party, event.person, event.reason) == ("auria", "Ilse Maren", "drill")
    words = "auria-borvia suspended by auria since 2023-11-14 22:13:21Z: drill"
    assert links(out, "borvia") == (words,)
    assert [link.tracks_out for link in of(out, LinkView)[-1].links] == [0]
    flying(auria, T0 + 2 * S)
    assert raised_for_borvia(auria, T0 + 2 * S) == []
    later = auria.wake(T0 + 2 * S)
    assert shown(later) == {}
    assert {m.reason for m in of(later, ReleaseWithheld)} == {"the agreement is suspended"}
    assert auria.explain(105, "borvia", T0 + 2 * S) == [
        "borvia does not see track 105",
        "the agreement is suspended",
        words,
    ]
    (release,) = releases(out, Stream.WARNING)
    assert release.clauses == (NAME,)
    theirs = borvia.handle(arrived(release, T0 + 2 * S), T0 + 2 * S)
    seen = only(theirs, AgreementSuspended)
    assert (seen.party, seen.person, seen.reason) == ("auria", "", "drill")
    assert links(theirs, "auria") == (words,)
    assert b"Ilse" not in release.frame
    auria.handle(command(ResumeAgreement, T0 + 3 * S), T0 + 3 * S)
    assert shown(auria.wake(T0 + 4 * S))


def raised_for_borvia(room, now_ns: int):
    return releases(room.handle(raised(now_ns), now_ns), Stream.WARNING)


def test_the_partner_suspends_and_the_owner_stops():
    auria, borvia = pair()
    flying(auria, T0)
    assert shown(auria.wake(T0 + S))
    out = borvia.handle(command(SuspendAgreement, T0 + S), T0 + S)
    (release,) = releases(out, Stream.WARNING, "auria")
    auria.handle(arrived(release, T0 + S), T0 + S)
    flying(auria, T0 + 2 * S)
    assert shown(auria.wake(T0 + 2 * S)) == {}
    refused = auria.handle(command(ResumeAgreement, T0 + 2 * S), T0 + 2 * S)
    assert only(refused, CommandRefused).reason == "auria has not suspended that"
    back = borvia.handle(command(ResumeAgreement, T0 + 3 * S), T0 + 3 * S)
    got = auria.handle(arrived(releases(back, Stream.WARNING, "auria")[0], T0 + 3 * S), T0 + 3 * S)
    assert only(got, AgreementResumed).party == "borvia"
    assert links(got, "borvia") == ()
    assert shown(auria.wake(T0 + 4 * S))


@pytest.mark.parametrize("by", ["auria", "borvia"])
def test_the_partner_lets_go_of_the_tracks_at_once(by: str):
    auria, borvia = pair()
    flying(auria, T0)
    for release in releases(auria.wake(T0 + S), Stream.TRACK):
        borvia.handle(arrived(release, T0 + S), T0 + S)
    room, other = (auria, borvia) if by == "auria" else (borvia, auria)
    out = room.handle(command(SuspendAgreement, T0 + S + 1), T0 + S + 1)
    if by == "borvia":
        (told_of,) = releases(out, Stream.WARNING, "auria")
        out = other.handle(arrived(told_of, T0 + S + 2), T0 + S + 2)
    endings = [*releases(out, Stream.TRACK)]
    for second in (2, 3, 4, 5):
        flying(auria, T0 + second * S)
        endings += releases(auria.wake(T0 + second * S), Stream.TRACK)
    bodies = [opened(release)[1] for release in endings]
    assert [(b.count, b.ended, b.successors) for b in bodies] == [(0, (105,), (0,))] * 3
    assert {release.clauses for release in endings} == {(NAME,)}
    got = borvia.handle(arrived(endings[0], T0 + S + 3), T0 + S + 3)
    assert only(got, PartnerTracks).deleted == (105,)
    view = of(borvia.wake(T0 + 2 * S), LinkView)[-1]
    assert [link.tracks_in for link in view.links] == [0]


def test_what_was_raised_meanwhile_leaves_when_it_is_taken_up_again():
    auria, _ = pair()
    auria.handle(command(SuspendAgreement, T0), T0)
    assert raised_for_borvia(auria, T0 + 1) == []
    over = {"warning_id": "auria-warning-78", "state": WarningState.RAISED}
    auria.handle(raised(T0 + 1, **over), T0 + 1)
    ended = {"version": 2, "warning_id": "auria-warning-78", "state": WarningState.CLEARED}
    auria.handle(told(WarningCleared, T0 + 2, **ended), T0 + 2)
    after, _ = pair()
    after.restore(auria.snapshot())
    for room in (auria, after):
        out = room.handle(command(ResumeAgreement, T0 + 3), T0 + 3)
        bodies = [opened(r)[1] for r in releases(out, Stream.WARNING)][1:]
        assert [(b.state, b.version) for b in bodies] == [(WarningState.RAISED, 1)]
        assert releases(room.wake(T0 + S), Stream.WARNING) == []


def test_what_both_have_suspended_both_must_resume():
    auria, borvia = pair()
    flying(auria, T0)
    auria.handle(command(SuspendAgreement, T0), T0)
    out = borvia.handle(command(SuspendAgreement, T0), T0)
    auria.handle(arrived(releases(out, Stream.WARNING, "auria")[0], T0), T0)
    auria.handle(command(ResumeAgreement, T0 + 1), T0 + 1)
    assert releases(auria.wake(T0 + S), Stream.TRACK) == []


def test_a_clause_alone():
    fine = clause(id="1", classes=("rocket",))
    room = sharing(agreement(fine, clause(id="2"), clause("warning", id="3")))
    flying(room, T0)
    assert shown(room.wake(T0 + S))
    room.handle(command(SuspendAgreement, T0 + S, part="2"), T0 + S)
    out = room.wake(T0 + 2 * S)
    assert shown(out) == {}
    assert opened(releases(out, Stream.TRACK)[0])[1].ended == (105,)
    assert len(raised_for_borvia(room, T0 + 2 * S)) == 1
    assert room.explain(105, "borvia", T0 + 2 * S)[1:] == [
        "clause 1: its class is unknown, not rocket",
        "auria-borvia/2 suspended by auria since 2023-11-14 22:13:21Z: drill",
    ]


def test_it_lasts_over_a_restart():
    auria, _ = pair()
    auria.handle(command(SuspendAgreement, T0), T0)
    after, _ = pair()
    after.restore(auria.snapshot())
    flying(after, T0 + S)
    assert releases(after.wake(T0 + S), Stream.TRACK) == []
    older = msgspec.msgpack.decode(auria.snapshot())
    del older["suspensions"]
    fresh, _ = pair()
    fresh.restore(msgspec.msgpack.encode(older))
    flying(fresh, T0 + S)
    assert shown(fresh.wake(T0 + S))


def test_what_became_of_a_warning_meanwhile_is_told_afterwards():
    auria, _ = pair()
    assert len(raised_for_borvia(auria, T0)) == 1
    auria.handle(command(SuspendAgreement, T0 + 1), T0 + 1)
    for kind, state in (
        (WarningUpdated, WarningState.RAISED),
        (WarningCleared, WarningState.CLEARED),
    ):
        out = auria.handle(told(kind, T0 + 2, version=3, state=state), T0 + 2)
        assert releases(out, Stream.WARNING) == []
    out = auria.handle(command(ResumeAgreement, T0 + 3), T0 + 3)
    bodies = [opened(r)[1] for r in releases(out, Stream.WARNING)]
    assert [type(b).__name__ for b in bodies] == ["AgreementBody", "WarningBody"]
    assert bodies[1].state is WarningState.CLEARED
    again = auria.handle(command(SuspendAgreement, T0 + 4), T0 + 4)
    again += auria.handle(command(ResumeAgreement, T0 + 5), T0 + 5)
    assert [type(opened(r)[1]).__name__ for r in releases(again, Stream.WARNING)] == (
        ["AgreementBody"] * 2
    )


@pytest.mark.parametrize(
    ("name", "part", "why"),
    [
        ("auria-cestia", "", "there is no agreement auria-cestia; there are: auria-borvia"),
        (NAME, "7", "auria-borvia has no clause 7"),
    ],
)
def test_what_there_is_not_is_not_suspended(name: str, part: str, why: str):
    out = sharing(everything()).handle(command(SuspendAgreement, T0, name, part), T0)
    assert only(out, CommandRefused).reason == why


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"agreement": "auria-cestia"}, "not between the two"),
        ({"agreement": "cestia-borvia"}, "not between the two"),
        ({"clause": "7"}, "a clause that the agreement does not have"),
    ],
)
def test_a_partner_suspends_only_what_is_between_the_two(fields: dict, why: str):
    auria, borvia = pair()
    (release,) = releases(borvia.handle(command(SuspendAgreement, T0), T0), Stream.WARNING, "auria")
    frame, body = opened(release)
    changed = msgspec.structs.replace(body, **fields)
    data = wire.encode(msgspec.structs.replace(frame, body=wire.encode(changed)))
    out = auria.handle(msgspec.structs.replace(arrived(release, T0), frame=data), T0)
    assert why in only(out, FrameRefused).reason
    assert links(out, "borvia") == ()


def test_a_second_suspension_changes_the_reason_only():
    held = Suspensions()
    for at_ns, reason in ((S, "one"), (2 * S, "two")):
        header = ISSUER.header(at_ns, at_ns)
        event = AgreementSuspended(
            **header, agreement=NAME, party="auria", person="", reason=reason
        )
        held.take(event)
    assert held.of(NAME) == [
        Suspension(agreement=NAME, clause="", party="auria", reason="two", since_ns=S)
    ]
    assert held.has(NAME, "", "auria")
    assert not held.has(NAME, "", "borvia")
    assert held.between({"auria", "cestia"}, (everything(),)) == ()
