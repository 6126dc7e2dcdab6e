"""Why a partner sees a track of ours as it does, or does not see it: clause by clause."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import Identity, ThreatClass
from skypact.sharing.lines import DelayLine, chosen
from skypact.sharing.treaty.agreements import Agreement, What, detected_by
from skypact.sharing.treaty.policy import Rule, Term, holds
from skypact.sharing.treaty.words import detail, length, passed_on, shows


def not_held(nation: str, number: int, held: Sequence[int]) -> str:
    """Return in words that a nation holds no own track of a number, and which it holds."""
    named = ", ".join(map(str, sorted(held))) or "none"
    return f"{nation} holds no own track {number}; it holds: {named}"


def explained(
    number: int,
    partner: str,
    term: Term,
    lines: Mapping[int, DelayLine],
    suspended: Sequence[str] = (),
) -> list[str]:
    """Return in words what `partner` gets of one own track under an agreement in force. suspended:
    what of it is not, in words."""
    for rule, line, rows in chosen(term, dict(lines)):
        if number in line.tracks.keys[rows]:
            clause = rule.clause
            how = ", ".join(p for p in (detail(clause), shows(clause)) if p)
            return [f"{partner} sees track {number} {how}: clause {clause.id}"]
    why = [
        f"clause {rule.clause.id}: {reason}"
        for rule in term.rules
        if rule.clause.what is What.TRACK
        for reason in _failing(number, rule, lines[rule.delay_ns])
    ]
    why += suspended
    return [f"{partner} does not see track {number}", *(why or ["no clause is about tracks"])]


def through(agreements: Sequence[Agreement], owner: str, partner: str) -> list[str]:
    """Return in words through whom a nation may see tracks of `owner` as the coalition's, by which
    clauses."""
    return [
        f"{partner} does not see by whom, but {a.partner} may pass it on {passed_on(c)}: clause "
        f"{c.id} of {a.name}, for class {', '.join(c.classes)}"
        for a in agreements
        for c in a.clauses
        if a.owner == owner and c.what is What.UNNAMED and partner in c.for_nations
    ]


def _failing(number: int, rule: Rule, line: DelayLine) -> Iterator[str]:
    """Yield everything for which a clause does not admit a track."""
    clause = rule.clause
    row = int(line.tracks.rows([number])[0])
    if row < 0:
        yield f"{clause.delay_s:g} s ago, as late as it leaves, the track was not known"
        return
    threat = ThreatClass(int(line.threat_class()[row]))
    if threat not in clause.covers():
        yield f"its class is {threat.name.lower()}, not {' or '.join(clause.classes)}"
    lat, lon, height = geodetic_from_ecef(line.tracks["state"][row : row + 1, :3])
    if rule.area and not holds(rule.area, lat, lon)[0]:
        place = ", ".join(f"{v:.2f}" for v in np.degrees([lat[0], lon[0]]))
        yield f"it is at [{place}], outside the area"
    identity, detection = line.identity()[row], int(line.tracks["detection"][row])
    if rule.held is not None and not rule.held[identity]:
        held = Identity(int(identity)).name.lower()
        yield f"we hold it as {held}, not {' or '.join(clause.identities)}"
    if rule.seen is not None and not rule.seen[detection]:
        seen = " and ".join(detected_by(detection))
        yield f"detected by {seen}, not only by {' and '.join(clause.detections)}"
    if rule.marks is not None and not rule.marks.tracks[threat, identity, detection]:
        yield "it is marked with what the clause does not name"
    if not clause.height_min_m <= height[0] < clause.height_max_m:
        band = f"{length(clause.height_min_m)} to {length(clause.height_max_m)}"
        yield f"its height is {length(round(float(height[0])))}, outside {band}"
