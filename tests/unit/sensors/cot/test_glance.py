import pytest
from hypothesis import given

from skypact.sensors.cot.event import Event, event_xml
from skypact.sensors.cot.glance import glance
from skypact.sensors.cot.xml import read_xml
from tests.unit.sensors.cot.samples import ATAK, events

PLAIN = event_xml(
    Event("L-1", "a-u-A", "m-r", 0, 0, 0, 1.0, 2.0, rest="<remarks>x</remarks>", opex="e-x")
)


def test_a_plain_event_is_seen() -> None:
    assert glance(PLAIN) == ("L-1", "a-u-A", "e-x")
    assert glance(PLAIN.replace(b'uid="L-1"', b"uid='L-1'")) == ("L-1", "a-u-A", "e-x")


def test_a_value_is_no_attribute() -> None:
    seen = glance(PLAIN.replace(b'how="m-r"', b"how=' uid=\"evil\"'"))
    assert seen is not None
    assert seen.uid == "L-1"


@pytest.mark.parametrize(
    "data",
    [
        ATAK,  # presents itself
        PLAIN.replace(b"<remarks>", b"<marti><dest uid='a'/></marti><remarks>"),
        PLAIN.replace(b"<remarks>", b"<link uid='a'/><remarks>"),
        PLAIN.replace(b"a-u-A", b"t-x-c-t"),
        PLAIN.replace(b"<remarks>", b"<!-- a --><remarks>"),
        PLAIN.replace(b">x<", b">&amp;<"),
        PLAIN.replace(b"</remarks>", b""),
        PLAIN.replace(b">x<", b">" + b"<a/>" * 1000 + b"<"),
        PLAIN.replace(b">x<", b">\xff<"),
        PLAIN.replace(b'uid="L-1"', b'uid=""'),
        PLAIN.replace(b'uid="L-1"', b'uid="L-1" uid="L-2"'),
        b"",
    ],
)
def test_what_is_not_plain_is_left_to_the_reader(data: bytes) -> None:
    assert glance(data) is None


@given(events)
def test_what_a_glance_sees_the_reader_reads(event: Event) -> None:
    data = event_xml(event._replace(kind="a-" + event.kind))
    seen = glance(data)
    if seen is not None:
        read = read_xml(data).event
        assert seen == (read.uid, read.kind, read.opex)
