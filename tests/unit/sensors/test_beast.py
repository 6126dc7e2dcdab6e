"""Beast framing: any cut of the stream gives the same frames, junk is stepped over."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from skypact.sensors import beast

Splitter = Callable[[bytes, bytes], tuple[list[Any], list[Any], bytes]]
MESSAGES = st.lists(
    st.sampled_from([2, 7, 14]).flatmap(lambda n: st.binary(min_size=n, max_size=n)), max_size=8
)


def split(
    stream: bytes, cuts: list[int], framing: Splitter = beast.split
) -> tuple[list[bytes], int]:
    """Return the messages and the number of refusals of a stream cut at `cuts`."""
    pending, messages, refused = b"", [], 0
    bounds = [0, *sorted(c % (len(stream) + 1) for c in cuts), len(stream)]
    for start, end in pairwise(bounds):
        frames, refusals, pending = framing(pending, stream[start:end])
        assert len(pending) <= 44
        messages += [f.message for f in frames]
        refused += len(refusals)
    return messages, refused


@given(MESSAGES, st.lists(st.integers(0, 10_000), max_size=6))
def test_frames_return_however_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(beast.encode_frame(m, 0x1A1A1A, 0x1A) for m in messages)
    assert split(stream, cuts) == (messages, 0)


def test_clock_and_signal_are_read() -> None:
    [frame], _, _ = beast.split(b"", beast.encode_frame(b"\x1a" * 7, 0x1A00001A, 0x1A))
    assert (frame.kind, frame.clock, frame.signal, frame.offset) == (0x32, 0x1A00001A, 0x1A, 0)


@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=4))
def test_junk_never_fails_and_never_hides_what_follows(junk: bytes, cuts: list[int]) -> None:
    good = beast.encode_frame(b"ABCDEFG", 5, 6)
    # A junk frame may swallow one good frame whole, not two.
    messages, _ = split(junk + good * 3, cuts)
    assert messages[-1] == b"ABCDEFG"


def test_a_frame_cut_short_is_refused_and_the_next_one_read() -> None:
    good = beast.encode_frame(b"ABCDEFG", 5, 6)
    frames, [refusal], pending = beast.split(b"", good[:10] + good)
    assert [f.message for f in frames] == [b"ABCDEFG"]
    assert (refusal.offset, refusal.reason) == (0, "10 bytes that are no Beast frame")
    assert pending == b""


def test_offset_of_a_frame_begun_earlier_is_negative() -> None:
    good = beast.encode_frame(b"ABCDEFG", 5, 6)
    _, _, pending = beast.split(b"", good[:4])
    [frame], _, _ = beast.split(pending, good[4:])
    assert frame.offset == -4


def avr(messages: list[bytes]) -> bytes:
    forms = (b"*%s;\n", b"@0000001A0005%s;\r\n", b"<0000001A00051a%s;")
    return b"".join(forms[i % 3] % m.hex().encode() for i, m in enumerate(messages))


@given(MESSAGES, st.lists(st.integers(0, 10_000), max_size=6))
def test_avr_messages_return_however_the_stream_is_cut(
    messages: list[bytes], cuts: list[int]
) -> None:
    assert split(avr(messages), cuts, beast.split_avr) == (messages, 0)


def test_clock_and_signal_of_avr_are_read() -> None:
    frames, _, _ = beast.split_avr(b"", avr([b"A" * 7, b"B" * 14, b"C" * 2]))
    assert [(f.kind, f.clock, f.signal, f.offset) for f in frames] == [
        (0x32, 0, 0, 0),
        (0x33, 0x1A0005, 0, 17),
        (0x31, 0x1A0005, 0x1A, 61),
    ]


@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=4))
def test_junk_in_avr_never_fails_and_never_hides_what_follows(junk: bytes, cuts: list[int]) -> None:
    messages, _ = split(junk + avr([b"ABCDEFG"]), cuts, beast.split_avr)
    assert messages[-1] == b"ABCDEFG"


def test_junk_in_avr_is_refused_with_its_place() -> None:
    _, refusals, pending = beast.split_avr(b"", b"*12;\r\nwhat?*8d4840*41424344454647;\n*4142")
    assert [(r.offset, r.reason) for r in refusals] == [
        (0, "18 bytes that are no AVR message"),
    ]
    assert pending == b"*4142"
