from hypothesis import given
from hypothesis import strategies as st

from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.sapient.frames import MESSAGE_BYTES_MAX, framed, split


@given(st.lists(st.binary(max_size=50)))
def test_what_is_framed_is_split_again(messages: list[bytes]) -> None:
    assert split(b"".join(framed(m) for m in messages)) == (messages, [])


def test_the_length_is_little_endian() -> None:
    assert framed(b"x" * 258)[:4] == b"\x02\x01\x00\x00"


def test_what_is_cut_short_is_refused_after_the_whole_ones() -> None:
    whole = framed(b"abc")
    assert split(whole + whole[:5]) == ([b"abc"], [Refusal(7, "the message is cut short")])
    assert split(whole[:2]) == ([], [Refusal(0, "the message is cut short")])


def test_a_header_alone_of_a_long_message_says_how_long_it_was() -> None:
    size = MESSAGE_BYTES_MAX + 1
    messages, [refusal] = split(size.to_bytes(4, "little"))
    assert (messages, refusal.reason) == ([], f"a message of {size} bytes, the limit is {size - 1}")


@given(st.binary(max_size=100))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    messages, refusals = split(data)
    assert sum(map(len, messages)) <= len(data)
    assert len(refusals) <= 1
