"""Frames of a partner that come by two ways are taken once; repeats are not hidden."""

import msgspec

from skypact.core.messages.release import Stream
from skypact.edge.links.ways import KEPT, Way, Ways

HUB, DIRECT = Way.HUB, Way.DIRECT


def frame(sequence: int, epoch: int = 1, stream: Stream = Stream.TRACK) -> bytes:
    return msgspec.msgpack.encode(
        {"version": 1, "stream": stream, "epoch": epoch, "sequence": sequence, "body": b"x"}
    )


def take(ways: Ways, way: Way, data: bytes, seen: bytes, stream: Stream = Stream.TRACK) -> bool:
    """Return whether a frame goes on to the rooms. data: the sealed frame."""
    return not ways.doubled(way, data, 0.0) and not ways.stale(way, stream, data, seen, 0.0)


def test_what_comes_by_both_ways_is_taken_once_whichever_is_first() -> None:
    ways = Ways()
    for number in range(1, 21):
        first, second = (HUB, DIRECT) if number % 3 else (DIRECT, HUB)
        assert take(ways, first, b"sealed %d" % number, frame(number))
        assert not take(ways, second, b"sealed %d" % number, frame(number))
    assert ways.count == {"doubled": 20}


def test_a_repeat_by_one_way_goes_on_and_is_refused_by_the_rooms() -> None:
    ways = Ways()
    assert take(ways, HUB, b"sealed", frame(1))
    assert take(ways, HUB, b"sealed", frame(1))
    assert not take(ways, DIRECT, b"sealed", frame(1))
    # It has come by both: from now on every copy is a repeat.
    assert take(ways, DIRECT, b"sealed", frame(1))
    assert take(ways, HUB, b"sealed", frame(1))
    assert ways.count == {"doubled": 1}


def test_the_same_frame_sealed_again_is_a_double_by_its_numbers() -> None:
    ways = Ways()
    assert take(ways, HUB, b"sealed", frame(1))
    assert not take(ways, DIRECT, b"sealed again", frame(1))
    assert take(ways, DIRECT, b"sealed a third time", frame(1))


def test_one_that_the_faster_way_lost_is_late_and_not_a_repeat() -> None:
    ways = Ways()
    assert take(ways, DIRECT, b"2", frame(2))
    assert not take(ways, HUB, b"1", frame(1))
    assert ways.count == {"late": 1}
    # A new run of the sender counts from 1 again; an old run's frame is for the rooms to refuse.
    assert take(ways, HUB, b"3", frame(1, epoch=2))
    assert take(ways, HUB, b"0", frame(9, epoch=1))


def test_durable_frames_are_left_to_the_rooms() -> None:
    ways = Ways()
    for data in (b"a", b"sealed again"):
        assert take(ways, HUB, data, frame(5, stream=Stream.WARNING), Stream.WARNING)
    assert not take(ways, DIRECT, b"a", frame(5, stream=Stream.WARNING), Stream.WARNING)
    assert take(ways, DIRECT, b"earlier", frame(4, stream=Stream.WARNING), Stream.WARNING)


def test_a_frame_on_another_stream_or_unreadable_changes_nothing() -> None:
    ways = Ways()
    assert take(ways, HUB, b"beat", frame(99, stream=Stream.HEARTBEAT))
    assert take(ways, HUB, b"noise", b"\xc1")
    assert take(ways, HUB, b"nested", b"\x91" * 40_000)
    assert take(ways, HUB, b"1", frame(1))
    assert ways.count == {}


def test_memory_is_bounded() -> None:
    ways = Ways()
    for number in range(1, KEPT + 100):
        assert take(ways, HUB, b"%d" % number, frame(number))
    assert len(ways._envelopes) == len(ways._frames) == KEPT


def test_a_way_is_up_while_something_comes_by_it() -> None:
    ways = Ways()
    assert ways.up(0.0) == Way(0)
    assert not ways.stale(HUB, Stream.TRACK, b"1", frame(1), 0.0)
    assert not ways.stale(HUB, Stream.TRACK, b"2", frame(2), 3.0)
    assert ways.doubled(DIRECT, b"1", 3.0)
    assert ways.up(3.4) == HUB | DIRECT
    assert not ways.stale(HUB, Stream.TRACK, b"3", frame(3), 6.0)
    assert ways.up(7.0) == HUB
