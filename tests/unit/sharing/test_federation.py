"""What partners send is checked before anything believes it."""

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.messages import (
    Context,
    FrameRefused,
    FrameUnopened,
    Ledger,
    LinkView,
    OutboxAcknowledged,
    PartnerAcknowledgement,
    PartnerFrame,
    PartnerTracks,
    PartnerWarning,
    Stream,
    ThreatClass,
    WarningAcknowledged,
)
from skypact.sharing import wire
from tests.unit.picture.flights import T0, S, state
from tests.unit.sharing.treaty import (
    ISSUER,
    X,
    arrived,
    classes,
    everything,
    of,
    only,
    opened,
    own,
    raised,
    releases,
    sharing,
    started,
    told,
)


def pair(**settings):
    """auria and borvia, who have agreed on everything."""
    treaties = (everything(), everything("borvia", "auria"))
    return sharing(*treaties, **settings), sharing(*treaties, nation="borvia", **settings)


def changed(release, **fields) -> PartnerFrame:
    frame = msgspec.structs.replace(opened(release)[0], **fields)
    good = arrived(release, T0)
    return msgspec.structs.replace(good, frame=wire.encode(frame))


def track_frame(room, numbers=(105,), states=X):
    room.handle(own(list(numbers), states, T0), T0)
    return releases(room.wake(T0 + S), Stream.TRACK)[0]


def test_tracks_arrive_as_they_left():
    auria, borvia = pair()
    got = only(borvia.handle(arrived(track_frame(auria), T0 + S), T0 + S), PartnerTracks)
    assert (got.partner, got.deleted) == ("auria", ())
    assert array(got, "number").tolist() == [105]
    np.testing.assert_array_equal(array(got, "position_ecef_m")[0], X[:3])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"version": 2}, "wire version 2"),
        ({"context": Context.OPERATION}, "of context operation"),
        ({"sender": "cestia"}, "another sender"),
        ({"recipient": "cestia"}, "another nation"),
        ({"stream": Stream.WARNING}, "wrong stream"),
        ({"sequence": 0}, "no sequence"),
        ({"epoch": 0}, "no sequence or epoch"),
        ({"sent_ns": T0 + 86_400 * S}, "too far apart"),
        ({"sent_ns": T0 - 86_400 * S}, "too far apart"),
        ({"body": b"\xc1"}, "cannot be read"),
        ({"body": b"\x81\xa1\xff\x00"}, "cannot be read"),
        ({"body": b"\x91" * 100_000}, "cannot be read"),
    ],
)
def test_a_wrong_frame_is_refused_and_the_next_good_one_taken(fields: dict, reason: str):
    auria, borvia = pair()
    good = track_frame(auria)
    assert reason in only(borvia.handle(changed(good, **fields), T0), FrameRefused).reason
    only(borvia.handle(arrived(good, T0), T0), PartnerTracks)


def bad_body(release, **fields) -> PartnerFrame:
    body = msgspec.structs.replace(opened(release)[1], **fields)
    return changed(release, body=wire.encode(body))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"count": 2}, "bytes for 2 rows"),
        ({"count": -1}, "rows"),
        ({"number": b"\0\0\0\0"}, "column number"),
        ({"time_ns": (T0 + 3600 * S).to_bytes(8, "little")}, "from the future"),
        ({"covariance": bytes(168)}, "claims to be exact"),
        ({"position_ecef_m": np.full(3, np.nan).tobytes()}, "position_ecef_m"),
        ({"position_ecef_m": np.ones(3).tobytes()}, "inside the Earth"),
        ({"ended": (1, 2), "successors": (3,)}, "as many"),
    ],
)
def test_a_wrong_body_is_refused(fields: dict, reason: str):
    auria, borvia = pair()
    release = track_frame(auria)
    assert reason in only(borvia.handle(bad_body(release, **fields), T0), FrameRefused).reason


def test_the_same_track_twice_in_a_frame_is_refused():
    auria, borvia = pair()
    release = track_frame(auria, (105, 117), [X, state(9000, 0, 0, 0)])
    doubled = bad_body(release, number=np.array([105, 105], "<u4").tobytes())
    assert "twice" in only(borvia.handle(doubled, T0), FrameRefused).reason


