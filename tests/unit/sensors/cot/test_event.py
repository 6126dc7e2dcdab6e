import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.errors import DecodeError
from skypact.sensors.cot.event import Element, Event, escape, event_xml, time_of, time_text
from tests.unit.sensors.cot.samples import NOW_NS, events, moments


@given(st.text())
def test_any_text_is_carried_or_replaced(text: str) -> None:
    read = ET.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>')
    wanted = "".join(c if legal(ord(c)) else "?" for c in text)
    assert read.attrib["b"] == wanted
    assert (read.text or "") == wanted


def legal(code: int) -> bool:
    """Return whether XML 1.0 can carry a character (section 2.2)."""
    return code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF


@given(moments)
def test_times_come_back_to_the_millisecond(time_ns: int) -> None:
    assert time_of(time_text(time_ns)) == time_ns


def test_times_are_what_the_calendar_says() -> None:
    assert time_text(NOW_NS) == "2030-03-17T17:46:40.123Z"
    assert time_of("2030-03-17T19:46:40.5+02:00") == NOW_NS + 377_000_000
    stamp = datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC).timestamp()
    assert time_of("2030-03-17T17:46:40") == round(stamp * 1e9)


@pytest.mark.parametrize("text", ["", "yesterday", "1969-12-31T23:59:59Z", "2101-01-01T00:00:00Z"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        time_of(text)


@given(events)
def test_an_event_is_well_formed_and_says_what_it_holds(event: Event) -> None:
    read = ET.fromstring(event_xml(event))
    assert read.tag == "event"
    assert read.attrib["uid"] == event.uid
    assert read.attrib["type"] == event.kind
    assert read.attrib.get("opex", "") == event.opex
    point = read.find("point")
    assert point is not None
    assert float(point.attrib["lat"]) == pytest.approx(event.lat_deg, abs=1e-7)
    assert float(point.attrib["le"]) == event.le_m
    assert event.element("contact") == event.elements[0]
    contact = read.find("detail/contact")
    assert contact is not None
    assert contact.attrib["callsign"] == event.elements[0].value("callsign")


def test_an_attack_in_a_callsign_stays_a_callsign() -> None:
    nasty = '"/><emergency type="911"/><!--'
    event = Event("u", "a-u-A", "m-f", 0, 0, 0, 0.0, 0.0,
                  elements=(Element("contact", (("callsign", nasty),)),))  # fmt: skip
    detail = ET.fromstring(event_xml(event)).find("detail")
    assert detail is not None
    assert [child.tag for child in detail] == ["contact"]
    assert detail[0].attrib["callsign"] == nasty
