"""Against takproto, which generates its reader from the published .proto files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from takproto import parse_proto, xml2proto

from skypact.core.errors import DecodeError
from skypact.sensors.cot.event import EVENT_BYTES_MAX, Event
from skypact.sensors.cot.protobuf import event_protobuf, read_protobuf, read_varint, varint
from skypact.sensors.cot.stream import MESH, framed
from skypact.sensors.cot.xml import read_xml
from tests.unit.sensors.cot.samples import ATAK, events


@given(events)
def test_another_decoder_reads_the_same(event: Event) -> None:
    message = parse_proto(bytearray(framed(event, tak=True)))
    said = message.cotEvent
    assert (said.uid, said.type, said.how) == (event.uid, event.kind, event.how)
    assert (said.opex, said.qos, said.access) == (event.opex, event.qos, event.access)
    assert (said.lat, said.lon, said.hae) == (event.lat_deg, event.lon_deg, event.hae_m)
    assert (said.ce, said.le) == (event.ce_m, event.le_m)
    times = (event.time_ns, event.start_ns, event.stale_ns)
    assert (said.sendTime, said.startTime, said.staleTime) == tuple(t // 1_000_000 for t in times)
    contact, track = event.elements
    assert said.detail.contact.callsign == contact.value("callsign")
    assert said.detail.contact.endpoint == contact.value("endpoint")
    assert said.detail.track.speed == float(track.value("speed"))
    assert said.detail.track.course == float(track.value("course"))
    assert said.detail.xmlDetail == event.rest


@given(events)
def test_what_is_written_is_read(event: Event) -> None:
    read = read_protobuf(event_protobuf(event)).event
    assert read._replace(elements=()) == event._replace(elements=())
    assert {e.name: dict(e.attributes) for e in read.elements} == {
        e.name: dict(e.attributes) for e in event.elements
    }


def test_another_encoder_is_read() -> None:
    made = bytes(xml2proto(bytearray(ATAK)))
    read = read_protobuf(made.removeprefix(MESH)).event if made.startswith(MESH) else None
    assert read is not None
    ours = read_xml(ATAK).event
    assert (read.uid, read.kind, read.lat_deg, read.ce_m) == (
        ours.uid,
        ours.kind,
        ours.lat_deg,
        ours.ce_m,
    )
    for name in ("contact", "takv", "__group", "status"):
        theirs, held = read.element(name), ours.element(name)
        assert theirs is not None
        assert held is not None
        assert dict(theirs.attributes) == dict(held.attributes)


@given(st.integers(0, 2**63))
def test_varints_come_back(value: int) -> None:
    assert read_varint(varint(value), 0) == (value, len(varint(value)))


GOOD = event_protobuf(read_xml(ATAK).event)


@given(st.data())
def test_no_bytes_do_more_than_be_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    change = data.draw(st.binary(min_size=1, max_size=4))
    for bad in (GOOD[:at], GOOD[:at] + change + GOOD[at + 1 :], change):
        try:
            read_protobuf(bad)
        except DecodeError:
            continue


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "without an event"),
        (b"\x0a\x02\x08\x01", "without an event"),
        (b"\x12\x7f\x0a", "cut short"),
        (b"\x12\x02\x0a\x00", "uid or type"),
        (b"\x12\x04\x0a\x02\xff\xfe", "not UTF-8"),
        (b"\x0b\x00", "unknown kind"),
        (b"\xff" * 11, "ten bytes"),
        (b"\x12" + varint(EVENT_BYTES_MAX) + b"x" * EVENT_BYTES_MAX, "limit"),
        (GOOD.replace(b"<remarks>two", b"<remarks<two"), "no XML"),
    ],
)
def test_what_is_refused_and_why(data: bytes, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        read_protobuf(data)


def part(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def test_of_a_field_that_is_there_twice_the_last_one_counts() -> None:
    """XML with an attribute twice is none: it would end the connections of the other clients."""
    detail = part(6, part(1, b"PHONE") + part(1, b"PADS"))
    message = part(2, part(1, b"a-f-G") + part(5, b"ANDROID-1") + part(15, detail))
    event = read_protobuf(message).event
    assert [tuple(one.attributes) for one in event.elements] == [(("device", "PADS"),)]
    assert read_xml(framed(event, tak=False)).event.uid == "ANDROID-1"
