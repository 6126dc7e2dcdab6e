"""Lint: every fault of a scenario, with its line: what cannot be read, and what cannot work.

A fault that stops a scenario from being played is found by reading it (`scenario.py`). What is
found here can be played, but does not do what its author must have meant.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from skypact.core.errors import ConfigError
from skypact.core.geodesy import distance_m
from skypact.core.lines import Path, line_of
from skypact.core.messages import ThreatClass
from skypact.core.toml import decode_toml, dotted, faults
from skypact.exercise.arcs import height_m
from skypact.exercise.cast.threats import Aircraft, Ballistic
from skypact.exercise.outcome.aims import aims
from skypact.exercise.scenario import Link, Scenario, faults_of
from skypact.exercise.sensing import Radar
from skypact.exercise.truth import Truth

Found = Iterator[tuple[Path, str]]
REACTION_MAX_S, DELAY_MAX_S = 600.0, 10.0
LOOK_S, LOOKS = 10.0, 120
SPEEDS_MPS = {"cruise": (100.0, 1_500.0), "drone": (10.0, 200.0), "aircraft": (30.0, 1_000.0)}
RANGE_MAX_M = 6_000_000.0
HEIGHT_LOW_M = 5.0


class Fault(NamedTuple):
    """One fault: the line of the file, 0 unknown; the key; one sentence with what to do."""

    line: int
    key: str
    message: str


def lint(text: str, path: str, *, has_agreements: bool) -> list[Fault]:
    """Return every fault of the scenario in TOML `text`, by line; [] when it is good.

    has_agreements: whether agreements lie beside it.
    """
    broken = faults(text, Scenario, path)
    if broken:
        return [Fault(one.line, one.key, one.message) for one in broken]
    scenario = decode_toml(text, Scenario, path)
    found = list(faults_of(scenario))
    if not found:
        found = [*_dubious(scenario, has_agreements)]
    told = [Fault(line_of(text, key), dotted(key), message) for key, message in found]
    return sorted(told)


def _dubious(scenario: Scenario, has_agreements: bool) -> Found:
    yield from _links(scenario)
    yield from _people(scenario)
    yield from _agreements(scenario, has_agreements)
    yield from _times(scenario)
    yield from _shapes(scenario)
    try:
        truth = Truth(scenario)
    except ConfigError as error:
        names = [f"threat {threat.name}" for threat in scenario.threats]
        yield ("threat", names.index(error.key)), error.message
        return
    yield from _reach(scenario, truth)
    yield from _sight(scenario, truth)


def _links(scenario: Scenario) -> Found:
    """Nations that nothing reaches."""
    names = [nation.name for nation in scenario.nations]
    reached, edge = {scenario.hub}, [scenario.hub]
    while edge:
        here = edge.pop()
        for link in scenario.links:
            if here in link.between:
                other = next(name for name in link.between if name != here)
                if other not in reached:
                    reached.add(other)
                    edge.append(other)
    for i, name in enumerate(names):
        if len(names) > 1 and name not in reached:
            why = f"no [[link]] leads to {scenario.hub}, directly or through others: it plays alone"
            yield ("nation", i, "name"), f"{why}; add a link, or take the nation out"
    for i, link in enumerate(scenario.links):
        yield from _link(scenario, link, ("link", i))


def _link(scenario: Scenario, link: Link, key: Path) -> Found:
    if link.delay_s > DELAY_MAX_S:
        why = f"{link.delay_s:g} s is no delay of a link; for an outage give it a partition"
        yield (*key, "delay_s"), why
    if link.jitter_s > DELAY_MAX_S:
        yield (*key, "jitter_s"), f"{link.jitter_s:g} s is no jitter of a link; it is in seconds"
    for k, cut in enumerate(link.partitions):
        if cut.from_s >= scenario.duration_s:
            why = f"begins after the end of the scenario at {scenario.duration_s:g} s"
            yield (*key, "partition", k), f"{why}; it changes nothing"


def _people(scenario: Scenario) -> Found:
    """Posts that nobody sits at."""
    warned = {place.nation for place in scenario.places}
    for i, nation in enumerate(scenario.nations):
        posts = [person.post for person in nation.people]
        if nation.name in warned and "duty" not in posts:
            why = "nobody sits at its post duty, so no warning is ever acknowledged"
            yield ("nation", i, "name"), f"{why}; add a [[nation.person]]"
        for j, person in enumerate(nation.people):
            key = ("nation", i, "person", j)
            if person.post in posts[:j]:
                why = f'somebody sits at the post "{person.post}" already; only one can'
                yield (*key, "post"), why
            if person.post not in ("duty", "supervisor"):
                why = f'no node tells the post "{person.post}" anything; known: duty, supervisor'
                yield (*key, "post"), why
            if person.reaction_s > REACTION_MAX_S:
                why = f"{person.reaction_s:g} s is longer than any flight; it is in seconds"
                yield (*key, "reaction_s"), why
            if person.shown_s > REACTION_MAX_S:
                why = f"{person.shown_s:g} s until it is on the screen; it is in seconds"
                yield (*key, "shown_s"), why


def _agreements(scenario: Scenario, has_agreements: bool) -> Found:
    names = [nation.name for nation in scenario.nations]
    if len(names) > 1 and not scenario.agreements and not has_agreements:
        why = "nobody releases anything to anybody: state an [[agreement]]"
        yield ("nation",), why
    linked = {frozenset(link.between) for link in scenario.links}
    for i, agreed in enumerate(scenario.agreements):
        key = ("agreement", i)
        owners, partners = agreed.owners or names, agreed.partners or names
        pairs = [(a, b) for a in owners for b in partners if a != b]
        if not pairs:
            yield (*key, "partners"), "an owner cannot be its own partner; name another nation"
        named = agreed.owners and agreed.partners
        if named and not any(frozenset(pair) in linked for pair in pairs):
            why = "no link between these nations: nothing that it allows can pass; add a [[link]]"
            yield (*key, "owners"), why
        ids: set[str] = set()
        for j, clause in enumerate(agreed.clauses):
            if clause.id in ids:
                yield (*key, "clause", j, "id"), f'"{clause.id}" appears twice; give it another id'
            ids.add(clause.id)
            if clause.height_min_m >= clause.height_max_m:
                why = "must be more than height_min_m: as it stands nothing is ever released"
                yield (*key, "clause", j, "height_max_m"), why
            if not clause.classes and clause.what.value in ("track", "warning"):
                why = "names no class, so it allows nothing; list the classes"
                yield (*key, "clause", j, "what"), why


def _times(scenario: Scenario) -> Found:
    for i, threat in enumerate(scenario.threats):
        last_s = threat.start_s + (threat.count - 1) * threat.interval_s
        if last_s >= scenario.duration_s:
            why = f"the last of {threat.count} would start at {last_s:g} s, after the end"
            yield ("threat", i, "interval_s"), f"{why} at {scenario.duration_s:g} s"
        if threat.count == 1 and (threat.interval_s or threat.spacing_m):
            key = "interval_s" if threat.interval_s else "spacing_m"
            yield ("threat", i, key), "means nothing for one object; give it a count"
        if threat.count > 1 and not threat.interval_s and not threat.spacing_m:
            why = "all fly in one place; give them an interval_s or a spacing_m"
            yield ("threat", i, "count"), why
        if not isinstance(threat, Ballistic):
            kind = type(threat).__name__.lower()
            low, high = SPEEDS_MPS[kind]
            if not low <= threat.speed_mps <= high:
                why = f"{threat.speed_mps:g} m/s is no speed of a {kind}: {low:g} to {high:g} m/s"
                yield ("threat", i, "speed_mps"), why
            heights = [threat.height_m, *(w.height_m for w in threat.waypoints if w.height_m)]
            if min(heights) < HEIGHT_LOW_M:
                why = f"{min(heights):g} m above the ellipsoid is in the ground or the sea"
                yield ("threat", i, "height_m"), why
    for i, nation in enumerate(scenario.nations):
        for j, site in enumerate(nation.sensors):
            if site.period_s > scenario.duration_s:
                why = f"one rotation takes longer than the scenario, {scenario.duration_s:g} s"
                yield ("nation", i, "sensor", j, "period_s"), why


def _shapes(scenario: Scenario) -> Found:
    """Sensors that can see nothing, and places nobody could mean."""
    for i, nation in enumerate(scenario.nations):
        for j, site in enumerate(nation.sensors):
            key = ("nation", i, "sensor", j)
            if site.detection_probability == 0:
                yield (*key, "detection_probability"), "0 sees nothing; take the sensor out"
            if site.mast_m is not None and site.mast_m == 0 and site.height_m <= 0:
                yield (*key, "mast_m"), "an antenna on the ground sees nothing; give it a mast"
            if site.passive:
                yield (*key, "passive"), "the simulated radars measure ranges; take `passive` out"
            hides = [s for s in site.blocked if s.width_rad >= 2 * math.pi and s.up_to_deg >= 90]
            if hides:
                yield (*key, "blocked"), "all round to the zenith is blocked: it sees nothing"
    seen: dict[tuple[float, float], str] = {}
    for i, place in enumerate(scenario.places):
        at = place.centre_deg
        if at in seen:
            why = f'lies exactly on "{seen[at]}"; a warning would name both'
            yield ("place", i, "lat_deg"), why
        seen[at] = place.name
    warned = {place.nation for place in scenario.places}
    if scenario.threats and not warned:
        yield ("threat", 0), "there is no [[place]], so nobody is ever warned; add one"


def _reach(scenario: Scenario, truth: Truth) -> Found:
    """Threats that come down on nobody, and aims that are too far."""
    aimed = aims(scenario, truth)
    for i, threat in enumerate(scenario.threats):
        mine = [k for k, group in enumerate(truth.groups) if group == threat.name]
        if isinstance(threat, Ballistic):
            a, b = threat.launch, threat.aim
            corners = np.radians([a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg])
            if float(distance_m(*corners)) > RANGE_MAX_M:
                why = f"is more than {RANGE_MAX_M / 1e3:,.0f} km from the launch; check both"
                yield ("threat", i, "aim"), why
        if isinstance(threat, Aircraft) or not scenario.places:
            continue
        if not any(aimed[k].place for k in mine):
            last = "aim" if isinstance(threat, Ballistic) else "waypoints"
            why = "ends on no [[place]], so nobody need be warned of it; move it, or add a place"
            yield ("threat", i, last), why


def _sight(scenario: Scenario, truth: Truth) -> Found:
    """Threats that no sensor ever sees."""
    sites = [
        (i, j, Radar(site, truth, 0))
        for i, nation in enumerate(scenario.nations)
        for j, site in enumerate(nation.sensors)
    ]
    if not sites and scenario.threats:
        yield (
            ("nation",),
            "no nation has a sensor, so nothing is ever seen; add a [[nation.sensor]]",
        )
        return
    ever = np.zeros(truth.count, np.bool_)
    step_s = max(LOOK_S, scenario.duration_s / LOOKS)
    times = np.arange(0.0, scenario.duration_s + step_s, step_s)
    for time_s in times.tolist():
        position, _, exists = truth.state(time_s)
        height = height_m(position)
        for _, _, radar in sites:
            ever |= exists & radar.in_sight(radar.polar_of(position), height)
    for i, threat in enumerate(scenario.threats):
        mine = [k for k, group in enumerate(truth.groups) if group == threat.name]
        harmless = truth.threat_class[mine[0]] == ThreatClass.AIRCRAFT
        if not ever[mine].any() and not harmless:
            why = "never comes in sight of a sensor before the end; move it, or a sensor"
            yield ("threat", i, "name"), why
