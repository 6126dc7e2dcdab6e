"""All warnings the room holds: found by id and by track, closed ones kept for a while."""

import msgspec

from skypact.warning.case import SECOND_NS, Case
from skypact.warning.timers import Timers

Key = tuple[int, str]


class Settled(msgspec.Struct, kw_only=True):
    """A track that a person has cleared for a nation: it is not raised again while it goes on
    threatening the same places. quiet_since_ns: since when it threatens nothing, 0 it does."""

    places: tuple[str, ...]
    quiet_since_ns: int = 0

    def bars(self, places: tuple[str, ...], now_ns: int, clear_after_s: float) -> bool:
        """Return whether a threat to `places` (none: no threat now) is still the one cleared."""
        if self.quiet_since_ns and now_ns - self.quiet_since_ns > clear_after_s * SECOND_NS:
            return False
        if not places:
            self.quiet_since_ns = self.quiet_since_ns or now_ns
            return True
        self.quiet_since_ns = 0
        return set(places) <= set(self.places)


class DocketState(msgspec.Struct, kw_only=True):
    """What a snapshot keeps."""

    cases: list[Case]
    open: list[str]
    by_track: list[tuple[int, list[str]]]
    closed: list[str]
    raised: list[tuple[int, str, str]]
    settled: list[tuple[int, str, Settled]]


