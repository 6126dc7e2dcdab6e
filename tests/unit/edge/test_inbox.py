"""People first, and a full lane loses the oldest plot, never a command or a warning."""

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    Context,
    Datagrams,
    DatagramsDropped,
    FrameUnopened,
    PacketsRefused,
    PartnerFrame,
    Stream,
)
from skypact.edge.inbox import LIMITS, Inbox, Lane

ISSUER = Issuer("auria", "edge", Context.EXERCISE)


def acknowledge() -> AcknowledgeWarning:
    return AcknowledgeWarning(**ISSUER.header(1, 1), warning_id="w", person="A", post="watch")


def frame(number: int) -> PartnerFrame:
    return PartnerFrame(
        **ISSUER.header(number, number), partner="borvia", stream=Stream.TRACK, frame=b""
    )


def test_people_go_first() -> None:
    inbox = Inbox(ISSUER)
    inbox.put_datagram("f", b"x", 1)
    inbox.put(Lane.RELEASE, frame(1))
    inbox.put(Lane.HUMAN, acknowledge())
    kinds = [type(item.message) for _ in range(3) if (item := inbox.take(0, lambda: 5))]
    assert kinds == [AcknowledgeWarning, PartnerFrame, Datagrams]


def test_datagrams_of_a_feed_travel_together() -> None:
    inbox = Inbox(ISSUER)
    for number, feed in enumerate(["a", "a", "b", "a"]):
        inbox.put_datagram(feed, bytes([number]) * number, number)
    messages = [item.message for _ in range(3) if (item := inbox.take(0, lambda: 9))]
    assert [(m.feed, m.payload) for m in messages if isinstance(m, Datagrams)] == [
        ("a", b"\x01"),
        ("b", b"\x02\x02"),
        ("a", b"\x03\x03\x03"),
    ]
    assert isinstance(messages[0], Datagrams)
    assert array(messages[0], "arrival_ns").tolist() == [0, 1]


def test_the_oldest_datagram_goes_and_is_counted() -> None:
    inbox = Inbox(ISSUER)
    for number in range(LIMITS[Lane.PLOT] + 3):
        inbox.put_datagram("f", b"x", number)
    item = inbox.take(0, lambda: 9)
    assert item is not None
    assert isinstance(item.message, DatagramsDropped)
    assert item.message.dropped == 3


def test_packets_without_a_datagram_are_counted_by_reason() -> None:
    inbox = Inbox(ISSUER)
    for reason, count in (("cut", 1), ("damaged", 2), ("cut", 3)):
        inbox.refuse("f", reason, count)
    told = [item.message for _ in range(2) if (item := inbox.take(0, lambda: 9))]
    assert inbox.take(0, lambda: 9) is None
    counted = {m.reason: m.count for m in told if isinstance(m, PacketsRefused)}
    assert counted == {"cut": 4, "damaged": 2}


def test_a_full_warning_lane_refuses_and_a_full_release_lane_renews() -> None:
    inbox = Inbox(ISSUER)
    for number in range(LIMITS[Lane.RELEASE] + 1):
        assert inbox.put(Lane.RELEASE, frame(number))
    item = inbox.take(0, lambda: 9)
    assert item is not None
    assert item.message.observed_ns == 1
    for _ in range(LIMITS[Lane.HUMAN]):
        assert inbox.put(Lane.HUMAN, acknowledge())
    assert not inbox.put(Lane.HUMAN, acknowledge())


def test_nothing_comes_from_nothing() -> None:
    assert Inbox(ISSUER).take(0, lambda: 9) is None


def test_what_could_not_be_opened_is_told_with_its_number() -> None:
    inbox = Inbox(ISSUER)
    for _ in range(3):
        inbox.unopened("borvia", "its seal is broken")
    item = inbox.take(0.0, lambda: 1)
    assert item is not None
    assert isinstance(item.message, FrameUnopened)
    assert (item.message.partner, item.message.count) == ("borvia", 3)
    assert inbox.take(0.0, lambda: 1) is None
