import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skypact.core.errors import DecodeError
from skypact.sensors.cot.event import EVENT_BYTES_MAX, NOT_KNOWN, Element, Event, event_xml
from skypact.sensors.cot.xml import DEPTH_MAX, ELEMENTS_MAX, read_detail, read_xml
from tests.unit.sensors.cot.samples import ATAK, NOW_NS, events

POINT = b'<point lat="1" lon="2" hae="3" ce="4" le="5"/>'
HEAD = b'<event uid="u" type="a-u-A">' + POINT


def detail(inside: bytes) -> bytes:
    return HEAD + b"<detail>" + inside + b"</detail></event>"


def test_what_a_phone_says() -> None:
    event = read_xml(ATAK).event
    assert (event.uid, event.kind, event.how) == ("ANDROID-1", "a-f-G-U-C", "m-g")
    assert (event.time_ns, event.stale_ns) == (NOW_NS, NOW_NS + 60_000_000_000)
    assert (event.lat_deg, event.lon_deg, event.hae_m) == (-32.1, -20.4, 12.5)
    assert (event.ce_m, event.le_m) == (4.9, NOT_KNOWN)
    assert event.element("track") == Element("track", (("course", "271.5"), ("speed", "1.25")))
    assert event.rest == '<uid Droid="ALPHA"/><remarks>two &amp; three</remarks>'


@given(events)
def test_what_is_written_is_read(event: Event) -> None:
    assert read_xml(event_xml(event)).event == event


@pytest.mark.parametrize(
    ("inside", "rest"),
    [
        (b"<contact callsign='A'/>", ""),
        (b"<contact callsign='A'></contact>", ""),
        (b"<contact callsign='A'>x</contact>", "<contact callsign='A'>x</contact>"),
        (b"<contact phone='1'/>", "<contact phone='1'/>"),
        (b"<contact><b/></contact>", "<contact><b/></contact>"),
        (b"<a>/></a>", "<a>/></a>"),
        (b"<a b='/>'/><c/>", "<a b='/>'/><c/>"),
        (b"<a b='>' c=\">\"><detail/></a>", "<a b='>' c=\">\"><detail/></a>"),
        (b"<detail/>", "<detail/>"),
        (b" text <a/> text ", "<a/>"),
        (b"<!-- no --><a/>", "<a/>"),
        (b"<a><![CDATA[<b>]]></a>", "<a><![CDATA[<b>]]></a>"),
    ],
)
def test_children_without_a_field_stay_as_they_are(inside: bytes, rest: str) -> None:
    reading = read_xml(detail(inside))
    assert reading.event.rest == rest
    assert len(reading.event.elements) == (0 if rest else 1)
    ET.fromstring(event_xml(reading.event))


def test_whom_it_is_for_and_what_it_speaks_of() -> None:
    reading = read_xml(
        detail(
            b"<marti><dest callsign='B'/><dest uid='c'/></marti><link uid='x'/>"
            b"<TakControl><TakRequest version='1'/></TakControl>"
        )
    )
    assert reading.dests == (("B", ""), ("", "c"))
    assert reading.links == ("x",)
    assert reading.version == "1"


BOMB = (
    b'<!DOCTYPE event [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + detail(b"<remarks>&b;</remarks>")
)
OUTSIDE = b'<!DOCTYPE event SYSTEM "file:///etc/passwd">' + detail(b"")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (BOMB, "refused"),
        (OUTSIDE, "refused"),
        (b"<?xml-stylesheet href='x'?>" + detail(b""), "refused"),
        (detail(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX), "too deep"),
        (detail(b"<a/>" * ELEMENTS_MAX), "too many"),
        (detail(b"x" * EVENT_BYTES_MAX), "limit"),
        (b"<event uid='u' type='a'/>", "without a point"),
        (b"<event type='a'>" + POINT + b"</event>", "without uid"),
        (b"<event uid='" + b"u" * 300 + b"' type='a'>" + POINT + b"</event>", "very long"),
        (b"<point/>", "not an event"),
        (HEAD, "no XML"),
        (b"", "no XML"),
        (HEAD.replace(b'lat="1"', b'lat="91"') + b"</event>", "lat is '91'"),
        (HEAD.replace(b'lat="1"', b'lat="x"') + b"</event>", "lat is 'x'"),
        (HEAD.replace(b'lat="1"', b'lat="nan"') + b"</event>", "lat is 'nan'"),
        (HEAD.replace(b'hae="3"', b'hae="inf"') + b"</event>", "hae is 'inf'"),
        (HEAD.replace(b"uid", b"time='soon' uid") + b"</event>", "not a time"),
        (detail(b"<a>\xff</a>"), "no XML"),
        (detail(b"&e;"), "no XML"),
    ],
)
def test_what_is_refused_and_why(data: bytes, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        read_xml(data)


def test_an_error_that_the_sender_does_not_know() -> None:
    event = read_xml(HEAD.replace(b'ce="4"', b'ce="NaN"').replace(b'hae="3"', b"") + b"</event>")
    assert (event.event.ce_m, event.event.hae_m) == (NOT_KNOWN, NOT_KNOWN)


@given(st.binary(max_size=200))
@example(b"\xff\xfe<\x00")
def test_no_bytes_do_more_than_be_refused(junk: bytes) -> None:
    for data in (junk, detail(junk), HEAD + junk, ATAK[: len(junk)] + junk):
        try:
            read_xml(data)
        except DecodeError:
            continue


def test_the_inside_of_a_detail_alone() -> None:
    assert read_detail("<a/><track speed='1' course='2'/>").event.rest == "<a/>"
    with pytest.raises(DecodeError):
        read_detail("</detail></event><event>")