class Docket:
    """Cases by id; for those we raised, one open case for each (track, nation).

    A case that is handed out may be changed by who asked; its timers are read again."""

    def __init__(self, closed_max: int) -> None:
        self._closed_max = closed_max
        self._cases: dict[str, Case] = {}
        self._open: dict[str, Case] = {}
        self._by_track: dict[int, list[Case]] = {}
        self._closed: list[str] = []
        self._raised: dict[Key, str] = {}
        self._settled: dict[Key, Settled] = {}
        self._timers = Timers()

    def get(self, warning_id: str) -> Case | None:
        """Return a case, open or closed, None when it is not known (any more)."""
        return self._lend(self._cases.get(warning_id))

    def open(self) -> list[Case]:
        """Return open cases, oldest first."""
        for case in self._open.values():
            self._timers.touch(case)
        return list(self._open.values())

    def due(self, now_ns: int) -> list[Case]:
        """Return the open cases that want attention now, oldest first."""
        cases = [self._open[warning_id] for warning_id in self._timers.due(now_ns)]
        for case in cases:
            self._timers.touch(case)
        return cases

    @property
    def open_count(self) -> int:
        return len(self._open)

    def add(self, case: Case, key: Key | None = None) -> None:
        """Take in a new case; `key` for one that we raised."""
        self._cases[case.warning.warning_id] = case
        self._timers.touch(case)
        if case.open:
            self._open[case.warning.warning_id] = case
            self._by_track.setdefault(case.subject, []).append(case)
        else:
            self._shelve(case)
        if key is not None:
            self._raised[key] = case.warning.warning_id

    def close(self, case: Case) -> None:
        """Move a case that has been cleared to the closed ones; the oldest of these go."""
        warning = case.warning
        if self._open.pop(warning.warning_id, None) is None:
            return
        about = self._by_track[case.subject]
        about.remove(case)
        if not about:
            del self._by_track[case.subject]
        key = (case.subject, warning.nation)
        if self._raised.get(key) == warning.warning_id:
            del self._raised[key]
            if not case.ended:
                names = tuple(place.name for place in warning.places)
                self._settled[key] = Settled(places=names)
        self._timers.touch(case)
        self._shelve(case)

    def raised(self, key: Key) -> Case | None:
        """Return our open case about this track for this nation."""
        warning_id = self._raised.get(key)
        return None if warning_id is None else self._lend(self._cases[warning_id])

    def tracks(self) -> list[int]:
        """Return the tracks whose loss of threat matters, in order."""
        return sorted({track for track, _ in (*self._raised, *self._settled) if track > 0})

    def of_track(self, track: int) -> list[Case]:
        """Return open cases about a track, ours and partners', oldest first."""
        cases = list(self._by_track.get(track, ()))
        for case in cases:
            self._timers.touch(case)
        return cases

    def bars(self, key: Key, places: tuple[str, ...], now_ns: int, clear_after_s: float) -> bool:
        """Return whether a person's all-clear still covers this threat."""
        settled = self._settled.get(key)
        if settled is None:
            return False
        if settled.bars(places, now_ns, clear_after_s):
            return True
        del self._settled[key]
        return False

    def settled_nations(self, track: int) -> list[str]:
        """Return nations for which this track has been cleared."""
        return [nation for number, nation in self._settled if number == track]

    def forget(self, track: int) -> None:
        """Let go of what was cleared about a track that is no more."""
        for key in [key for key in self._settled if key[0] == track]:
            del self._settled[key]
        for key in [key for key in self._raised if key[0] == track]:
            del self._raised[key]

    def adopt(self, case: Case, track: int) -> None:
        """File a partner's case that had no track under its track."""
        about = self._by_track[case.subject]
        about.remove(case)
        if not about:
            del self._by_track[case.subject]
        case.warning = msgspec.structs.replace(case.warning, track=track)
        self._by_track.setdefault(track, []).append(case)

    def rename(self, track: int, successor: int) -> list[Case]:
        """Carry our cases over to the new number of their track; return those that have become
        doubles of another warning about the same track for the same nation. The caller tells the
        warnings their new number."""
        moving = self._by_track.pop(track, [])
        if moving:
            self._by_track.setdefault(successor, []).extend(moving)
        doubles: list[Case] = []
        for key in [key for key in self._settled if key[0] == track]:
            settled = self._settled.pop(key)
            # That a launch was cleared says nothing of a track that came of it after all.
            if track > 0:
                self._settled.setdefault((successor, key[1]), settled)
        for key in [key for key in self._raised if key[0] == track]:
            moved, goal = self._cases[self._raised.pop(key)], (successor, key[1])
            self._timers.touch(moved)
            other = self.raised(goal)
            if other is not None:
                # An answered warning goes on, else the older one.
                keep_moved = (moved.answered, -moved.warning.ledger.raised_ns) >= (
                    other.answered,
                    -other.warning.ledger.raised_ns,
                )
                moved, double = (moved, other) if keep_moved else (other, moved)
                doubles.append(double)
            self._raised[goal] = moved.warning.warning_id
        return doubles

    def next_due_ns(self) -> int | None:
        """Return when the first open case wants attention."""
        return self._timers.first_ns()

    def save(self) -> DocketState:
        """Return the state for a snapshot."""
        return DocketState(
            cases=list(self._cases.values()),
            open=list(self._open),
            by_track=[
                (track, [case.warning.warning_id for case in held])
                for track, held in self._by_track.items()
            ],
            closed=self._closed,
            raised=[(*key, warning_id) for key, warning_id in self._raised.items()],
            settled=[(*key, settled) for key, settled in self._settled.items()],
        )

    def load(self, state: DocketState) -> None:
        """Take over what `save` returned."""
        self._cases = {case.warning.warning_id: case for case in state.cases}
        self._open = {k: self._cases[k] for k in state.open}
        self._by_track = {track: [self._cases[k] for k in held] for track, held in state.by_track}
        self._closed = state.closed
        self._raised = {(track, nation): held for track, nation, held in state.raised}
        self._settled = {(track, nation): held for track, nation, held in state.settled}
        self._timers = Timers()
        self.open()

    def _lend(self, case: Case | None) -> Case | None:
        if case is not None:
            self._timers.touch(case)
        return case

    def _shelve(self, case: Case) -> None:
        self._closed.append(case.warning.warning_id)
        while len(self._closed) > self._closed_max:
            del self._cases[self._closed.pop(0)]
