"""A feed that falls silent, and one whose clock is off, are told once, and once when it ends."""

import math

import pytest

from skypact.core.messages import FeedNoted, Message
from skypact.sensors.categories.marks import NORTH, Mark
from skypact.sensors.settings import FeedSettings
from skypact.sensors.watch import JUDGED_EVERY_S, Heard, Watch
from tests.unit.sensors import samples
from tests.unit.sensors.test_sensors import give, room, view

S = 1_000_000_000
FEED = FeedSettings(name="a", source="udp://127.0.0.1:1", format="lines", period_s=2)


class Told:
    """A feed told of second by second."""

    def __init__(self, feed: FeedSettings = FEED) -> None:
        self.feed, self.watch, self.now_s, self.untimely = feed, Watch(), 1_000, 0
        self.watch.begin(self.now_s * S)

    def second(
        self, age_s: float | None = None, untimely: int = 0, *, heard: bool = True
    ) -> list[str]:
        self.now_s += 1
        told = list[str]()
        if heard:
            told += filter(None, [self.watch.hear(self.now_s * S)])
        if age_s is not None:
            self.watch.record(round(age_s * S))
        self.untimely += untimely
        return told + list(self.watch.tell(self.feed, self.untimely, self.now_s * S))

    def seconds(self, count: int, age_s: float | None = None, **said: object) -> list[str]:
        return [text for _ in range(count) for text in self.second(age_s, **said)]  # type: ignore[arg-type]


def test_silence_is_told_once_and_its_end() -> None:
    told = Told()
    assert told.seconds(20, 0.1) == []
    [text] = told.seconds(60, heard=False)
    assert text == "SILENT for 5.0 s; it is heard every 2 s when all is well"
    assert not told.watch.alive(FEED, told.now_s * S)
    assert told.second(0.1) == ["heard again after 1 min"]
    assert told.watch.alive(FEED, told.now_s * S)
    assert told.seconds(20, 0.1) == []


def test_a_feed_that_was_never_heard_is_told_too() -> None:
    told = Told()
    assert [text.split(";")[0] for text in told.seconds(30, heard=False)] == ["SILENT for 5.0 s"]
    told.watch.begin(told.now_s * S)  # and again after a start
    assert len(told.seconds(30, heard=False)) == 1


@pytest.mark.parametrize(
    ("age_s", "said"),
    [
        (10.0, "its newest records are 10.0 s old when they arrive: clock or line is late"),
        (-10.0, "its clock is 10.0 s ahead of ours"),
        (-1.5, "its clock is 1.5 s ahead of ours"),
        (4.0, None),
        (-0.5, None),
    ],
)
def test_a_clock_that_is_off_is_told_once_and_when_it_is_right(
    age_s: float, said: str | None
) -> None:
    told = Told()
    told.seconds(30, 0.2)
    assert told.seconds(60, age_s) == ([said] if said else [])
    right = ["its times agree with their arrival again"] if said else []
    assert told.seconds(30, 0.2) == right


def test_the_freshest_record_counts_not_a_late_one() -> None:
    told = Told()
    assert [t for i in range(60) for t in told.second(20.0 if i % 3 else 0.4)] == []


def test_a_clock_so_far_off_that_all_is_refused_is_told() -> None:
    told = Told()
    [text] = told.seconds(60, untimely=1)
    assert (
        text
        == "its clock is more than 60 s off ours: its records are refused, 10 since the last check"
    )
    assert told.seconds(11, 0.1) == ["its times agree with their arrival again"]
    # A few bad ones among good ones are counted, no more.
    assert told.seconds(60, 0.1, untimely=1) == []


def test_launches_may_be_old() -> None:
    told = Told(FeedSettings(name="a", source="https:", format="launches", period_s=2))
    assert told.seconds(60, 50.0) == []


def test_silence_is_no_verdict_on_a_clock() -> None:
    told = Told()
    assert len(told.seconds(20, 10.0)) == 1
    texts = told.seconds(round(5 * JUDGED_EVERY_S), heard=False)
    assert [text[:6] for text in texts] == ["SILENT"]
    assert told.watch.clock == "behind"


def test_silence_and_a_clock_that_is_off_are_told_and_a_snapshot_keeps_that() -> None:
    sensors = room()
    view(sensors, 0.0)
    told = list[str]()
    for second in range(1, 90):
        now_ns = samples.START_NS + second * S
        out = list[Message]()
        if second < 40 or second > 70:
            late = 10 if second < 25 else 0
            line = b"position,%d,-32,-18,50,9000\n" % (now_ns // S - late)
            out += give(sensors, "lines", line, at_s=second)
        out += sensors.wake(now_ns)
        told += [m.text for m in out if isinstance(m, FeedNoted) and m.feed == "lines"]
        if second % 10 == 5:
            again = room()
            again.restore(sensors.snapshot())
            sensors = again
    assert told == [
        "its newest records are 10.0 s old when they arrive: clock or line is late",
        "its times agree with their arrival again",
        "SILENT for 9.0 s; it is heard every 4 s when all is well",
        "heard again after 32.0 s",
    ]


def mark(at_s: float, rotation_s: float = math.nan) -> Mark:
    return Mark((7, 9), NORTH, round(at_s * S), math.nan, rotation_s)


def test_the_turn_is_what_it_says_else_from_north_to_north() -> None:
    heard = Heard(rotation_s=4.0)
    heard.take(mark(100), 100 * S)
    assert heard.rotation_s == 4.0
    heard.take(mark(104.8), 105 * S)
    assert heard.rotation_s == 4.8
    heard.take(mark(109, 5.5), 109 * S)
    assert heard.rotation_s == 5.5
    heard.take(mark(500), 500 * S)  # as if one were lost
    assert heard.rotation_s == 5.5


def test_it_is_alive_for_two_periods() -> None:
    heard = Heard(rotation_s=4.0)
    assert not heard.state("r", 4.0, 1).alive
    heard.take(mark(100), 100 * S)
    assert heard.state("r", 4.0, 108 * S).alive
    assert not heard.state("r", 4.0, 108 * S + 1).alive
