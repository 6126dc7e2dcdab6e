"""What an older version sent is still read: recorded bytes of each version of the wire.

`golden/wire-*.json` are the vectors as they were published. A file is added when the wire gains
something and none is ever changed: a partner may run that version for years.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skypact.core.columns import array, fault
from skypact.core.messages import FrameRefused, LinkView, PartnerWarning, Stream
from skypact.sharing import wire
from skypact.sharing.treaty.agreements import Pact
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.treaty import arrived, everything, of, opened, raised, releases, sharing
from tests.wire import decoder
from tests.wire.test_wire import VECTORS, plain

GOLDEN = sorted((Path(__file__).parent / "golden").glob("wire-*.json"))
DECODERS: dict[Stream, msgspec.msgpack.Decoder[Any]] = {
    Stream.TRACK: wire.track_decoder,
    Stream.HEARTBEAT: wire.heartbeat_decoder,
    Stream.RECEIPT: wire.receipt_decoder,
    Stream.WARNING: wire.durable_decoder,
    Stream.COALITION: wire.coalition_decoder,
}
KINDS = {
    "heartbeat", "receipt", "track", "warning", "warning without impact", "acknowledgement",
    "agreement", "identity", "proposal",
}  # fmt: skip


def frames() -> list[tuple[str, str]]:
    return [(path.stem, name) for path in GOLDEN for name in json.loads(path.read_text())["frames"]]


def held(file: str, name: str) -> dict[str, Any]:
    path = next(p for p in GOLDEN if p.stem == file)
    return json.loads(path.read_text())["frames"][name]


def test_every_kind_of_the_first_version_is_recorded() -> None:
    assert {name for file, name in frames() if file == "wire-1.0"} == KINDS


@pytest.mark.parametrize(("file", "name"), frames())
def test_it_is_read_as_it_was_meant(file: str, name: str) -> None:
    one = held(file, name)
    frame = wire.frame_decoder.decode(bytes.fromhex(one["frame"]))
    body = DECODERS[frame.stream].decode(frame.body)
    said = one["read"]
    for field in ("version", "context", "sender", "recipient", "epoch", "sequence", "sent_ns"):
        assert getattr(frame, field) == said[field], field
    told = said["body"]
    if isinstance(body, wire.TrackBody | wire.CoalitionBody):
        assert fault(body) == ""
        assert array(body, "number").tolist() == told["number"]
        assert array(body, "position_ecef_m").tolist() == told["position_ecef_m"]
        return
    expected = plain(msgspec.msgpack.decode(msgspec.msgpack.encode(body)))
    assert {k: expected[k] for k in told if k in expected} == told


@pytest.mark.parametrize(("file", "name"), frames())
def test_the_second_decoder_reads_it_too(file: str, name: str) -> None:
    one = held(file, name)
    assert plain(decoder.read(bytes.fromhex(one["frame"]))) == one["read"]


def test_a_lost_field_is_found() -> None:
    """Else the tests above could not fail."""
    one = held("wire-1.0", "warning")
    frame = decoder.unpacked(bytes.fromhex(one["frame"]))
    body = decoder.unpacked(frame["body"])
    del body["places"]
    with pytest.raises(msgspec.ValidationError, match="places"):
        wire.durable_decoder.decode(msgspec.msgpack.encode(body))


def test_the_present_wire_is_recorded() -> None:
    """Whoever adds to the wire records it: copy the vectors to a file of the next number."""
    newest = max(GOLDEN, key=lambda path: [int(n) for n in path.stem[5:].split(".")])
    assert newest.read_text() == VECTORS.read_text()


def pair() -> tuple[Any, Any]:
    treaties = (everything(), everything("borvia", "auria"))
    return sharing(*treaties), sharing(*treaties, nation="borvia")


def from_auria(room: Any, change: Any, count: int = 1) -> list[Any]:
    """Return warnings that auria's room sends, each body changed as another version would."""
    out: list[Any] = []
    for version in range(1, count + 1):
        (release,) = releases(room.handle(raised(T0, version=version), T0), Stream.WARNING)
        frame = decoder.unpacked(release.frame)
        body = change(decoder.unpacked(frame["body"]))
        frame |= {"body": msgspec.msgpack.encode(body), "colour": [1, {"a": None}]}
        frame["clauses"] = list(frame["clauses"])
        whole = msgspec.structs.replace(release, frame=msgspec.msgpack.encode(frame))
        out.append(arrived(whole, T0))
    return out


