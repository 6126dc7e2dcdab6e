"""Numbering of streams."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from skypact.core.errors import InvariantError
from skypact.core.messages import FRAMED, Stream
from skypact.sharing import wire
from skypact.sharing.release import Releaser, ReleaserState
from skypact.sharing.treaty.agreements import Pact
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.treaty import ISSUER, everything

BEAT = wire.HeartbeatBody(track_sequence=0, warning_sequence=0)


def make(releaser: Releaser, stream: Stream, partner: str = "borvia"):
    return releaser.make(partner, stream, ("a-b/1",), BEAT, 5, 6)


def test_each_stream_to_each_partner_counts_from_one_without_gaps():
    releaser = Releaser(ISSUER)
    releaser.start(4)
    made = [make(releaser, s, p) for s in FRAMED for p in ("borvia", "cestia") for _ in range(2)]
    assert [r.sequence for r in made] == [1, 2] * 2 * len(FRAMED)
    frame = wire.frame_decoder.decode(made[0].frame)
    assert (frame.sender, frame.recipient, frame.epoch, frame.clauses, frame.sent_ns) == (
        "auria",
        "borvia",
        4,
        ("a-b/1",),
        6,
    )


def test_every_frame_names_the_text_that_is_in_force():
    later = datetime.fromtimestamp(T0 // S, UTC) + timedelta(seconds=T0 % S / S + 5)
    old = Pact(**msgspec.structs.asdict(everything(valid_until=later)), digest=b"o" * 32)
    new = Pact(**msgspec.structs.asdict(everything(valid_from=later)), digest=b"n" * 32)
    back = Pact(**msgspec.structs.asdict(everything("borvia", "auria")), digest=b"b" * 32)
    releaser = Releaser(ISSUER, (old, new, back))
    releaser.start(1)

    def named(clauses: tuple[str, ...], now_ns: int, partner: str = "borvia") -> bytes:
        made = releaser.make(partner, Stream.HEARTBEAT, clauses, BEAT, now_ns, now_ns)
        return wire.frame_decoder.decode(made.frame).agreement

    for clauses in (("auria-borvia/2.1",), ("auria-borvia",), ()):
        assert named(clauses, T0) == old.digest
        assert named(clauses, T0 + 5 * S) == new.digest
    assert named(("borvia-auria/1",), T0) == back.digest
    assert named((), T0, "cestia") == b""
    assert named((), T0 - 100 * 86_400 * S) == b""


def test_a_new_epoch_begins_best_effort_anew_and_goes_on_with_warnings():
    releaser = Releaser(ISSUER)
    releaser.start(1)
    for stream in FRAMED:
        make(releaser, stream)
    data = msgspec.msgpack.encode(releaser.state())
    after = Releaser(ISSUER)
    after.restore(msgspec.msgpack.decode(data, type=ReleaserState))
    after.start(2)
    assert [make(after, stream).sequence for stream in FRAMED] == [1, 1, 1, 2, 1]


def test_tracks_and_warnings_must_name_a_clause():
    releaser = Releaser(ISSUER)
    for stream in (Stream.TRACK, Stream.WARNING):
        with pytest.raises(InvariantError):
            releaser.make("borvia", stream, (), BEAT, 5, 6)
