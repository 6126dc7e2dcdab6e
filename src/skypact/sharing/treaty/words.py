"""Agreements in words: what a clause allows, and how two versions of an agreement differ."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, get_args

import numpy as np

from skypact.core.geodesy import within
from skypact.core.messages import Context
from skypact.sharing.treaty.agreements import (
    CLASSLESS,
    Agreement,
    Clause,
    Detection,
    IdentityName,
    What,
)
from skypact.sharing.treaty.policy import F64

LOWEST_M, HIGHEST_M = -1e4, 1e7
"""Heights of a clause that names none."""
CELL_M = 50_000.0
"""How wide a cell of declared coverage is when a clause does not say."""
AREA_STEPS = 64
"""Points a side of the grid on which two areas are compared."""


class Change(StrEnum):
    """How what a partner gets changes."""

    WIDER = "wider"
    NARROWER = "narrower"
    FINER = "finer"
    COARSER = "coarser"
    SOONER = "sooner"
    LATER = "later"
    OTHER = "other"


class Difference(NamedTuple):
    """One change, for the named classes; text: what is new, as the end of a sentence."""

    change: Change
    what: What
    classes: tuple[str, ...]
    text: str

    def line(self, partner: str) -> str:
        """Return one line for a person."""
        return f"{self.change}: {partner}, {self.what}{_of(self.classes)}: {self.text}"


def _of(classes: Sequence[str]) -> str:
    named = ", ".join(classes)
    return f" of class {named}" if named else ""


def length(metres: float) -> str:
    """Return a length as people say it: 500 m, 1 km, 1.5 km."""
    return f"{metres / 1000:,g} km" if abs(metres) >= 1000 else f"{metres:g} m"


def detail(clause: Clause) -> str:
    """Return how precisely and how late: "rounded to 1 km and 20 m/s, 10 s late"."""
    if clause.what is not What.TRACK:
        return ""
    grid = clause.position_grid_m
    rounded = f"rounded to {length(grid)} and {clause.velocity_grid_mps:g} m/s"
    late = f"{clause.delay_s:g} s late" if clause.delay_s else "at once"
    return f"{rounded if grid else 'in full precision'}, {late}"


def where(clause: Clause) -> str:
    """Return area and heights of a track clause."""
    parts = [f"inside an area of {len(clause.area_deg)} corners" if clause.area_deg else ""]
    low, high = clause.height_min_m > LOWEST_M, clause.height_max_m < HIGHEST_M
    if low and high:
        parts.append(f"from {length(clause.height_min_m)} to {length(clause.height_max_m)}")
    elif low or high:
        bound = clause.height_min_m if low else clause.height_max_m
        parts.append(f"{'above' if low else 'below'} {length(bound)}")
    place = ", ".join(p for p in parts if p) or "everywhere"
    return ", ".join(p for p in (place, _known(clause)) if p)


def _known(clause: Clause) -> str:
    """Return what an object must be held as and detected by."""
    held = f"held as {' or '.join(clause.identities)}" if clause.identities else ""
    seen = f"detected only by {' and '.join(clause.detections)}" if clause.detections else ""
    return ", ".join(p for p in (held, seen) if p)


def marked(clause: Clause) -> str:
    """Return what of the owner's markings goes along."""
    if not clause.classifications:
        return ""
    caveats = f" and with {' and '.join(clause.caveats)}" if clause.caveats else ""
    return f"also what is marked {' or '.join(clause.classifications)}{caveats}"


def shows(clause: Clause) -> str:
    """Return which optional fields go along."""
    named = [words for key, words in FIELDS.items() if getattr(clause, key)]
    return f"with {' and '.join(named)}" if named else ""


def terms(clause: Clause) -> str:
    """Return all that a clause says but what and which classes."""
    only = f"only in {' and '.join(clause.contexts)}" if clause.contexts else ""
    also = marked(clause)
    if clause.what is What.TRACK:
        parts = (where(clause), detail(clause), shows(clause), also, only)
        return ", ".join(p for p in parts if p)
    if clause.what is What.COVERAGE:
        return ", ".join(p for p in (_cells(clause), also, only) if p)
    if clause.what is What.COALITION:
        return ", ".join(p for p in (_rows(clause), only) if p)
    if clause.what is What.UNNAMED:
        return ", ".join(p for p in (passed_on(clause), where(clause), only) if p)
    about = f"of {', '.join(clause.for_nations)}" if clause.for_nations else ""
    back = f"and what was over in the {clause.history_h:g} h before" if clause.history_h else ""
    return ", ".join(p for p in (about, shows(clause), back, only) if p) or "nothing more"


