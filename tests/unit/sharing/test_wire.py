"""Wire structs: what a newer partner adds is dropped, what is out of bounds is refused."""

import msgspec
import pytest

from skypact.sharing import wire

FRAME = {
    "version": 1,
    "context": "exercise",
    "sender": "auria",
    "recipient": "borvia",
    "stream": "track",
    "epoch": 1,
    "sequence": 1,
    "clauses": [],
    "sent_ns": 5,
    "body": b"x",
}


def test_unknown_fields_are_dropped():
    data = msgspec.msgpack.encode({**FRAME, "signature": b"abc"})
    assert wire.frame_decoder.decode(data).sender == "auria"


@pytest.mark.parametrize(
    "change",
    [{"epoch": -1}, {"context": "war"}, {"sender": ""}, {"clauses": ["c"] * 257}, {"body": "text"}],
)
def test_out_of_bounds_is_refused(change: dict):
    with pytest.raises(msgspec.ValidationError):
        wire.frame_decoder.decode(msgspec.msgpack.encode({**FRAME, **change}))


def test_a_body_is_known_by_its_kind():
    body = wire.AcknowledgementBody(
        reference="0" * 32, event="shown", person="", received_ns=1, shown_ns=2, acknowledged_ns=0
    )
    assert wire.durable_decoder.decode(wire.encode(body)) == body
    raw = msgspec.msgpack.decode(wire.encode(body))
    with pytest.raises(msgspec.ValidationError):
        wire.durable_decoder.decode(msgspec.msgpack.encode({**raw, "type": "order"}))
