"""Two versions of an agreement tried on the same tracks and warnings, before anybody signs."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from skypact.core.messages import (
    Message,
    OwnTracks,
    SystemTracksDeleted,
    ThreatBatch,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningEvent,
    WarningRaised,
    WarningUpdated,
)
from skypact.core.room import Room
from skypact.core.table import Table
from skypact.sharing.lines import DelayLine, decided
from skypact.sharing.treaty.agreements import Agreement, Clause, What
from skypact.sharing.treaty.policy import Rule, compiled, warning_rule
from skypact.sharing.treaty.words import FIELDS, PLURAL


class Effect(NamedTuple):
    """What a new version does to updates of one kind. about: how many tracks or warnings."""

    what: What
    change: str
    updates: int
    about: int


class Trial:
    """Counts what two versions of an agreement would do. Validity is left out: what the new version
    will do is asked before it begins. An update is a track that has changed since the second
    before, or an event of a warning."""

    def __init__(self, old: Agreement, new: Agreement) -> None:
        self._owner, self._partner = new.owner, new.partner
        self._terms = (compiled(old), compiled(new))
        self._line = DelayLine(0)
        self._seen = Table({"time_ns": ("<i8", 1)})
        self._found: dict[tuple[What, str], tuple[int, set[int | str]]] = {}
        self.updates = {What.TRACK: 0, What.WARNING: 0}

    def take(self, message: Message) -> None:
        """Take what `Sharing` takes."""
        match message:
            case OwnTracks() | ThreatBatch() | SystemTracksDeleted():
                self._line.feed(message, 0)
            case (
                WarningRaised()
                | WarningUpdated()
                | WarningAcknowledged()
                | WarningEscalated()
                | WarningCleared()
            ):
                self._warning(message)
            case _:
                pass

    def second(self) -> None:
        """Compare what would leave now."""
        tracks = self._line.tracks
        keys, time_ns = tracks.keys.copy(), tracks["time_ns"].copy()
        known_ns = np.append(self._seen["time_ns"], -1)[self._seen.rows(keys)]
        self._seen.put(keys, time_ns=time_ns)
        self._seen.drop(~np.isin(self._seen.keys, keys))
        news = known_ns != time_ns
        before, after = (decided(term, self._line)[news] for term in self._terms)
        old_rules, new_rules = (term.rules for term in self._terms)
        for old, new in np.unique(np.stack([before, after], 1), axis=0).tolist():
            named = keys[news][(before == old) & (after == new)].tolist()
            self._count(What.TRACK, named, _rule(old_rules, old), _rule(new_rules, new))

    def _warning(self, event: WarningEvent) -> None:
        warning, partner = event.warning, self._partner
        answered = isinstance(event, WarningAcknowledged) and warning.nation == partner
        if warning.origin != self._owner or answered:
            return
        old, new = (
            warning_rule(term, partner, warning.nation, warning.threat_class)
            for term in self._terms
        )
        self._count(What.WARNING, [warning.warning_id], old, new)

    def _count(
        self, what: What, names: Sequence[int | str], old: Rule | None, new: Rule | None
    ) -> None:
        self.updates[what] += len(names)
        for change in _changes(old and old.clause, new and new.clause):
            updates, about = self._found.get((what, change), (0, set[int | str]()))
            self._found[what, change] = (updates + len(names), about | set(names))

    def effects(self) -> list[Effect]:
        """Return what differs."""
        return [Effect(w, c, n, len(about)) for (w, c), (n, about) in sorted(self._found.items())]

    def lines(self) -> list[str]:
        """Return one line for a person for each effect, or that there is none."""
        said = [
            f"{e.updates:,} of {self.updates[e.what]:,} {e.what} updates would {e.change} "
            f"(of {e.about:,} {e.what if e.about == 1 else PLURAL[e.what]})"
            for e in self.effects()
        ]
        tried = " and ".join(f"{n:,} {what} updates" for what, n in self.updates.items())
        return said or [f"no difference for {tried}"]


class Tried:
    """The room of sharing with a trial beside it that hears the same and says nothing."""

    def __init__(self, room: Room, trial: Trial) -> None:
        self._room, self._trial = room, trial
        self.next_wake_ns, self.snapshot, self.restore = (
            room.next_wake_ns,
            room.snapshot,
            room.restore,
        )

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Let both hear it."""
        self._trial.take(message)
        return self._room.handle(message, now_ns)

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Compare each second."""
        self._trial.second()
        return self._room.wake(now_ns)


def _rule(rules: Sequence[Rule], index: int) -> Rule | None:
    return rules[index] if index >= 0 else None


def _changes(old: Clause | None, new: Clause | None) -> Iterator[str]:
    """Yield what happens to an update that these clauses decide."""
    if old is None or new is None:
        if old is not new:
            yield "newly leave" if new else "no longer leave"
        return
    for key, more, less in _ORDERED:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield f"leave {more if after > before else less}"
            break
    if old.delay_s != new.delay_s:
        yield "leave later" if new.delay_s > old.delay_s else "leave sooner"
    shown = [(getattr(old, key), getattr(new, key)) for key in FIELDS]
    if any(after and not before for before, after in shown):
        yield "leave with more fields"
    if any(before and not after for before, after in shown):
        yield "leave with fewer fields"


_ORDERED = (("position_grid_m", "coarser", "finer"), ("velocity_grid_mps", "coarser", "finer"))