def test_what_a_newer_program_adds_to_a_message_is_dropped() -> None:
    auria, borvia = pair()
    (frame,) = from_auria(auria, lambda body: body | {"mood": "grim", "rings": [{"x": 1.5}]})
    out = borvia.handle(frame, T0)
    assert [m.warning.version for m in of(out, PartnerWarning)] == [1]
    assert of(out, FrameRefused) == []


def test_a_kind_that_is_not_known_is_dropped_told_once_and_blocks_nothing() -> None:
    auria, borvia = pair()
    first, second, third = from_auria(auria, lambda body: body | {"type": "duel"}, 3)
    (told,) = of(borvia.handle(first, T0), FrameRefused)
    assert told.reason == "a message of the kind 'duel', which is not known here: a newer program"
    for frame in (second, third):
        out = borvia.handle(frame, T0)
        assert of(out, FrameRefused) == []
        (receipt,) = releases(out, Stream.RECEIPT, "auria")
    assert opened(receipt)[1].upto_sequence == 3
    after = sharing(everything(), everything("borvia", "auria"), nation="borvia")
    after.restore(borvia.snapshot())
    for room in (borvia, after):
        (view,) = of(room.wake(T0 + S), LinkView)
        assert view.links[0].notes == (
            "auria sends what is not known here and was dropped: duel (3)",
        )
    (good,) = from_auria(auria, lambda body: body, 1)
    assert of(borvia.handle(good, T0), PartnerWarning)


def test_kinds_without_end_fill_no_memory() -> None:
    auria, borvia = pair()
    names = iter(f"kind {i}" for i in range(40))
    told = [
        len(of(borvia.handle(frame, T0), FrameRefused))
        for frame in from_auria(auria, lambda body: body | {"type": next(names)}, 40)
    ]
    assert sum(told) == 9
    (view,) = of(borvia.wake(T0 + S), LinkView)
    assert view.links[0].notes[0].endswith("kind 7 (1), others (32)")


@pytest.mark.parametrize(("leave_out", "said"), [(False, f"1.{wire.REVISION}"), (True, "1.0")])
def test_the_revision_of_the_partner_is_shown(leave_out: bool, said: str) -> None:
    auria, borvia = pair()
    (view,) = of(borvia.wake(T0 + S), LinkView)
    assert view.links[0].wire == ""
    (beat,) = releases(auria.wake(T0 + S), Stream.HEARTBEAT)
    frame = decoder.unpacked(beat.frame)
    body = decoder.unpacked(frame["body"])
    if leave_out:  # as a program of revision 0 does
        del body["revision"]
        del frame["agreement"]
    frame |= {"body": msgspec.msgpack.encode(body), "clauses": []}
    sent = msgspec.structs.replace(beat, frame=msgspec.msgpack.encode(frame))
    assert of(borvia.handle(arrived(sent, T0 + S), T0 + S), FrameRefused) == []
    (view,) = of(borvia.wake(T0 + 2 * S), LinkView)
    assert view.links[0].wire == said


def test_a_partner_that_goes_by_another_text_is_shown() -> None:
    def room(nation: str, text: bytes) -> Any:
        both = (everything(), everything("borvia", "auria"))
        return sharing(
            *(Pact(**msgspec.structs.asdict(a), digest=text * 32) for a in both), nation=nation
        )

    for theirs, notes in (
        (b"a", ()),
        (b"b", ("auria releases under another text of the agreement than ours",)),
    ):
        auria, borvia = room("auria", theirs), room("borvia", b"a")
        (beat,) = releases(auria.wake(T0 + S), Stream.HEARTBEAT)
        borvia.handle(arrived(beat, T0 + S), T0 + S)
        (view,) = of(borvia.wake(T0 + 2 * S), LinkView)
        assert view.links[0].notes == notes
