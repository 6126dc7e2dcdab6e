"""What goes into the log: every frame, refusal and decision, nothing else."""

import pytest

from skypact.core.messages import (
    AcknowledgeWarning,
    CommandRefused,
    Identity,
    LinkView,
    OutboxAcknowledged,
    Release,
    ResolveConflict,
    SetIdentity,
    Stream,
    SuspendAgreement,
)
from skypact.sharing.audit.facts import Began, Confirmed, Decided, Received, Sent, Turned, facts
from skypact.sharing.audit.leaves import digest
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.treaty import (
    ISSUER,
    arrived,
    everything,
    of,
    raised,
    releases,
    sharing,
    started,
)

TREATIES = (everything(), everything("borvia", "auria"))


def warned():
    auria = sharing(*TREATIES)
    out = auria.handle(raised(T0), T0)
    return out, releases(out, Stream.WARNING)[0]


def test_a_release_is_told_with_its_clauses():
    out, release = warned()
    (fact,) = facts(raised(T0), out)
    assert isinstance(fact, Sent)
    assert fact.partner == "borvia"
    assert fact.frame == ("warning", release.epoch, 1, digest(release.frame))
    assert fact.clauses == release.clauses != ()
    assert fact.length == len(release.frame)


def test_a_frame_that_came_is_told_with_our_receipt():
    _, release = warned()
    borvia = sharing(*TREATIES, nation="borvia")
    message = arrived(release, T0 + S)
    out = borvia.handle(message, T0 + S)
    came, receipt, *_ = facts(message, out)
    assert came == Received("auria", ("warning", 1, 1, digest(release.frame)), T0)
    assert isinstance(receipt, Sent)
    assert receipt.frame.stream == "receipt"


def test_a_receipt_says_when_it_was_sent():
    _, release = warned()
    auria, borvia = sharing(*TREATIES), sharing(*TREATIES, nation="borvia")
    auria.handle(raised(T0), T0)
    (receipt,) = releases(borvia.handle(arrived(release, T0 + S), T0 + S), Stream.RECEIPT, "auria")
    message = arrived(receipt, T0 + 2 * S)
    out = auria.handle(message, T0 + 2 * S)
    assert of(out, OutboxAcknowledged)
    assert Confirmed("borvia", 1, T0 + S) in facts(message, out)


def test_a_refused_frame_is_told_with_the_reason():
    _, release = warned()
    borvia = sharing(*TREATIES, nation="borvia")
    message = arrived(release, T0 - 90 * S)
    (fact,) = facts(message, borvia.handle(message, T0 - 90 * S))
    assert fact == Turned("auria", "the frame's clock and ours are too far apart")


def test_a_decision_is_told_with_who_decided_and_what_came_of_it():
    command = AcknowledgeWarning(
        **ISSUER.header(T0, T0), warning_id="w-1", person="Ilse Maren", post="duty"
    )
    (done,) = facts(command, [])
    assert isinstance(done, Decided)
    assert done[:3] == ("acknowledge_warning", "w-1", "Ilse Maren")
    assert done.refused == ""
    refusal = CommandRefused(**ISSUER.header(T0, T0), command_id=command.id, reason="not there")
    (refused,) = facts(command, [refusal])
    assert refused == done._replace(refused="not there")


def test_a_suspension_is_a_decision():
    command = SuspendAgreement(
        **ISSUER.header(T0, T0),
        agreement="auria-borvia",
        clause="track",
        person="Ilse Maren",
        reason="doubts",
    )
    (done,) = facts(command, [])
    assert done[:3] == ("suspend_agreement", "auria-borvia track", "Ilse Maren")


@pytest.mark.parametrize("kind", [SetIdentity, ResolveConflict])
def test_an_identity_that_an_authority_sets_is_a_decision(kind: type):
    command = kind(
        **ISSUER.header(T0, T0),
        number=105,
        identity=Identity.ASSUMED_FRIEND,
        person="Ilse Maren",
        reason="seen",
    )
    (done,) = facts(command, [])
    assert (done.about, done.person) == ("track 105 assumed_friend", "Ilse Maren")


def test_a_start_is_told_and_views_are_not():
    assert facts(started(T0, 4), [LinkView(**ISSUER.header(T0, T0), links=())]) == [
        Began(4, "test")
    ]


def test_what_a_wake_releases_is_told():
    auria = sharing(*TREATIES)
    out = auria.wake(T0 + S)
    sent = [m for m in out if isinstance(m, Release)]
    assert [f.frame.sequence for f in facts(started(T0), out)[1:]] == [r.sequence for r in sent]
