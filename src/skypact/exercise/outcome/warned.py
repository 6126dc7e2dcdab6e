"""Who was warned of what, how long before it came, and of what nobody needed to be warned."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ecef_from_geodetic
from skypact.exercise.outcome.aims import Aim
from skypact.exercise.truth import Truth
from skypact.exercise.watch.watch import SECOND_NS, Told, Watch

NEAR_M = 20_000.0  # a warning is about an object that is so near to its track
LATE_S = 30.0  # a warning may be first told so long after its object has come down
SPREAD, SPREAD_S = 0.25, 60.0  # else its arrival may be off by this share, or these seconds
Matches = Mapping[str, int]


class Warned(NamedTuple):
    """Object k at the nation of its place; seconds of the scenario, NaN for never.

    told_s: first told at a post of the nation, with the place named; by: who raised that warning;
    acknowledged_s: by a person of the nation; first_s: the first word of it at any node.
    """

    k: int
    told_s: float
    by: str
    acknowledged_s: float
    first_s: float


class FalseAlarm(NamedTuple):
    """A place of `nation` that was told to expect something while nothing came to it."""

    nation: str
    place: str
    by: str
    threat_class: str
    told_s: float
    minutes: float


def matched(watch: Watch, truth: Truth, aims: Sequence[Aim]) -> dict[str, int]:
    """Return the object that each warning told at a node is about, -1 for none: the nearest to its
    track; where the node shows no such track, the one that comes to a named place as foretold.

    Warnings of one origin for one nation prefer objects that no other of them has taken.
    """
    found: dict[str, int] = {}
    taken: set[tuple[str, str, int]] = set()
    for key, told in sorted(watch.told.items(), key=lambda item: (item[1].first_ns, item[0])):
        time_s = (told.first_ns - watch.start_ns) / SECOND_NS
        alive = (truth.start_s <= time_s) & (time_s <= truth.end_s + LATE_S)
        if told.near is None:
            likely = _by_place(told, aims, alive, watch.start_ns)
        else:
            near_s = (told.near_ns - watch.start_ns) / SECOND_NS
            likely = _by_track(told.near, truth, alive, near_s)
        whose = told.first.origin, told.first.nation
        free = [k for k in likely if (*whose, k) not in taken]
        found[key] = (free or likely or [-1])[0]
        taken.add((*whose, found[key]))
    return found


def _by_track(
    near: tuple[float, float, float], truth: Truth, alive: NDArray[np.bool_], time_s: float
) -> list[int]:
    off_m = np.linalg.norm(truth.state(time_s)[0] - ecef_from_geodetic(*near), axis=1)
    order = np.argsort(off_m, kind="stable").tolist()
    return [k for k in order if alive[k] and off_m[k] <= NEAR_M]


def _by_place(
    told: Told, aims: Sequence[Aim], alive: NDArray[np.bool_], start_ns: int
) -> list[int]:
    warning = told.first
    kind = warning.threat_class.name.lower()
    assessed_s = (warning.assessed_ns - start_ns) / SECOND_NS
    off: list[tuple[float, int]] = []
    for place in warning.places:
        allowed_s = max(SPREAD * place.time_to_go_s, SPREAD_S)
        for k, aim in enumerate(aims):
            late_s = abs(aim.end_s - assessed_s - place.time_to_go_s)
            fits = aim.place == place.name and aim.threat_class == kind and late_s <= allowed_s
            if alive[k] and fits:
                off.append((late_s, k))
    return [k for _, k in sorted(off)]


def warned(
    aims: Sequence[Aim], watches: Mapping[str, Watch], matches: Mapping[str, Matches]
) -> list[Warned]:
    """Return what each nation knew of each object that came down on a place of it.

    A warning about another object of the same `[[threat]]` counts too, from the object's start on:
    who takes cover from one of a salvo has taken cover from the next.
    """
    first = _first_words(aims, watches, matches)
    found: list[Warned] = []
    for k, aim in enumerate(aims):
        if not aim.nation:
            continue
        watch = watches[aim.nation]
        told_s, by, answered_s = math.nan, "", math.nan
        for key, told in watch.told.items():
            about = matches[aim.nation][key]
            if about < 0 or aims[about].group != aim.group or told.first.nation != aim.nation:
                continue
            at_ns = told.place_ns.get(aim.place)
            if at_ns is None or (told.over_ns and _since(watch, told.over_ns) < aim.start_s):
                continue
            at_s = max(_since(watch, at_ns), aim.start_s)
            if not at_s >= told_s:
                told_s, by = at_s, told.first.origin
            acknowledged_ns = told.latest.ledger.acknowledged_ns
            if acknowledged_ns:
                at_s = max(_since(watch, acknowledged_ns), aim.start_s)
                answered_s = at_s if not at_s >= answered_s else answered_s
        found.append(Warned(k, told_s, by, answered_s, first.get(aim.group, math.nan)))
    return found


def _first_words(
    aims: Sequence[Aim], watches: Mapping[str, Watch], matches: Mapping[str, Matches]
) -> dict[str, float]:
    first: dict[str, float] = {}
    for nation, watch in watches.items():
        for key, told in watch.told.items():
            about = matches[nation][key]
            if about >= 0:
                at_s, group = _since(watch, told.first_ns), aims[about].group
                first[group] = min(first.get(group, at_s), at_s)
    return first


def false_alarms(aims: Sequence[Aim], watch: Watch) -> list[FalseAlarm]:
    """Return the places of a nation that its people were told to expect something at, while no
    object that came down there was in the air. A place counts once until its warning is over."""
    found: list[FalseAlarm] = []
    for told in watch.told.values():
        if told.first.nation != watch.nation:
            continue
        over_ns = told.over_ns or watch.end_ns
        for place, at_ns in told.place_ns.items():
            from_s, to_s = _since(watch, at_ns), _since(watch, over_ns)
            real = any(
                aim.place == place and aim.start_s <= to_s and from_s <= aim.end_s + LATE_S
                for aim in aims
            )
            if not real:
                first = told.first
                kind, minutes = first.threat_class.name.lower(), (to_s - from_s) / 60
                found.append(FalseAlarm(watch.nation, place, first.origin, kind, from_s, minutes))
    return found


def _since(watch: Watch, at_ns: int) -> float:
    return (at_ns - watch.start_ns) / SECOND_NS


def margins(aims: Sequence[Aim], found: Sequence[Warned], nation: str) -> dict[str, Any]:
    """Return the warning times of a nation: how many objects came down on its places, how many were
    warned of, seconds from word to impact, and how often that was enough to take cover."""
    mine = [one for one in found if aims[one.k].nation == nation]
    gone_s = [aims[one.k].end_s - one.told_s for one in mine]
    in_time = [s for s in gone_s if s > 0]
    enough = [s >= aims[one.k].shelter_s for one, s in zip(mine, gone_s, strict=True)]
    answered = [aims[one.k].end_s - one.acknowledged_s for one in mine]
    answered = [s for s in answered if not math.isnan(s)]
    never = sorted({aims[o.k].place for o, s in zip(mine, gone_s, strict=True) if not s > 0})
    return {
        "objects": len(mine),
        "warned": len(in_time),
        "never_warned": len(mine) - len(in_time),
        "places_never_warned": never,
        "time_for_shelter": sum(enough),
        "warning_time_s": spread(in_time),
        "lead_after_acknowledgement_s": spread(answered),
    }


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Return least, median, mean and greatest, None each without values."""
    if not values:
        return dict.fromkeys(("min", "median", "mean", "max"))
    whole = np.array(values, np.float64)
    named = {"min": whole.min(), "median": np.median(whole), "mean": whole.mean()}
    return {name: round(float(v), 3) for name, v in {**named, "max": whole.max()}.items()}