def passed_on(clause: Clause) -> str:
    """Return to whom and how a clause lets the partner pass on what it gets."""
    coverers = " and ".join(("the owner", *clause.among))
    grids = f"{length(clause.position_grid_m)} and {clause.velocity_grid_mps:g} m/s"
    return (
        f"to {', '.join(clause.for_nations)} as from the coalition, rounded to {grids}, "
        f"while inside what {coverers} declare"
    )


def allows(agreement: Agreement) -> list[str]:
    """Return one line a clause."""
    return [
        f"clause {c.id}: {agreement.partner or 'each member'} gets {PLURAL[c.what]}"
        f"{_of(c.classes)}: {terms(c)}"
        for c in agreement.clauses
    ]


def differences(old: Agreement, new: Agreement) -> list[Difference]:
    """Return what changes, what is wider first; classes that change alike share a line."""
    found: dict[tuple[What, Change, str], list[str]] = {}
    for what in What:
        for name in [""] if what in CLASSLESS else _classes(old, new):
            for change, text in _of_class(_rules(old, what, name), _rules(new, what, name)):
                found.setdefault((what, change, text), []).append(name)
    lines = [
        Difference(c, w, tuple(filter(None, names)), text) for (w, c, text), names in found.items()
    ]
    return sorted(lines, key=lambda line: list(Change).index(line.change))


def frame_differences(old: Agreement, new: Agreement) -> list[str]:
    """Return what changes about the agreement itself, one line each."""
    lines: list[str] = []
    for key, words in (("valid_from", "begins"), ("valid_until", "ends")):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            wider = (after < before) == (key == "valid_from")
            change = Change.WIDER if wider else Change.NARROWER
            lines.append(
                f"{change}: {words} {after:%Y-%m-%d %H:%M:%S %Z}, was {before:%Y-%m-%d %H:%M:%S %Z}"
            )
    if old.lease_s != new.lease_s:
        change = Change.WIDER if new.lease_s > old.lease_s else Change.NARROWER
        lines.append(f"{change}: lease {new.lease_s:g} s, was {old.lease_s:g} s")
    return lines


FIELDS = {
    "show_callsign": "the call sign",
    "show_address": "the aircraft address and the kinds of detection",
    "show_impact": "the predicted impact",
    "show_person": "the name of the person",
}
PLURAL = {
    What.TRACK: "tracks",
    What.WARNING: "warnings",
    What.ACKNOWLEDGEMENT: "acknowledgements",
    What.IDENTITY: "identities",
    What.COVERAGE: "declared coverage",
    What.UNNAMED: "the right to pass on tracks and warnings",
    What.COALITION: "what the coalition sees",
}


def _classes(old: Agreement, new: Agreement) -> list[str]:
    named = {name for a in (old, new) for c in a.clauses for name in c.classes}
    return sorted(named)


def _rules(agreement: Agreement, what: What, name: str) -> list[Clause]:
    rules = [c for c in agreement.clauses if c.what is what]
    return [c for c in rules if name in c.classes] if name else rules


