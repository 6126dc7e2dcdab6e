"""Faults of agreements about nations that are not named: why a clause could not hold."""

from collections.abc import Iterator, Mapping

from skypact.core.errors import ConfigError
from skypact.sharing.treaty.agreements import Agreement, Clause, What

COVERERS_MIN = 2
"""How many other nations must cover a place, so that an owner is one of at least three."""
GRID_MIN_M, GRID_MIN_MPS = 2_000.0, 20.0
CELL_MIN_M = 10_000.0


def unnamed_faults(clause: Clause) -> Iterator[tuple[str, str]]:
    """Yield what one clause lacks, as (key, message)."""
    if clause.what is What.COVERAGE and 0 < clause.position_grid_m < CELL_MIN_M:
        yield "position_grid_m", "coverage is told in cells of at least 10 km"
    if clause.what is not What.UNNAMED:
        return
    if clause.position_grid_m < GRID_MIN_M or clause.velocity_grid_mps < GRID_MIN_MPS:
        yield "position_grid_m", "below 2 km and 20 m/s a track tells whose sensor made it"
    if not clause.for_nations:
        yield "for_nations", "says nobody to whom it may be passed on"


def group_faults(agreements: Mapping[str, Agreement]) -> Iterator[ConfigError]:
    """Yield what clauses for unnamed owners lack in view of other agreements."""
    for path, agreement in agreements.items():
        seen: dict[str, Clause] = {}
        for i, clause in enumerate(agreement.clauses):
            if clause.what is not What.UNNAMED:
                continue
            faults = [*_group(agreement, clause), *_named(agreement, clause, agreements)]
            faults += [*_sponsor(agreement, clause, agreements)]
            for nation in clause.for_nations:
                other = seen.setdefault(nation, clause)
                if set(other.among) != set(clause.among):
                    message = (
                        f"clause {other.id} hides the owner from {nation} among others: both "
                        "together tell more than either"
                    )
                    faults.append(("among", message))
            for key, message in faults:
                yield ConfigError(message, path=path, key=f"clause[{i}].{key}")


def _group(agreement: Agreement, clause: Clause) -> Iterator[tuple[str, str]]:
    """Yield faults of the group in which the owner hides."""
    others = set(clause.among) - {agreement.owner, *clause.for_nations}
    if len(others) < COVERERS_MIN:
        yield "among", f"names {len(others)} other nations that may be the owner, needs at least 2"
    if agreement.owner in clause.among:
        yield "among", "the owner is one of them anyway"
    for nation in clause.among:
        if nation in clause.for_nations:
            yield "among", f"{nation} knows that the track is not its own"
    for nation in clause.for_nations:
        if nation in (agreement.owner, agreement.partner):
            yield "for_nations", f"{nation} knows the owner by name"


def _named(
    agreement: Agreement, clause: Clause, agreements: Mapping[str, Agreement]
) -> Iterator[tuple[str, str]]:
    """Yield nations that get from the owner itself what they may not know to be its."""
    for other in agreements.values():
        if other.owner != agreement.owner or other.partner not in clause.for_nations:
            continue
        plain = {What.TRACK, What.WARNING, What.IDENTITY}
        same = [c.id for c in other.clauses if c.what in plain and {*c.classes} & {*clause.classes}]
        if same:
            told = f"{other.partner} gets the same under {other.name}/{same[0]}"
            yield "for_nations", f"{told}, by the owner's name"


def _sponsor(
    agreement: Agreement, clause: Clause, agreements: Mapping[str, Agreement]
) -> Iterator[tuple[str, str]]:
    """Yield what the partner lacks to pass anything on, as far as its other agreements are here."""
    owner, sponsor = agreement.owner, agreement.partner
    theirs = [a for a in agreements.values() if sponsor in (a.owner, a.partner)]
    if all(owner in (a.owner, a.partner) for a in theirs):
        return
    declared = _with(agreements, What.COVERAGE)
    passing = _with(agreements, What.COALITION)
    silent = [n for n in (owner, *clause.among) if n != sponsor and (n, sponsor) not in declared]
    if silent:
        who = " and ".join(dict.fromkeys(silent))
        yield "among", f"no clause lets {who} declare coverage to {sponsor}: no track would leave"
    for nation in clause.for_nations:
        if (sponsor, nation) not in passing:
            yield "for_nations", f"{sponsor} has no coalition clause for {nation}"


def _with(agreements: Mapping[str, Agreement], what: What) -> set[tuple[str, str]]:
    """Return owner and partner of agreements that have a clause of a kind."""
    return {
        (a.owner, a.partner) for a in agreements.values() if any(c.what is what for c in a.clauses)
    }
