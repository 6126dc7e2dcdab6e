"""Messages of SIP, read as others write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.errors import DecodeError
from skypact.edge.channels.phone import sip

REPLY = (
    b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a:1;branch=z9hG4bK1, SIP/2.0/UDP b\r\n"
    b'f: "Watch, \\"A\\"" <sip:w@x;lr>;tag=1\r\nTo: sip:b@y;tag=2\r\ni: 7\r\nCSeq: 3 INVITE\r\n'
    b"Subject: one\r\n two\r\nl: 3\r\n\r\nabcdef"
)


def test_a_reply_is_read_in_short_and_long_form() -> None:
    reply = sip.read(REPLY)
    assert isinstance(reply, sip.Response)
    assert (reply.status, reply.line, reply.body) == (200, "200 OK", b"abc")
    assert reply.headers.all("Via") == ["SIP/2.0/UDP a:1;branch=z9hG4bK1", "SIP/2.0/UDP b"]
    assert reply.headers.get("subject") == "one two"
    assert sip.uri_of(reply.headers.get("from")) == "sip:w@x;lr"
    assert sip.parameter(reply.headers.get("from"), "tag") == "1"
    assert sip.parameter(reply.headers.get("to"), "tag") == "2"
    assert sip.sequence(reply.headers) == (3, "INVITE")


def test_what_we_write_we_read() -> None:
    data = sip.write("BYE sip:a@b SIP/2.0", [("Call-ID", "7"), ("CSeq", "2 BYE")], b"xy")
    request = sip.read(data)
    assert isinstance(request, sip.Request)
    assert (request.method, request.uri, request.body) == ("BYE", "sip:a@b", b"xy")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"SIP/2.0 200 OK\r\n", "no empty line"),
        (b"HELLO\r\n\r\n", "first line"),
        (b"SIP/2.0 999 X\r\n\r\n", "first line"),
        (b"SIP/2.0 200 OK\r\nno colon\r\n\r\n", "no header"),
        (b"SIP/2.0 200 OK\r\nl: 9\r\n\r\nabc", "cut short"),
        (b"SIP/2.0 200 OK\r\nl: -1\r\n\r\nabc", "cut short"),
        (b"SIP/2.0 200 \xff\r\n\r\n", "UTF-8"),
        (b"SIP/2.0 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", "more than"),
        (b"SIP/2.0 200 OK\r\na: " + b"b" * 9_000 + b"\r\n\r\n", "too long"),
        (b"x" * 70_000, "bytes"),
    ],
)
def test_damage_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        sip.read(data)


def test_a_list_is_split_outside_of_quotation_marks() -> None:
    assert sip.split('"a,\\"b" <sip:c,d>, e') == ['"a,\\"b" <sip:c,d>', "e"]


def test_pairs_of_a_challenge() -> None:
    value = 'Digest realm="a, \\"b\\"", nonce=abc, qop="auth,auth-int"'
    assert sip.pairs(value) == {"realm": 'a, "b"', "nonce": "abc", "qop": "auth,auth-int"}


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(DecodeError, match="CSeq"):
        sip.sequence(sip.Headers([("CSeq", "x INVITE")]))


def test_text_of_a_peer_is_made_fit_for_people() -> None:
    reply = sip.read(b"SIP/2.0 486 Busy \x1b[31m\r\n\r\n")
    assert isinstance(reply, sip.Response)
    assert reply.line == "486 Busy  [31m"


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for made in (data, b"SIP/2.0 200 OK\r\n" + data + b"\r\n\r\n", REPLY[:60] + data):
        try:
            read = sip.read(made)
            sip.sequence(read.headers)
        except DecodeError:
            continue
