"""What a call's sound is agreed to be."""

import pytest

from skypact.core.errors import DecodeError
from skypact.edge.channels.phone import sdp

ANSWER = (
    "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "m=video 5000 RTP/AVP 99\r\nc=IN IP4 192.0.2.9\r\na=rtpmap:99 telephone-event/8000\r\n"
)


def test_what_we_offer_we_read() -> None:
    assert sdp.read(sdp.offer("127.0.0.1", 4_000, 1)) == ("127.0.0.1", 4_000, 96)
    assert sdp.read(sdp.offer("::1", 4_000, 1, 120)) == ("::1", 4_000, 120)


def test_the_answer_decides_the_number_of_events_and_only_its_first_part_counts() -> None:
    assert sdp.read(ANSWER.encode()) == ("192.0.2.1", 4_000, 101)


def test_a_number_that_is_not_among_those_taken_is_none() -> None:
    assert sdp.read(ANSWER.replace("0 101", "0").encode()).events is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nowhere"),
        (ANSWER.replace("c=IN", "x=IN"), "nowhere"),
        (ANSWER.replace("audio 4000", "audio 0"), "port"),
        (ANSWER.replace("audio 4000", "audio 70000"), "port"),
        (ANSWER.replace("RTP/AVP 0", "RTP/AVP 8"), "PCMU"),
        (ANSWER.replace("RTP/AVP 0", "RTP/SAVP 0"), "plain sound"),
        (ANSWER.replace("m=audio 4000", "m=audio"), "plain sound"),
        (ANSWER.replace("192.0.2.1", "phone.example"), "no address"),
        ("a=\r\n" * 300, "lines"),
    ],
)
def test_a_description_of_no_use_is_refused(text: str, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        sdp.read(text.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DecodeError, match="UTF-8"):
        sdp.read(b"\xff\xfe")
