import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.errors import DecodeError
from skypact.sensors.cot.event import EVENT_BYTES_MAX, event_xml
from skypact.sensors.cot.protobuf import event_protobuf
from skypact.sensors.cot.stream import MESH, REFUSALS_MAX, _Walk, datagram, framed, read, split
from skypact.sensors.cot.xml import read_xml
from tests.unit.sensors.cot.samples import ATAK

EVENT = read_xml(ATAK).event
XML, TAK = framed(EVENT, tak=False), framed(EVENT, tak=True)
DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>\n' + XML


@given(st.lists(st.sampled_from([XML, TAK, DECLARED]), max_size=6), st.data())
def test_any_cut_of_a_stream_gives_the_same_frames(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"\n".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pending, found = b"", []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        frames, refusals, pending = split(pending, stream[start:end])
        assert refusals == []
        found += frames
    assert pending == b""
    assert [read(frame).event for frame in found] == [EVENT] * len(parts)
    assert [frame.tak for frame in found] == [part is TAK for part in parts]


@pytest.mark.parametrize(
    "junk",
    [
        b"hello </event>",
        b"<?xml version='1.0'?><!-- <event --></event>",
        b"\xbf\xff\xff\xff\xff\xff\xff",
        b"<event>" + b"x" * EVENT_BYTES_MAX + b"</event>",
        b"x" * (EVENT_BYTES_MAX + 100),
    ],
)
def test_the_event_after_junk_is_read(junk: bytes) -> None:
    frames, refusals, pending = split(b"", junk + XML + TAK)
    assert pending == b""
    assert sum(refusal.count for refusal in refusals) >= 1
    assert len(frames) >= 2
    good = []
    for frame in frames:
        try:
            good.append(read(frame).event)
        except DecodeError:
            continue
    assert good == [EVENT, EVENT]


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_what_waits_is_bounded_whatever_comes(chunks: list[bytes]) -> None:
    pending = b""
    for chunk in [*chunks, b"<event " * 10_000, b"<event " * 10_000]:
        _, _, pending = split(pending, chunk)
        assert len(pending) <= EVENT_BYTES_MAX + 4


class Counted(bytes):
    """Bytes that count how much of them is searched."""

    searched = 0

    def find(self, sub, start=0, end=None):  # type: ignore[no-untyped-def,override]
        found = super().find(sub, start)
        Counted.searched += (len(self) if found < 0 else found + len(sub)) - start
        return found


@pytest.mark.parametrize(
    "junk", [b"<event ", b"\xbf", b"\xbf\xff\xff\xff\xff\xff", b"</event>", b"<event></event>"]
)
def test_the_work_grows_with_the_bytes_and_not_faster(junk: bytes) -> None:
    data = Counted(junk * (30_000 // len(junk)))
    walk = _Walk(data, 0)
    Counted.searched = 0
    while walk.step():
        pass
    assert Counted.searched <= 4 * len(data)
    frames, refusals, _ = split(b"", data)
    assert len(refusals) <= REFUSALS_MAX + 1
    assert len(frames) <= len(data) // 15


def test_datagrams_of_both_kinds() -> None:
    for data in (MESH + event_protobuf(EVENT), event_xml(EVENT), DECLARED, TAK, XML + XML):
        frames, refusals = datagram(data)
        assert refusals == []
        assert {read(frame).event for frame in frames} == {EVENT}
    _, refusals = datagram(XML[:-3])
    assert [refusal.reason for refusal in refusals] == ["a datagram ends inside an event"]