def test_strangers_are_refused_and_floods_counted():
    borvia = sharing(nation="borvia")
    frame = PartnerFrame(
        **ISSUER.header(T0, T0), partner="cestia", stream=Stream.TRACK, frame=b"junk"
    )
    out = [m for _ in range(100) for m in borvia.handle(frame, T0)]
    assert only(out, FrameRefused).reason == "there is no agreement with this sender"
    assert only(of(borvia.wake(T0 + S), FrameRefused), FrameRefused).reason.endswith("(99 more)")
    assert of(borvia.wake(T0 + 2 * S), FrameRefused) == []


def test_a_warning_arrives_with_its_ledger_and_a_receipt_goes_back():
    auria, borvia = pair()
    (release,) = auria.handle(raised(T0), T0)
    out = borvia.handle(arrived(release, T0 + S), T0 + S)
    warning = only(out, PartnerWarning).warning
    reference = opened(release)[1].reference
    assert (warning.warning_id, warning.origin) == (f"auria/{reference}", "auria")
    assert (warning.ledger.received_ns, warning.ledger.released_ns) == (T0 + S, T0)
    (receipt,) = releases(out, Stream.RECEIPT, "auria")
    pruned = only(auria.handle(arrived(receipt, T0 + S), T0 + S), OutboxAcknowledged)
    assert (pruned.partner, pruned.upto_sequence) == ("borvia", 1)


def test_an_answer_comes_back_under_our_own_id():
    auria, borvia = pair()
    (release,) = auria.handle(raised(T0), T0)
    held = only(borvia.handle(arrived(release, T0), T0), PartnerWarning).warning
    ledger = Ledger(received_ns=T0, shown_ns=T0 + S, acknowledged_ns=T0 + 2 * S)
    done = msgspec.structs.replace(held, ledger=ledger, acknowledged_by="Cpt Bo")
    event = WarningAcknowledged(**ISSUER.header(T0, T0), warning=done)
    (answer,) = borvia.handle(event, T0 + 2 * S)
    got = only(auria.handle(arrived(answer, T0 + 3 * S), T0 + 3 * S), PartnerAcknowledgement)
    assert (got.warning_id, got.event, got.person) == ("auria-warning-77", "acknowledged", "Cpt Bo")
    assert (got.received_ns_partner, got.shown_ns, got.acknowledged_ns, got.released_ns) == (
        T0,
        T0 + S,
        T0 + 2 * S,
        T0,
    )


def test_an_answer_to_what_was_never_released_is_refused():
    auria, borvia = pair()
    given = {"warning_id": "auria/" + "00" * 16, "nation": "borvia"}
    (answer,) = borvia.handle(
        told(WarningAcknowledged, T0, **given, ledger=Ledger(shown_ns=T0)), T0
    )
    out = auria.handle(arrived(answer, T0), T0)
    assert "never released" in only(out, FrameRefused).reason
    assert opened(releases(out, Stream.RECEIPT)[0])[1].upto_sequence == 1


def test_a_receipt_for_what_was_never_sent_is_refused():
    auria, borvia = pair()
    (release,) = auria.handle(raised(T0), T0)
    (receipt,) = releases(borvia.handle(arrived(release, T0), T0), Stream.RECEIPT, "auria")
    forged = bad_body(receipt, upto_sequence=99)
    assert "never sent" in only(auria.handle(forged, T0), FrameRefused).reason


def warnings(room, count):
    return [m for k in range(count) for m in room.handle(raised(T0, version=k + 1), T0)]


def versions(messages):
    return [m.warning.version for m in of(messages, PartnerWarning)]


def test_frames_ahead_wait_for_the_missing_one():
    auria, borvia = pair()
    first, second, third = warnings(auria, 3)
    out = [borvia.handle(arrived(r, T0), T0) for r in (third, second, first)]
    assert [versions(o) for o in out] == [[], [], [1, 2, 3]]
    uptos = [opened(releases(o, Stream.RECEIPT, "auria")[0])[1].upto_sequence for o in out]
    assert uptos == [0, 0, 3]


def test_what_waits_is_bounded():
    auria, borvia = pair(held_frames_max=2)
    frames = warnings(auria, 5)
    for release in frames[:0:-1]:
        borvia.handle(arrived(release, T0), T0)
    assert versions(borvia.handle(arrived(frames[0], T0), T0)) == [1, 2]
    assert versions(borvia.handle(arrived(frames[2], T0), T0)) == [3]


