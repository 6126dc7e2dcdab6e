"""Addresses, and what a call remembers."""

import pytest

from skypact.core.errors import DecodeError
from skypact.edge.channels.phone import sip
from skypact.edge.channels.phone.dialog import Dialog, target, uri


def test_numbers_go_to_the_exchange_and_uris_as_they_are() -> None:
    assert uri("+4712345678", "x.example") == "sip:+4712345678@x.example"
    assert uri("sip:watch@10.0.0.1:5070", "") == "sip:watch@10.0.0.1:5070"


@pytest.mark.parametrize(
    "address",
    ["", "1", "watch", "sip:", "sip:a b@c", "sip:a@b\r\nX: y", "+1 234", "tel:+1", "1" * 16],
)
def test_what_is_no_number_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no phone number"):
        uri(address, "x")


def test_a_number_needs_an_exchange() -> None:
    with pytest.raises(ValueError, match="no exchange"):
        uri("1000", "")


def test_where_a_uri_leads() -> None:
    assert target("sip:a@192.0.2.1:5070;lr") == ("192.0.2.1", 5070)
    assert target("sip:x.example") == ("x.example", 5060)
    assert target("sip:a@[2001:db8::1]:5061") == ("2001:db8::1", 5061)
    for bad in ("tel:1", "sip:a@b:99999", "sip:a@"):
        with pytest.raises(DecodeError):
            target(bad)


def test_routes_are_followed_backwards() -> None:
    reply = sip.read(
        b"SIP/2.0 200 OK\r\nTo: <sip:b>;tag=2\r\nContact: <sip:b@10.0.0.9:5071>\r\n"
        b"Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n\r\n"
    )
    assert isinstance(reply, sip.Response)
    dialog = Dialog("7", "<sip:a>;tag=1", "<sip:b>", "sip:b")
    dialog.take(reply)
    assert dialog.next_hop == "sip:p2;lr"
    routes = [value for name, value in dialog.headers("BYE") if name == "Route"]
    assert routes == ["<sip:p2;lr>", "<sip:p1;lr>"]
    assert dialog.uri == "sip:b@10.0.0.9:5071"


def test_only_the_right_tags_belong_to_a_call() -> None:
    dialog = Dialog("7", "<sip:a>;tag=1", "<sip:b>;tag=2", "sip:b")
    right = sip.Headers([("Call-ID", "7"), ("From", "<sip:b>;tag=2"), ("To", "<sip:a>;tag=1")])
    assert not dialog.is_of(right)
    dialog.taken = True
    assert dialog.is_of(right)
    wrong = sip.Headers([("Call-ID", "7"), ("From", "<sip:b>;tag=3"), ("To", "<sip:a>;tag=1")])
    assert not dialog.is_of(wrong)


def test_a_call_that_was_taken_without_a_tag_is_none() -> None:
    reply = sip.read(b"SIP/2.0 200 OK\r\nTo: <sip:b>\r\n\r\n")
    assert isinstance(reply, sip.Response)
    with pytest.raises(DecodeError, match="tag"):
        Dialog("7", "a", "b", "sip:b").take(reply)
