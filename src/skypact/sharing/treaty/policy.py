"""Agreements compiled once into a table: (what, threat class, partner) to the clauses that may
allow it. Nothing that is not in the table leaves."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import within, wrap_pi
from skypact.core.messages import Context, Identity, ThreatClass
from skypact.sharing.treaty.agreements import CLASSLESS, Agreement, Clause, What, detected_by, ns_of
from skypact.sharing.treaty.labels import Labels, LabelSettings, Marks

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]
S = 1_000_000_000


class Area(NamedTuple):
    """A polygon. corners_rad: (K, 2) of (lat, lon); box: its lowest and highest latitude, and
    longitude relative to its first corner, as it may cross the date line."""

    corners_rad: F64
    box: tuple[float, float, float, float]


class Rule(NamedTuple):
    """A clause ready for use. name: how a Release names it; area: None everywhere; at: its place
    among the rules of its term; history_ns: how old what is over may be; held: which identities,
    by number, None any; seen: which combinations of detections, by their bits, None any; marks:
    what of the owner's markings it lets go, None everything."""

    name: str
    clause: Clause
    area: Area | None
    delay_ns: int
    at: int
    history_ns: int
    held: Mask | None
    seen: Mask | None
    marks: Marks | None


Table = dict[tuple[What, int], tuple[Rule, ...]]
Groups = tuple[tuple[tuple[ThreatClass, ...], tuple[Rule, ...]], ...]


class Term(NamedTuple):
    """One agreement of ours with one partner while it is valid. tracks: for classes that the same
    rules are about, these rules."""

    from_ns: int
    until_ns: int
    lease_ns: int
    rules: tuple[Rule, ...]
    table: Table
    tracks: Groups


class Policy:
    """All that may ever go to one partner."""

    def __init__(
        self,
        agreements: Sequence[Agreement],
        owner: str,
        partner: str,
        context: Context | None = None,
        labels: Labels | None = None,
    ) -> None:
        """context: of the node; clauses for others are left out, None for none of them. labels: how
        the owner marks what it holds."""
        self.partner, self._owner, self._context = partner, owner, context
        self.labels = labels or Labels(LabelSettings(), owner)
        self.name = f"{owner}-{partner}"
        self._suspended = False
        self.adopt(agreements)

    def adopt(self, agreements: Sequence[Agreement]) -> None:
        """Go by these from now on; nothing of them is suspended."""
        parties = (self._owner, self.partner)
        chosen = [a for a in agreements if (a.owner, a.partner) == parties]
        self.terms = tuple(compiled(agreement, self._context, self.labels) for agreement in chosen)
        self._active, self._suspended = self.terms, False

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


def compiled(
    agreement: Agreement, context: Context | None = None, labels: Labels | None = None
) -> Term:
    """Return the table of an agreement at a node of some context, None for that of all clauses."""
    clauses = [
        c for c in agreement.clauses if context is None or context in (c.contexts or (context,))
    ]
    rules = tuple(
        Rule(
            f"{agreement.name}/{clause.id}",
            clause,
            _area(np.radians(clause.area_deg)) if clause.area_deg else None,
            round(clause.delay_s * S),
            index,
            round(clause.history_h * 3600 * S),
            _held(clause),
            _seen(clause),
            labels.marks(clause, agreement.partner) if labels else None,
        )
        for index, clause in enumerate(clauses)
    )
    from_ns, until_ns = ns_of(agreement.valid_from), ns_of(agreement.valid_until)
    return Term(from_ns, until_ns, round(agreement.lease_s * S), rules, *_tables(rules))


def _held(clause: Clause) -> Mask | None:
    if not clause.identities:
        return None
    return np.array([identity.name.lower() in clause.identities for identity in Identity])


def _seen(clause: Clause) -> Mask | None:
    if not clause.detections:
        return None
    kinds = [set(detected_by(bits)) for bits in range(256)]
    return np.array([kind <= set(clause.detections) for kind in kinds])


def _without(term: Term, clauses: Collection[str]) -> Term:
    kept = (rule for rule in term.rules if rule.clause.id not in clauses)
    rules = tuple(rule._replace(at=at) for at, rule in enumerate(kept))
    table, tracks = _tables(rules)
    return term._replace(rules=rules, table=table, tracks=tracks)


def _tables(rules: Sequence[Rule]) -> tuple[Table, Groups]:
    table = {
        (what, int(threat)): tuple(
            r
            for r in rules
            if r.clause.what is what and _about(r.clause, threat) and _lets(r, threat)
        )
        for what in What
        for threat in ThreatClass
    }
    groups: dict[tuple[int, ...], tuple[list[ThreatClass], tuple[Rule, ...]]] = {}
    for threat in ThreatClass:
        about = table[What.TRACK, int(threat)]
        if about:
            groups.setdefault(tuple(r.at for r in about), ([], about))[0].append(threat)
    return table, tuple((tuple(threats), about) for threats, about in groups.values())


def _about(clause: Clause, threat: ThreatClass) -> bool:
    return clause.what in CLASSLESS or threat in clause.covers()


def _lets(rule: Rule, threat: ThreatClass) -> bool:
    """Say whether a rule lets anything go as it is marked; of tracks that is asked one by one."""
    what = rule.clause.what
    return rule.marks is None or what is What.TRACK or rule.marks.others[what, int(threat)]


def _area(corners_rad: F64) -> Area:
    lat, lon = corners_rad[:, 0], wrap_pi(corners_rad[:, 1] - corners_rad[0, 1])
    box = (float(lat.min()), float(lat.max()), float(lon.min()), float(lon.max()))
    return Area(corners_rad, box)


def warning_rule(term: Term, partner: str, nation: str, threat: ThreatClass) -> Rule | None:
    """Return the rule under which a partner is told that `nation` is warned of a threat."""
    rules = term.table[What.WARNING, int(threat)]
    return next((r for r in rules if nation in (r.clause.for_nations or (partner,))), None)


def admits(rule: Rule, lat_rad: F64, lon_rad: F64, height_wgs84_m: F64) -> Mask:
    """Return where (N,) a rule's area and height band hold."""
    clause = rule.clause
    inside = (height_wgs84_m >= clause.height_min_m) & (height_wgs84_m < clause.height_max_m)
    return inside & holds(rule.area, lat_rad, lon_rad) if rule.area else inside


def holds(area: Area, lat_rad: F64, lon_rad: F64) -> Mask:
    """Return which points lie in an area. Most are outside its box; its edges are asked of the
    others only."""
    south, north, west, east = area.box
    inside = (lat_rad >= south) & (lat_rad <= north)
    rows = np.flatnonzero(inside)
    lon = wrap_pi(lon_rad[rows] - area.corners_rad[0, 1])
    rows = rows[(lon >= west) & (lon <= east)]
    inside[:] = False
    inside[rows] = within(area.corners_rad, lat_rad[rows], lon_rad[rows])
    return inside
