"""Who of a roster is on watch at a time, and who follows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from skypact.core.messages import OverrideWatch, WatchState
from skypact.warning.alerting.procedure import DAYS, Roster, Shift

S = 1_000_000_000
MINUTE_NS, DAY_NS = 60 * S, 86_400 * S


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else is on watch until a time."""

    recipient: str
    until_ns: int
    person: str


class Watches:
    """All rosters with what people have overridden."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        self._rosters = {roster.name: roster for roster in rosters}
        self.overrides: dict[str, Override] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._rosters

    def override(self, command: OverrideWatch) -> None:
        """Put somebody else on watch, or end that."""
        self.overrides.pop(command.roster, None)
        if command.recipient:
            self.overrides[command.roster] = Override(
                recipient=command.recipient, until_ns=command.until_ns, person=command.person
            )

    def on_watch(self, name: str, now_ns: int) -> str:
        """Return who is told when the roster is, "" for nobody."""
        return self.state(name, now_ns).recipient

    def state(self, name: str, now_ns: int) -> WatchState:
        """Return who is on watch, until when, and who follows."""
        roster, override = self._rosters[name], self.overrides.get(name)
        who = _on(roster, now_ns)
        until_ns = change_ns(roster, now_ns)
        if override is not None and now_ns < override.until_ns:
            return WatchState(
                roster=name,
                recipient=override.recipient,
                until_ns=override.until_ns,
                next=_on(roster, override.until_ns) or roster.substitute,
                overridden_by=override.person,
            )
        return WatchState(
            roster=name,
            recipient=who or roster.substitute,
            until_ns=until_ns,
            next=(_on(roster, until_ns) if until_ns else who) or roster.substitute,
        )

    def states(self, now_ns: int) -> tuple[WatchState, ...]:
        """Return all of them."""
        return tuple(self.state(name, now_ns) for name in self._rosters)

    def next_change_ns(self, now_ns: int) -> int | None:
        """Return when the next watch of any roster begins or ends."""
        ends = [state.until_ns for state in self.states(now_ns)]
        return min((ns for ns in ends if ns > now_ns), default=None)


def _on(roster: Roster, at_ns: int) -> str:
    return next((shift.who for shift in roster.shifts if _holds(shift, at_ns)), "")


def _holds(shift: Shift, at_ns: int) -> bool:
    """Say whether a shift is on at a time: begun today, or yesterday and over midnight."""
    begin, length = _minutes(shift.begin), _length(shift)
    minute = at_ns // MINUTE_NS % 1_440
    for back in (0, 1):
        day = DAYS[datetime.fromtimestamp(at_ns // S, UTC).weekday() - back]
        since = minute - begin + back * 1_440
        if 0 <= since < length and (not shift.days or day in shift.days):
            return True
    return False


def change_ns(roster: Roster, now_ns: int) -> int:
    """Return when somebody else comes on watch, 0 for never (within eight days)."""
    now = _on(roster, now_ns)
    midnight_ns = now_ns // DAY_NS * DAY_NS
    for day in range(9):
        for minute in sorted({*_edges(roster)}):
            at_ns = midnight_ns + day * DAY_NS + minute * MINUTE_NS
            if at_ns > now_ns and _on(roster, at_ns) != now:
                return at_ns
    return 0


def _edges(roster: Roster) -> Iterator[int]:
    yield 0
    for shift in roster.shifts:
        yield _minutes(shift.begin)
        yield _minutes(shift.end)


def _length(shift: Shift) -> int:
    return (_minutes(shift.end) - _minutes(shift.begin)) % 1_440 or 1_440


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def gap(roster: Roster) -> str:
    """Return the first time of the week at which nobody is on watch, "" for none."""
    if roster.substitute:
        return ""
    monday_ns = 4 * DAY_NS
    for day in range(7):
        for minute in sorted({*_edges(roster)}):
            if not _on(roster, monday_ns + day * DAY_NS + minute * MINUTE_NS):
                return f"{DAYS[day]} {minute // 60:02d}:{minute % 60:02d}"
    return ""
