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
from skypact.core.messages import Stream
from skypact.sharing import wire
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
