import pytest

from skypact.edge.cot.relay import Log, Said, Shelf
from skypact.sensors.cot.stream import Frame, framed, split
from tests.unit.edge.cot.rig import position


def said(number: int, size: int = 0) -> Said:
    event = position(f"U-{number}", rest=f"<remarks>{'x' * size}</remarks>")
    return Said("me", Frame(False, framed(event, tak=False)))


def test_the_log_has_a_limit_in_events_and_in_bytes() -> None:
    log = Log(bytes_max=10_000, events_max=5)
    for number in range(8):
        log.append(said(number))
    assert (log.first, log.end) == (3, 8)
    assert len(log.since(3, 100)) == 5
    log.append(said(8, size=9_000))
    assert log.end - log.first <= 3
    assert log.since(log.end, 10) == []


@pytest.mark.parametrize("tak", [True, False])
def test_what_was_said_is_translated_when_wanted(tak: bool) -> None:
    event = position("U-1")
    for came in (True, False):
        message = framed(event, tak=came)
        frame = split(b"", message)[0][0]
        assert Said("me", frame).data(tak=tak) == framed(event, tak=tak)


def test_a_newer_event_takes_the_place_of_the_older() -> None:
    shelf = Shelf()
    for lat_deg in range(5):
        for uid in ("a", "b"):
            shelf.put(position(uid, float(lat_deg)))
    data, reached = shelf.since(0, 1 << 20, tak=False)
    assert [f.data for f in split(b"", data)[0]] == [
        framed(e, tak=False) for e in (position_of(shelf, "a"), position_of(shelf, "b"))
    ]
    assert reached == shelf.revision == 10
    assert shelf.since(reached, 1 << 20, tak=False) == (b"", 10)
    shelf.put(position("a", 9.0))
    assert data.count(b"</event>") == 2
    assert shelf.since(reached, 1 << 20, tak=True)[0].count(b"\xbf") >= 1


def position_of(shelf: Shelf, uid: str):
    return shelf._items[uid].event


def test_pieces_have_a_size_and_lose_nothing() -> None:
    shelf = Shelf()
    for number in range(50):
        shelf.put(position(f"U-{number:02d}"))
    reached, found = 0, b""
    while reached < shelf.revision:
        data, reached = shelf.since(reached, 1_000, tak=False)
        assert len(data) < 2_000
        found += data
    assert [f"U-{number:02d}".encode() in found for number in range(50)] == [True] * 50
    assert found.count(b"</event>") == 50


def test_what_is_forgotten_is_not_told() -> None:
    shelf = Shelf()
    shelf.put(position("a"))
    shelf.forget("a")
    shelf.forget("never")
    assert shelf.since(0, 100, tak=False) == (b"", 1)
