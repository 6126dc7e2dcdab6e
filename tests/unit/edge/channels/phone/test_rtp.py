"""Packets of sound, and keys in them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.errors import DecodeError
from skypact.edge.channels.phone import rtp
from skypact.edge.channels.phone.rtp import Keys, Packet

EXTENDED = b"\x91\x00\x00\x01" + bytes(8) + b"\0\0\0\7" + b"\xbe\xde\x00\x01" + b"1234" + b"sound"


def event(key: str, tick: int, source: int = 7, kind: int = 96) -> Packet:
    payload = struct.pack(">BBH", rtp.KEYS.index(key), 10, 160)
    return Packet(kind, 1, tick, source, payload)


def test_what_we_write_we_read() -> None:
    packet = Packet(0, 65_535, 1 << 31, 9, b"abc")
    assert rtp.read(rtp.write(packet)) == packet
    assert rtp.write(packet, first=True)[1] == 0x80


def test_extensions_and_padding_are_passed_over() -> None:
    assert rtp.read(EXTENDED).payload == b"sound"
    assert rtp.read(b"\xa0\x00\x00\x01" + bytes(8) + b"ab\0\2").payload == b"ab"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80" * 11, b"\x00" * 12, EXTENDED[:17], EXTENDED[:22], b"\xa0" + bytes(11) + b"\0",
     b"\xa0" + bytes(11) + b"\x40"],
)  # fmt: skip
def test_damage_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        rtp.read(data)


def test_a_key_is_told_once() -> None:
    keys = Keys(96)
    pressed = [("1", 100), ("1", 100), ("2", 900), ("1", 100), ("2", 900), ("2", 2_000)]
    told = [keys.take(event(key, tick)) for key, tick in pressed]
    assert told == ["1", "", "2", "", "", "2"]


def test_ticks_go_round() -> None:
    keys = Keys(96)
    assert [keys.take(event("5", tick)) for tick in (0xFFFFFFF0, 40)] == ["5", "5"]


def test_another_source_begins_anew() -> None:
    keys = Keys(96)
    assert keys.take(event("1", 900, source=1)) == "1"
    assert keys.take(event("1", 5, source=2)) == "1"


def test_only_the_negotiated_number_holds_keys() -> None:
    assert Keys(101).take(event("1", 1)) == ""
    assert Keys(101).take(event("1", 1, kind=101)) == "1"


def test_events_that_are_no_keys_are_none() -> None:
    assert Keys(96).take(Packet(96, 1, 1, 1, struct.pack(">BBH", 66, 0, 0))) == ""
    with pytest.raises(DecodeError):
        Keys(96).take(Packet(96, 1, 1, 1, b"\1"))


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    keys = Keys(96)
    for made in (data, b"\x80\x60" + data, b"\xb0\x60" + data):
        try:
            keys.take(rtp.read(made))
        except DecodeError:
            continue
