"""Counters and doubles stay bounded and exact."""

from skypact.core.ids import Issuer
from skypact.core.messages import Context, DatagramsDropped, PacketsRefused, SourceState
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.settings import FeedSettings
from skypact.sensors.tally import (
    CLOCK_QUESTION,
    DOUBLES_KEPT,
    REFUSALS_KEPT,
    SOURCES_KEPT,
    Doubles,
    Tally,
)

FEED = FeedSettings(name="a", source="udp://127.0.0.1:1", format="asterix", period_s=4)
WINDOW_NS = 2_000_000_000


def test_refusals_are_all_counted_and_the_last_few_kept() -> None:
    tally = Tally()
    tally.refuse(Refusal(i, f"reason {i}", count=2) for i in range(20))
    assert tally.refused == 40
    assert tally.last_refusals[-1] == "byte 19: reason 19"
    assert len(tally.last_refusals) == REFUSALS_KEPT
    tally.note("byte 17: reason 17")
    assert tally.last_refusals[-1] == "byte 17: reason 17"
    assert len(set(tally.last_refusals)) == REFUSALS_KEPT


def test_refusals_for_their_time_are_counted_apart() -> None:
    tally = Tally()
    tally.refuse([Refusal(0, f"too far: {CLOCK_QUESTION}", count=3), Refusal(0, "a length")])
    assert (tally.refused, tally.untimely) == (4, 3)


def test_the_same_bytes_within_the_window_are_a_double() -> None:
    doubles = Doubles()
    heard = [
        doubles.is_double(data, at * 10**9, WINDOW_NS)
        for data, at in [(b"a", 0), (b"b", 0), (b"a", 1), (b"a", 2), (b"a", 3), (b"b", 2.5)]
    ]
    assert heard == [False, False, True, True, False, False]


def test_what_is_remembered_is_bounded() -> None:
    doubles = Doubles()
    for i in range(DOUBLES_KEPT + 100):
        doubles.is_double(i.to_bytes(4, "big"), i, WINDOW_NS)
    assert len(doubles.heard) == DOUBLES_KEPT
    doubles.is_double(b"late", 10**12, WINDOW_NS)
    assert len(doubles.heard) == 1


def test_what_sources_say_is_kept_and_a_change_is_noted() -> None:
    tally = Tally()
    tally.hear((1, 2), "", 5)
    assert tally.last_refusals == []
    tally.hear((1, 2), "overloaded", 6)
    tally.hear((1, 2), "overloaded", 7)
    tally.hear((1, 2), "", 8)
    assert tally.last_refusals == ["SAC 1 SIC 2: overloaded", "SAC 1 SIC 2: all is well again"]
    assert tally.state(FEED, alive=True).sources == (SourceState(sac=1, sic=2, last_ns=8),)
    for sic in range(2 * SOURCES_KEPT):
        tally.hear((9, sic), "degraded", 10)
    assert len(tally.sources) == SOURCES_KEPT
    assert 9 << 8 | 2 * SOURCES_KEPT - 1 in tally.sources


def test_sources_with_a_name_are_kept_beside_them() -> None:
    tally = Tally()
    tally.hear((1, 2), "", 5)
    tally.hear_named("mast", "motor", 6)
    tally.hear_named("mast", "", 7)
    assert tally.last_refusals == ["mast: motor", "mast: all is well again"]
    assert tally.state(FEED, alive=True).sources == (
        SourceState(sac=1, sic=2, last_ns=5),
        SourceState(sac=0, sic=0, name="mast", last_ns=7),
    )
    for i in range(2 * SOURCES_KEPT):
        tally.hear_named(str(i), "", 8)
    assert len(tally.named) == SOURCES_KEPT


def test_packets_that_gave_no_datagram_are_refused_with_their_reason() -> None:
    tally, header = Tally(), Issuer("auria", "edge", Context.TEST).header(0, 0)
    for count in (2, 3):
        tally.lose(PacketsRefused(**header, feed="r1", reason="capture: cut", count=count))
    tally.lose(DatagramsDropped(**header, feed="r1", dropped=7))
    assert (tally.refused, tally.dropped, tally.last_refusals) == (5, 7, ["capture: cut"])
