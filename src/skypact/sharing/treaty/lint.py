"""Faults of agreements that their types cannot show: what can never apply, what contradicts."""

from collections.abc import Iterator, Mapping, Sequence

from skypact.core.errors import ConfigError
from skypact.core.messages import ThreatClass
from skypact.sharing.treaty.agreements import (
    CLASSLESS,
    COALITION,
    PASSED_ON,
    Agreement,
    Bloc,
    Clause,
    What,
)
from skypact.sharing.treaty.blocs import faults as of_blocs
from skypact.sharing.treaty.blocs import pairs
from skypact.sharing.treaty.lint_unnamed import group_faults, unnamed_faults

SPAN_MAX_DEG = 180.0


def faults(
    agreements: Mapping[str, Agreement],
    nation: str,
    partners: Sequence[str],
    blocs: Mapping[str, Bloc] | None = None,
) -> list[ConfigError]:
    """Return every fault; `agreements` and `blocs` by path of the file. Lines are not known
    here."""
    named = blocs or {}
    found = of_blocs(named, {nation, *partners})
    for path, agreement in agreements.items():
        said = _parties(agreement, nation, partners, [*named.values()])
        found += [ConfigError(message, path=path, key=key) for key, message in said]
    return found + faults_alone(agreements, named)


def faults_alone(
    agreements: Mapping[str, Agreement], blocs: Mapping[str, Bloc] | None = None
) -> list[ConfigError]:
    """Return every fault that does not depend on whose node holds the agreements."""
    found = [
        ConfigError(message, path=path, key=key)
        for path, agreement in agreements.items()
        for key, message in (*_itself(agreement), *_clauses(agreement))
    ]
    members = (blocs or {}).values()
    split = [
        (path, a) for path, text in agreements.items() for a in [*pairs(text, members)] or [text]
    ]
    return [*found, *_simultaneous(split), *group_faults(agreements)]


def check(agreements: Mapping[str, Agreement], nation: str, partners: Sequence[str]) -> None:
    """Raise ConfigError for the first fault."""
    for fault in faults(agreements, nation, partners):
        raise fault


def _parties(
    agreement: Agreement, nation: str, partners: Sequence[str], blocs: Sequence[Bloc]
) -> Iterator[tuple[str, str]]:
    if agreement.owner == agreement.partner or (agreement.bloc and agreement.partner):
        return
    members = {m for bloc in blocs if bloc.bloc == agreement.bloc for m in bloc.members}
    if agreement.bloc and not members:
        known = ", ".join(sorted({bloc.bloc for bloc in blocs})) or "none"
        yield "bloc", f"there is no bloc {agreement.bloc}; known: {known}"
    elif nation not in {agreement.owner, agreement.partner, *members}:
        yield "owner", f"this node is {nation}, which is no party to the agreement"
    elif agreement.bloc:
        return
    else:
        ours = agreement.owner == nation
        other = agreement.partner if ours else agreement.owner
        if other not in partners:
            known = ", ".join(partners) or "none"
            yield "partner" if ours else "owner", f"unknown partner {other}; known: {known}"


def _itself(agreement: Agreement) -> Iterator[tuple[str, str]]:
    if bool(agreement.partner) == bool(agreement.bloc):
        yield "partner", "names either a partner or a bloc"
    if agreement.owner == agreement.partner:
        yield "partner", "an agreement is between two nations"
    for key in ("owner", "partner"):
        if getattr(agreement, key) == COALITION:
            yield key, f'"{COALITION}" stands for nations that are not named, and is no nation'
    if agreement.valid_until <= agreement.valid_from:
        yield "valid_until", "the agreement ends before it begins"


def _clauses(agreement: Agreement) -> Iterator[tuple[str, str]]:
    earlier: list[Clause] = []
    for i, clause in enumerate(agreement.clauses):
        for key, message in _clause(clause):
            yield f"clause[{i}].{key}", message
        for other in earlier:
            if other.id == clause.id:
                yield f"clause[{i}].id", f"clause {clause.id} is there twice"
            if other.what is clause.what and clause.what in CLASSLESS and not other.contexts:
                yield f"clause[{i}].what", f"clause {other.id} already decides everything"
            shared = _shadowed(other, clause)
            if shared:
                names = ", ".join(shared)
                yield (
                    f"clause[{i}].classes",
                    f"{names}: clause {other.id} already decides everything this one could",
                )
        earlier.append(clause)