def test_a_double_is_receipted_again_and_nothing_else():
    auria, borvia = pair()
    (release,) = warnings(auria, 1)
    borvia.handle(arrived(release, T0), T0)
    receipt, taken = borvia.handle(arrived(release, T0 + S), T0 + S)
    assert (taken.stream, taken.sequence) == (Stream.WARNING, 1)
    assert opened(receipt)[1].upto_sequence == 1


def test_warnings_go_on_across_the_senders_restart():
    auria, borvia = pair()
    (first,) = warnings(auria, 1)
    after = sharing(everything(), everything("borvia", "auria"))
    after.restore(auria.snapshot())
    after.handle(started(T0 + S, 2), T0 + S)
    (second,) = after.handle(raised(T0 + S, version=2), T0 + S)
    assert (second.epoch, second.sequence) == (2, 2)
    assert versions(borvia.handle(arrived(second, T0), T0)) == []
    assert versions(borvia.handle(arrived(first, T0), T0)) == [1, 2]


def test_an_old_warning_frame_is_still_taken():
    auria, borvia = pair()
    (release,) = warnings(auria, 1)
    late = T0 + 7200 * S
    assert versions(borvia.handle(arrived(release, late), late)) == [1]


def test_an_unreadable_warning_does_not_block_the_others():
    auria, borvia = pair()
    first, second = warnings(auria, 2)
    out = borvia.handle(changed(first, body=b"\xc1"), T0)
    assert "cannot be read" in only(out, FrameRefused).reason
    assert versions(borvia.handle(arrived(second, T0), T0)) == [2]


def test_a_partner_that_lost_its_memory_is_noticed():
    auria, borvia = pair()
    for release in warnings(auria, 3):
        borvia.handle(arrived(release, T0), T0)
    fresh = sharing(everything(), everything("borvia", "auria"))
    (beat,) = releases(fresh.wake(T0 + S), Stream.HEARTBEAT)
    assert opened(beat)[0].sent_ns > T0
    out = borvia.handle(arrived(beat, T0 + S), T0 + S)
    assert "lost its memory" in only(out, FrameRefused).reason


def test_a_heartbeat_overtaken_by_a_warning_is_no_loss_of_memory():
    auria, borvia = pair()
    (beat,) = releases(auria.wake(T0 + S), Stream.HEARTBEAT)
    (release,) = auria.handle(raised(T0 + S), T0 + S)
    borvia.handle(arrived(release, T0 + S), T0 + S)
    assert of(borvia.handle(arrived(beat, T0 + S), T0 + S), FrameRefused) == []


def test_the_class_travels_with_the_track():
    auria, borvia = pair()
    auria.handle(classes(T0, n105=ThreatClass.CRUISE), T0)
    got = only(borvia.handle(arrived(track_frame(auria), T0 + S), T0 + S), PartnerTracks)
    assert array(got, "threat_class").tolist() == [ThreatClass.CRUISE]


def test_a_frame_sent_again_by_others_is_refused_and_no_sign_of_life():
    auria, borvia = pair()
    (beat,) = releases(auria.wake(T0 + S), Stream.HEARTBEAT)
    borvia.handle(arrived(beat, T0 + S), T0 + S)
    out = borvia.handle(arrived(beat, T0 + 6 * S), T0 + 6 * S)
    assert "a repeat" in only(out, FrameRefused).reason
    (view,) = of(borvia.wake(T0 + 6 * S), LinkView)
    assert not view.links[0].alive


def test_a_repeated_warning_is_no_sign_of_life():
    auria, borvia = pair()
    (release,) = warnings(auria, 1)
    borvia.handle(arrived(release, T0), T0)
    borvia.handle(arrived(release, T0 + 6 * S), T0 + 6 * S)
    (view,) = of(borvia.wake(T0 + 6 * S), LinkView)
    assert not view.links[0].alive


def test_what_could_not_be_opened_is_told_once_a_second_with_its_number():
    _, borvia = pair()
    unopened = FrameUnopened(
        **ISSUER.header(T0, T0),
        partner="auria", reason="its seal is broken", count=40,
    )  # fmt: skip
    assert only(borvia.handle(unopened, T0), FrameRefused).reason == "its seal is broken"
    assert borvia.handle(unopened, T0) == []
    assert only(borvia.wake(T0 + S), FrameRefused).reason == "its seal is broken (79 more)"
