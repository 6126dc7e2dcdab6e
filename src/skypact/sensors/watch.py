"""Watch over feeds and radars: dead-man alarm, clock check, what service messages say."""

import math
from collections.abc import Iterator

import msgspec

from skypact.core.messages import SensorState
from skypact.sensors.categories.marks import NORTH, Mark
from skypact.sensors.settings import FeedSettings

SECOND_NS = 1_000_000_000
SILENT_PERIODS = 2
ROTATION_MAX_S = 60.0
JUDGED_EVERY_S = 10.0
AHEAD_MAX_S, BEHIND_MAX_S = 1.0, 5.0
NOT_JUDGED = ("launches",)
"""Formats whose times are of what happened before anybody could send."""
_RIGHT, _AHEAD, _BEHIND, _REFUSED = "", "ahead", "behind", "refused"


class Watch(msgspec.Struct, kw_only=True):
    """What is known of a feed. since_ns: start of the node or last bytes, heard_ns: last
    bytes, both by the node's clock;
    freshest_ns: least age of a record when it arrived, since it was last judged; untimely: records
    refused for their time until then; clock: how it was last judged."""

    since_ns: int = 0
    heard_ns: int = 0
    silent: bool = False
    judge_ns: int = 0
    freshest_ns: int | None = None
    untimely: int = 0
    clock: str = _RIGHT

    def begin(self, now_ns: int) -> None:
        """The node starts: silence counts from here."""
        self.since_ns, self.judge_ns = now_ns, now_ns + round(JUDGED_EVERY_S * SECOND_NS)
        self.silent = False

    def hear(self, now_ns: int) -> str:
        """Bytes came; return what to tell, "" for nothing."""
        silence_ns, was_silent = now_ns - self.since_ns, self.silent
        self.since_ns, self.heard_ns, self.silent = now_ns, now_ns, False
        return f"heard again after {_said(silence_ns)}" if was_silent else ""

    def record(self, age_ns: int) -> None:
        """A record was so old when it arrived; less than 0: of the future."""
        self.freshest_ns = age_ns if self.freshest_ns is None else min(self.freshest_ns, age_ns)

    def tell(self, feed: FeedSettings, untimely: int, now_ns: int) -> Iterator[str]:
        """Yield what is to be told now: once when it begins, once when it ends. untimely: records
        refused so far because their time was too far from their arrival."""
        period_ns = round(feed.period_s * SECOND_NS)
        if not self.silent and now_ns - self.since_ns > SILENT_PERIODS * period_ns:
            self.silent = True
            silence = _said(now_ns - self.since_ns)
            yield f"SILENT for {silence}; it is heard every {feed.period_s:g} s when all is well"
        if now_ns < self.judge_ns:
            return
        refused = untimely - self.untimely
        if self.freshest_ns is not None or refused:
            before, self.clock = self.clock, self._judge(feed)
            if self.clock != before:
                yield self._clock_text(feed, refused)
        self.judge_ns = now_ns + max(round(JUDGED_EVERY_S * SECOND_NS), period_ns)
        self.freshest_ns, self.untimely = None, untimely

    def alive(self, feed: FeedSettings, now_ns: int) -> bool:
        """Return whether it was heard within two periods."""
        silence_ns = now_ns - self.heard_ns
        return self.heard_ns > 0 and silence_ns <= SILENT_PERIODS * feed.period_s * SECOND_NS

    def _judge(self, feed: FeedSettings) -> str:
        if feed.format in NOT_JUDGED:
            return _RIGHT
        if self.freshest_ns is None:
            return _REFUSED
        if self.freshest_ns < -AHEAD_MAX_S * SECOND_NS:
            return _AHEAD
        return _BEHIND if self.freshest_ns > BEHIND_MAX_S * SECOND_NS else _RIGHT

    def _clock_text(self, feed: FeedSettings, refused: int) -> str:
        off = _said(abs(self.freshest_ns or 0))
        return {
            _RIGHT: "its times agree with their arrival again",
            _AHEAD: f"its clock is {off} ahead of ours",
            _BEHIND: f"its newest records are {off} old when they arrive: clock or line is late",
            _REFUSED: f"its clock is more than {feed.clock_error_max_s:g} s off ours: its records"
            f" are refused, {refused} since the last check",
        }[self.clock]


def _said(span_ns: int) -> str:
    seconds = span_ns / SECOND_NS
    return f"{seconds:.1f} s" if seconds < 60 else f"{math.floor(seconds / 60)} min"


class Heard(msgspec.Struct, kw_only=True):
    """What a radar last said. last_ns: arrival; north_ns: its last north mark; 0 never."""

    last_ns: int = 0
    north_ns: int = 0
    rotation_s: float

    def take(self, mark: Mark, arrival_ns: int) -> None:
        """Take a service message; without I034/041 the rotation is timed from north to north."""
        if math.isfinite(mark.rotation_s) and mark.rotation_s > 0:
            self.rotation_s = mark.rotation_s
        elif mark.message == NORTH and self.north_ns:
            rotation_s = (mark.time_ns - self.north_ns) / SECOND_NS
            if 0 < rotation_s <= ROTATION_MAX_S:
                self.rotation_s = rotation_s
        if mark.message == NORTH:
            self.north_ns = mark.time_ns
        self.last_ns = max(self.last_ns, arrival_ns)

    def state(self, name: str, period_s: float, now_ns: int) -> SensorState:
        """Return what a message shows; period_s: of its turn, by its settings."""
        alive = self.last_ns > 0 and now_ns - self.last_ns <= SILENT_PERIODS * period_s * SECOND_NS
        return SensorState(name=name, last_ns=self.last_ns, rotation_s=self.rotation_s, alive=alive)