def _of_class(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[tuple[Change, str]]:
    """Yield the changes for one class, whose clauses are these."""
    before, after = {c.id: c for c in old}, {c.id: c for c in new}
    for name, clause in after.items():
        if name in before:
            yield from _of_clause(before[name], clause)
        else:
            yield Change.WIDER, f"also by clause {name}: {terms(clause)}"
    for name, clause in before.items():
        if name not in after:
            yield Change.NARROWER, f"no longer by clause {name}: {terms(clause)}"
    kept = [n for n in after if n in before]
    if kept != [n for n in before if n in after]:
        yield Change.OTHER, f"the clauses now decide in the order {', '.join(kept)}"


def _of_clause(old: Clause, new: Clause) -> Iterator[tuple[Change, str]]:
    at = f"clause {new.id}"
    for key, more, less, words in _NUMBERS:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield more if after > before else less, f"{at}: {words(new)}, was {words(old)}"
    for change in _area(old, new):
        yield change, f"{at}: another area, {where(new)}"
    for key, words in FIELDS.items():
        if getattr(old, key) != getattr(new, key):
            now = getattr(new, key)
            yield (
                Change.WIDER if now else Change.NARROWER,
                f"{at}: {'with' if now else 'without'} {words}",
            )
    yield from _sets(old, new)
    for key in ("classifications", "caveats"):
        before, after = set(getattr(old, key)), set(getattr(new, key))
        if before != after:
            change = _changed(before, after)
            yield change, f"{at}: {marked(new) or 'nothing that is marked'}"
    if set(old.among) != set(new.among):
        change = Change.NARROWER if set(new.among) > set(old.among) else Change.WIDER
        yield change, f"{at}: where {', '.join(new.among)} declare coverage"
    before, after = set(old.for_nations), set(new.for_nations)
    if before != after:
        # No name stands for the partner's own warnings.
        wider = bool(before) and after > before
        narrower = bool(after) and after < before
        change = Change.WIDER if wider else Change.NARROWER if narrower else Change.OTHER
        named = ", ".join(new.for_nations) or "its own nation only"
        said = "passed on to" if new.what is What.UNNAMED else "warnings of"
        yield change, f"{at}: {said} {named}"


_SETS: tuple[tuple[str, frozenset[str], str, str], ...] = (
    ("contexts", frozenset(Context), "in", "every context"),
    ("identities", frozenset(get_args(IdentityName)), "held as", "anything"),
    ("detections", frozenset(get_args(Detection)), "detected only by", "anything"),
)
"""Limits that name what is allowed; without one all of these are."""


def _sets(old: Clause, new: Clause) -> Iterator[tuple[Change, str]]:
    for key, all_of, words, any_of in _SETS:
        before, after = (set(getattr(c, key) or all_of) for c in (old, new))
        if before != after:
            named = ", ".join(getattr(new, key)) or any_of
            yield _changed(before, after), f"clause {new.id}: {words} {named}"


def _changed(before: set[str], after: set[str]) -> Change:
    """Say what it means that what is allowed has become other than it was."""
    wider, narrower = after > before, after < before
    return Change.WIDER if wider else Change.NARROWER if narrower else Change.OTHER


def _area(old: Clause, new: Clause) -> list[Change]:
    """Say whether an area grew, shrank or both."""
    if old.area_deg == new.area_deg:
        return []
    if not old.area_deg or not new.area_deg:
        return [Change.NARROWER if new.area_deg else Change.WIDER]
    corners: F64 = np.radians(np.array(old.area_deg + new.area_deg))
    # Relative to one corner: an area may cross the date line.
    first = float(corners[0, 1])
    lons: F64 = (corners[:, 1] - first + np.pi) % (2 * np.pi) - np.pi
    south, north = float(corners[:, 0].min()), float(corners[:, 0].max())
    west, east = float(lons.min()), float(lons.max())
    lat: F64 = np.repeat(np.linspace(south, north, AREA_STEPS), AREA_STEPS)
    lon: F64 = np.tile(np.linspace(west, east, AREA_STEPS) + first, AREA_STEPS)
    split = len(old.area_deg)
    before, after = within(corners[:split], lat, lon), within(corners[split:], lat, lon)
    out = [Change.WIDER] if (after & ~before).any() else []
    out += [Change.NARROWER] if (before & ~after).any() else []
    return out or [Change.OTHER]


def _height(clause: Clause) -> str:
    return f"heights from {length(clause.height_min_m)} to {length(clause.height_max_m)}"


def _position(clause: Clause) -> str:
    grid_m = clause.position_grid_m
    if clause.what is What.COVERAGE:
        return _cells(clause)
    return f"positions to {length(grid_m)}" if grid_m else "positions in full precision"


def _velocity(clause: Clause) -> str:
    grid_mps = clause.velocity_grid_mps
    return f"velocities to {grid_mps:g} m/s" if grid_mps else "velocities in full precision"


def _history(clause: Clause) -> str:
    return f"what was over in the {clause.history_h:g} h before"


def _cells(clause: Clause) -> str:
    return f"in cells of {length(clause.position_grid_m or CELL_M)}"


def _rows(clause: Clause) -> str:
    return f"{clause.tracks_max} tracks a second"


def _late(clause: Clause) -> str:
    return f"{clause.delay_s:g} s late"


_NUMBERS: tuple[tuple[str, Change, Change, Callable[[Clause], str]], ...] = (
    ("position_grid_m", Change.COARSER, Change.FINER, _position),
    ("velocity_grid_mps", Change.COARSER, Change.FINER, _velocity),
    ("tracks_max", Change.WIDER, Change.NARROWER, _rows),
    ("delay_s", Change.LATER, Change.SOONER, _late),
    ("height_max_m", Change.WIDER, Change.NARROWER, _height),
    ("height_min_m", Change.NARROWER, Change.WIDER, _height),
    ("history_h", Change.WIDER, Change.NARROWER, _history),
)
