"""Agreements compiled once into a table: (what, threat class, partner) to the clauses that may
allow it. Nothing that is not in the table leaves."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import within
from skypact.core.messages import ThreatClass
from skypact.sharing.treaty.agreements import Agreement, Clause, What

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]
S = 1_000_000_000


class Rule(NamedTuple):
    """A clause ready for use. name: how a Release names it; area_rad: (K, 2) corners or none."""

    name: str
    clause: Clause
    area_rad: F64
    delay_ns: int


class Term(NamedTuple):
    """One agreement of ours with one partner while it is valid."""

    from_ns: int
    until_ns: int
    lease_ns: int
    rules: tuple[Rule, ...]
    table: dict[tuple[What, int], tuple[Rule, ...]]


class Policy:
    """All that may ever go to one partner."""

    def __init__(self, agreements: Sequence[Agreement], owner: str, partner: str) -> None:
        chosen = [a for a in agreements if (a.owner, a.partner) == (owner, partner)]
        self.partner = partner
        self.terms = tuple(compiled(agreement) for agreement in chosen)
        self._active = self.terms
        self._suspended = False

    def suspend(self, clauses: Collection[str]) -> None:
        """Leave out these clauses from now on, all of them when "" is among them."""
        self._suspended = "" in clauses
        self._active = tuple(_without(term, clauses) for term in self.terms)

    def term(self, now_ns: int) -> Term | None:
        """Return the agreement in force, None outside every validity or when it is suspended."""
        if self._suspended:
            return None
        for term in self._active:
            if term.from_ns <= now_ns < term.until_ns:
                return term
        return None

    def why_not(self) -> str:
        """Say why there is no term."""
        return "the agreement is suspended" if self._suspended else "no agreement is in force"

    def delays_ns(self) -> list[int]:
        """Return every delay that occurs, ascending."""
        return sorted({rule.delay_ns for term in self.terms for rule in term.rules})


def compiled(agreement: Agreement) -> Term:
    """Return the table of an agreement."""
    rules = tuple(
        Rule(
            f"{agreement.name}/{clause.id}",
            clause,
            np.radians(np.array(clause.area_deg, np.float64).reshape(-1, 2)),
            round(clause.delay_s * S),
        )
        for clause in agreement.clauses
    )
    bounds = (agreement.valid_from, agreement.valid_until)
    from_ns, until_ns = (int(t.timestamp()) * S + t.microsecond * 1000 for t in bounds)
    return Term(from_ns, until_ns, round(agreement.lease_s * S), rules, _table(rules))


def _without(term: Term, clauses: Collection[str]) -> Term:
    rules = tuple(rule for rule in term.rules if rule.clause.id not in clauses)
    return term._replace(rules=rules, table=_table(rules))


def _table(rules: Sequence[Rule]) -> dict[tuple[What, int], tuple[Rule, ...]]:
    return {
        (what, int(threat)): tuple(
            r for r in rules if r.clause.what is what and threat in r.clause.covers()
        )
        for what in What
        for threat in ThreatClass
    }


def warning_rule(term: Term, partner: str, nation: str, threat: ThreatClass) -> Rule | None:
    """Return the rule under which a partner is told that `nation` is warned of a threat."""
    rules = term.table[What.WARNING, int(threat)]
    return next((r for r in rules if nation in (r.clause.for_nations or (partner,))), None)


def admits(rule: Rule, lat_rad: F64, lon_rad: F64, height_wgs84_m: F64) -> Mask:
    """Return where (N,) a rule's area and height band hold."""
    clause = rule.clause
    inside = (height_wgs84_m >= clause.height_min_m) & (height_wgs84_m < clause.height_max_m)
    return inside & within(rule.area_rad, lat_rad, lon_rad) if len(rule.area_rad) else inside