def _shadowed(first: Clause, second: Clause) -> list[str]:
    """Return the classes of `second` that can never come to it."""
    if first.what is not second.what:
        return []
    told = first.what in (What.WARNING, What.UNNAMED)
    if told and set(second.for_nations) != set(first.for_nations):
        return []
    if first.contexts and set(first.contexts) != set(second.contexts):
        return []
    if not {*second.classifications} <= {*first.classifications}:
        return []
    if not {*second.caveats} <= {*first.caveats}:
        return []
    for key in ("identities", "detections"):
        allowed, asked = set(getattr(first, key)), set(getattr(second, key))
        if allowed and not (asked and asked <= allowed):
            return []
    wider = not first.area_deg or first.area_deg == second.area_deg
    higher = first.height_min_m <= second.height_min_m
    lower = first.height_max_m >= second.height_max_m
    if not (wider and higher and lower):
        return []
    return [name for name in second.classes if name in first.classes]


def _clause(clause: Clause) -> Iterator[tuple[str, str]]:
    if not clause.classes and clause.what not in CLASSLESS:
        yield "classes", "a clause without a class allows nothing"
    if clause.classes and clause.what in CLASSLESS:
        yield "classes", f"means nothing for what = {clause.what.value}"
    if len(set(clause.classes)) < len(clause.classes):
        yield "classes", "a class is there twice"
    if clause.height_max_m <= clause.height_min_m:
        yield "height_max_m", "the height band is empty"
    yield from _area(clause)
    yield from unnamed_faults(clause)
    one_grid = (clause.position_grid_m > 0) != (clause.velocity_grid_mps > 0)
    if one_grid and clause.what is not What.COVERAGE:
        yield (
            "position_grid_m" if clause.velocity_grid_mps else "velocity_grid_mps",
            "position and velocity are both rounded or neither: one gives the other away",
        )
    for key, allowed in _ONLY_FOR.items():
        if getattr(clause, key) and clause.what not in allowed:
            yield key, f"means nothing for what = {clause.what.value}"
    if clause.caveats and not clause.classifications:
        yield "caveats", "without classifications nothing that is marked leaves"
    falling = {ThreatClass.BALLISTIC, ThreatClass.ROCKET}
    if clause.show_impact and not falling & set(clause.covers()):
        yield "show_impact", "only ballistic missiles and rockets have a predicted impact"


_TRACK, _WARNING, _ACK = {What.TRACK}, {What.WARNING}, {What.ACKNOWLEDGEMENT}
_UNNAMED = {What.UNNAMED}
_ONLY_FOR = {
    "area_deg": _TRACK | _UNNAMED,
    "position_grid_m": _TRACK | _UNNAMED | {What.COVERAGE},
    "velocity_grid_mps": _TRACK | _UNNAMED,
    "among": _UNNAMED,
    "delay_s": _TRACK,
    "identities": _TRACK,
    "detections": _TRACK,
    "show_callsign": _TRACK,
    "show_address": _TRACK,
    "show_impact": _WARNING,
    "for_nations": _WARNING | _UNNAMED,
    "history_h": _WARNING,
    "show_person": _ACK | {What.IDENTITY},
    "classifications": set(What) - PASSED_ON,
    "caveats": set(What) - PASSED_ON,
}


def _area(clause: Clause) -> Iterator[tuple[str, str]]:
    if not clause.area_deg:
        return
    if len(set(clause.area_deg)) < 3:
        yield "area_deg", "an area has at least three corners"
    lons = [lon for _, lon in clause.area_deg]
    if max(lons) - min(lons) > SPAN_MAX_DEG:
        yield "area_deg", "an area spans at most 180 degrees of longitude; cut it in two"


def _simultaneous(items: Sequence[tuple[str, Agreement]]) -> Iterator[ConfigError]:
    for i, (path, late) in enumerate(items):
        for other_path, early in items[:i]:
            same = early.name == late.name
            overlap = early.valid_from < late.valid_until and late.valid_from < early.valid_until
            if same and overlap:
                message = f"{other_path} is an agreement of the same two nations for the same time"
                yield ConfigError(message, path=path, key="valid_from")
