"""The compiled table decides what Cedar decides, for every agreement, track and warning.

Cedar judges the text of the policies and knows nothing of tables. In which areas a track lies is
worked out here, by another way than the table's. A planted fault in either must be found.
"""

import math
from datetime import UTC, datetime
from typing import Any, get_args
from unittest.mock import patch

import cedarpy
import msgspec
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import Context, Identity, ThreatClass
from skypact.sharing.lines import DelayLine, decided
from skypact.sharing.treaty import cedar, policy
from skypact.sharing.treaty.agreements import (
    DETECTIONS,
    Agreement,
    Bloc,
    IdentityName,
    What,
    detected_by,
)
from skypact.sharing.treaty.blocs import pairs
from skypact.sharing.treaty.labels import LabelRule, Labels, LabelSettings
from skypact.sharing.treaty.policy import Policy, Rule, Term, warning_rule
from tests.property.test_sharing_policy import NOW, clauses, inside, policies, skies
from tests.unit.picture.flights import T0, state
from tests.unit.sharing.treaty import ALL, agreement, clause, identified, own
from tests.unit.sharing.treaty import classes as classed

IDENTITIES = get_args(IdentityName)
CONTEXTS = st.sampled_from([(), (), (Context.EXERCISE,), (Context.OPERATION, Context.TEST)])
NATIONS = ("auria", "borvia", "cestia")


@st.composite
def agreements(draw: Any) -> Agreement:
    """Return an agreement with clauses of all kinds."""
    tracks = draw(policies())
    kinds = st.sampled_from(["warning", "acknowledgement", "identity", "unnamed"])
    told = [
        clause(
            what := draw(kinds),
            id=f"w{i}",
            classes=tuple(draw(st.lists(st.sampled_from(ALL), min_size=1, unique=True))),
            for_nations=tuple(draw(st.lists(st.sampled_from(NATIONS), unique=True))),
            contexts=draw(CONTEXTS),
            **_lets_go(draw) if what != "unnamed" else {},
        )
        for i in range(draw(st.integers(0, 3)))
    ]
    some = [
        msgspec.structs.replace(
            c,
            contexts=draw(CONTEXTS),
            identities=tuple(draw(st.sets(st.sampled_from(IDENTITIES), max_size=3))),
            detections=tuple(draw(st.sets(st.sampled_from(["other", *DETECTIONS]), max_size=3))),
            **_lets_go(draw),
        )
        for c in tracks.clauses
    ]
    plain = draw(st.sets(st.sampled_from(["coverage", "coalition"])))
    alone = [clause(what, id=what, classes=(), contexts=draw(CONTEXTS)) for what in sorted(plain)]
    mixed = draw(st.permutations([*some, *told, *alone]))
    bloc = draw(st.sampled_from(["", "", "coast"]))
    return agreement(
        *mixed,
        valid_from=tracks.valid_from,
        valid_until=tracks.valid_until,
        partner="" if bloc else "borvia",
        bloc=bloc,
    )


def _lets_go(draw: Any) -> dict[str, Any]:
    """Draw what of the owner's markings a clause lets go."""
    marked = draw(st.sets(st.sampled_from(["SECRET", "RESTRICTED"])))
    caveats = draw(st.sets(st.sampled_from(["EYES ONLY", "ALPHA"]))) if marked else ()
    return {"classifications": tuple(sorted(marked)), "caveats": tuple(sorted(caveats))}


@st.composite
def label_rules(draw: Any) -> LabelSettings:
    """Return how the owner marks what it holds."""
    kinds = ["track", "warning", "acknowledgement", "identity", "coverage"]
    rules: list[LabelRule] = []
    for _ in range(draw(st.integers(0, 3))):
        what = draw(st.sampled_from([("track",), ("track",), (), tuple(kinds[1:])]))
        held = draw(st.sets(st.sampled_from(IDENTITIES), max_size=3)) if what == ("track",) else ()
        rules.append(
            LabelRule(
                what=what,
                classes=tuple(draw(st.sets(st.sampled_from(ALL), max_size=3))),
                identities=tuple(held),
                classification=draw(st.sampled_from(["SECRET", "RESTRICTED"])),
                caveats=tuple(draw(st.sets(st.sampled_from(["EYES ONLY", "ALPHA"]), max_size=2))),
                releasable_to=draw(st.sampled_from([(), ("borvia",), ("cestia",)])),
            )
        )
    return LabelSettings(rules=tuple(rules))


def marking(rules: LabelSettings, what: str, threat: str, identity: str) -> dict[str, Any]:
    """Return how an object is marked, as Cedar is told: by another way than the tables'."""
    for rule in rules.rules if what not in ("unnamed", "coalition") else ():
        named = not rule.what or what in rule.what
        classed_so = not rule.classes or threat in rule.classes
        if named and classed_so and (not rule.identities or identity in rule.identities):
            return {
                "classification": rule.classification,
                "caveats": list(rule.caveats),
                "releasable_to": list(rule.releasable_to),
            }
    return {"classification": "UNMARKED", "caveats": [], "releasable_to": []}


PLAIN = LabelSettings()


@st.composite
def memberships(draw: Any) -> tuple[Bloc, ...]:
    """Return who is in the bloc and when, and in another."""
    spans = draw(st.sampled_from([[(1, 30)], [(1, 14), (20, 30)], [(1, 14)], [(1, 15), (15, 30)]]))
    named = st.lists(st.sampled_from(NATIONS), min_size=1, unique=True)
    return tuple(
        Bloc(
            bloc=draw(st.sampled_from(["coast", "coast", "hills"])),
            members=tuple(draw(named)),
            valid_from=datetime(2023, 11, begin, tzinfo=UTC),
            valid_until=datetime(2023, 11, end, tzinfo=UTC),
        )
        for begin, end in spans
    )


DETECTED = 3
"""Bits: primary and secondary radar."""


def held_as(number: int) -> Identity:
    """Return what the owner holds a track as, in a test."""
    return Identity[IDENTITIES[number % len(IDENTITIES)].upper()]


def by_table(
    treaty: Agreement,
    sky: list,
    suspended: frozenset[str],
    blocs: tuple[Bloc, ...] = (),
    rules: LabelSettings = PLAIN,
) -> list[str]:
    """Return which clause decides about each track, warning and so on, "" none."""
    about = (Context.EXERCISE, Labels(rules, "auria"))
    table = Policy([*pairs(treaty, blocs)], "auria", "borvia", *about)
    table.suspend({"" if name == cedar.WHOLE else name for name in suspended})
    term = table.term(NOW)
    if term is None:
        return [""] * (len(sky) + len(ThreatClass) * (2 * len(NATIONS) + 2) + 2)
    line = DelayLine(0)
    line.feed(classed(T0, **{f"n{n}": threat for n, _, threat in sky}), T0)
    line.feed(own([n for n, _, _ in sky], [x for _, x, _ in sky], T0, detection=DETECTED), T0)
    for n, _, _ in sky:
        if held_as(n) is not Identity.UNKNOWN or n % 2:
            line.feed(identified(T0, n, held_as(n)), T0)
    chosen = decided(term, line)[line.tracks.rows([n for n, _, _ in sky])].tolist()
    names = [term.rules[i].name if i >= 0 else "" for i in chosen]
    for threat in ThreatClass:
        told = [warning_rule(term, "borvia", nation, threat) for nation in NATIONS]
        others = [term.table[w, int(threat)] for w in (What.ACKNOWLEDGEMENT, What.IDENTITY)]
        told += [rules[0] if rules else None for rules in others]
        told += [passing(term, nation, threat) for nation in NATIONS]
        names += [rule.name if rule else "" for rule in told]
    for what in (What.COVERAGE, What.COALITION):
        names.append(next((r.name for r in term.table[what, 0]), ""))
    return names


def passing(term: Term, nation: str, threat: ThreatClass) -> Rule | None:
    """Return the rule under which what is of a class may be passed on to a nation."""
    rules = term.table[What.UNNAMED, int(threat)]
    return next((r for r in rules if nation in r.clause.for_nations), None)


def by_cedar(
    treaty: Agreement,
    sky: list,
    suspended: frozenset[str],
    text: str,
    blocs: tuple[Bloc, ...] = (),
    rules: LabelSettings = PLAIN,
) -> list[str]:
    context = {"purpose": "exercise", "now_us": NOW // 1000, "suspended": sorted(suspended)}
    asked: list[tuple[str, dict[str, Any]]] = []
    for n, x, threat in sky:
        lat, lon, height = (float(v) for v in geodetic_from_ecef(x[:3]))
        where = (math.degrees(lat), math.degrees(lon))
        areas = [c.id for c in treaty.clauses if c.area_deg and inside(c.area_deg, *where)]
        facts = {"height_mm": math.floor(height * 1000), "areas": areas, "warned": "", "told": ""}
        facts |= {"identity": held_as(n).name.lower(), "detections": list(detected_by(DETECTED))}
        asked.append(("track", {**facts, "class": ThreatClass(threat).name.lower()}))
    for threat in ThreatClass:
        facts = {"height_mm": 0, "areas": [], "class": threat.name.lower(), "told": ""}
        asked += [("warning", {**facts, "warned": nation}) for nation in NATIONS]
        asked.append(("acknowledgement", {**facts, "warned": ""}))
        asked.append(("identity", {**facts, "warned": ""}))
        asked += [("unnamed", {**facts, "warned": "", "told": nation}) for nation in NATIONS]
    nothing = {"height_mm": 0, "areas": [], "class": "", "warned": "", "told": ""}
    asked += [(what, nothing) for what in ("coverage", "coalition")]
    owner = {"__entity": {"type": "Nation", "id": "auria"}}
    for what, facts in asked:
        facts |= marking(rules, what, facts["class"], facts.get("identity", ""))
    entities = [
        {"uid": {"type": "Object", "id": str(i)}, "attrs": {"owner": owner, **facts}, "parents": []}
        for i, (_, facts) in enumerate(asked)
    ]
    at = datetime.fromtimestamp(NOW / 1e9, UTC)
    held = [b.bloc for b in blocs if "borvia" in b.members and b.valid_from <= at < b.valid_until]
    parents = [{"type": "Bloc", "id": name} for name in dict.fromkeys(held)]
    entities += [{"uid": parent, "attrs": {}, "parents": []} for parent in parents]
    us = {"type": "Nation", "id": "borvia"}
    entities.append({"uid": us, "attrs": {"name": "borvia"}, "parents": parents})
    requests = [
        {
            "principal": 'Nation::"borvia"',
            "action": f'Action::"{action}"',
            "resource": f'Object::"{i}"',
            "context": context,
        }
        for i, (action, _) in enumerate(asked)
    ]
    answers = cedarpy.is_authorized_batch(requests, cedarpy.PolicySet.from_str(text), entities)
    return [_clause(treaty, answer) for answer in answers]


def _clause(treaty: Agreement, answer: cedarpy.AuthzResult) -> str:
    """Return the clause whose policy permits: policies are numbered as they stand in the text,
    after the one that forbids."""
    assert answer.diagnostics.errors == []
    if not answer.allowed:
        return ""
    (only,) = answer.diagnostics.reasons
    return f"auria-borvia/{treaty.clauses[int(only.removeprefix('policy')) - 1].id}"


@settings(max_examples=150)
@given(agreements(), skies(), memberships(), label_rules(), st.data())
def test_the_table_decides_what_cedar_decides(
    treaty: Agreement, sky: list, blocs: tuple[Bloc, ...], rules: LabelSettings, data: Any
):
    ids = [cedar.WHOLE, *(c.id for c in treaty.clauses)]
    suspended = frozenset(data.draw(st.sets(st.sampled_from(ids), max_size=2)))
    text = cedar.policies(treaty)
    decided_by = by_cedar(treaty, sky, suspended, text, blocs, rules)
    assert by_table(treaty, sky, suspended, blocs, rules) == decided_by


AREA = ((-31.0, -19.0), (-31.0, -17.0), (-33.0, -17.0), (-33.0, -19.0))
TREATY = agreement(
    clause(id="1", classes=("drone",), area_deg=AREA, height_max_m=9_500.0),
    clause(id="2", classes=("drone", "rocket")),
    clause("warning", id="3", classes=("rocket",), for_nations=("cestia",)),
    clause(id="4", classes=("cruise",), detections=("other",)),
    clause(id="5", classes=("cruise",), identities=("hostile",)),
    clause(id="6", classes=("ballistic",), classifications=("SECRET",), caveats=("ALPHA",)),
)
RULES = LabelSettings(
    rules=(
        LabelRule(classes=("ballistic",), classification="SECRET", caveats=("ALPHA",)),
        LabelRule(classes=("drone",), classification="SECRET", releasable_to=("cestia",)),
    )
)
SKY = [
    (1, state(0, 0, 0, 0), int(ThreatClass.DRONE)),
    (2, state(200_000, 0, 0, 0), int(ThreatClass.DRONE)),
    (3, state(0, 0, 0, 0), int(ThreatClass.ROCKET)),
    (5, state(0, 0, 0, 0), int(ThreatClass.CRUISE)),
    (6, state(0, 0, 0, 0), int(ThreatClass.BALLISTIC)),
]


def differs(text: str, suspended: frozenset[str] = frozenset()) -> bool:
    return by_table(TREATY, SKY, suspended) != by_cedar(TREATY, SKY, suspended, text)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ('["hostile"].contains(resource.identity)', '["friend"].contains(resource.identity)'),
        ('["other"].containsAll(resource.detections)', "true"),
        ("resource.height_mm < 9500000", "resource.height_mm < 8500000"),
        ('["drone", "rocket"].contains', '["rocket"].contains'),
        ('resource.areas.contains("1")', '!resource.areas.contains("1")'),
        ('["cestia"].contains(resource.warned)', '["borvia"].contains(resource.warned)'),
        ("context.now_us < 17", "context.now_us < 16"),
    ],
)
def test_a_planted_fault_in_the_text_is_found(said: str, wrong: str):
    text = cedar.policies(TREATY)
    assert said in text
    assert not differs(text)
    assert differs(text.replace(said, wrong))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ('["SECRET"].contains(resource.classification)', "true"),
        ('["ALPHA"].containsAll(resource.caveats)', '["BETA"].containsAll(resource.caveats)'),
        ('resource.classification == "UNMARKED"', 'resource.classification == "SECRET"'),
        ("resource.releasable_to.isEmpty()", "!resource.releasable_to.isEmpty()"),
    ],
)
def test_a_planted_fault_about_labels_is_found(said: str, wrong: str):
    text, nobody = cedar.policies(TREATY), frozenset[str]()
    assert said in text

    def found(text: str, rules: LabelSettings) -> bool:
        told = by_cedar(TREATY, SKY, nobody, text, (), rules)
        return by_table(TREATY, SKY, nobody, (), rules) != told

    restricted = LabelSettings(rules=(LabelRule(classification="RESTRICTED"),))
    assert not any(found(text, rules) for rules in (PLAIN, RULES, restricted))
    assert any(found(text.replace(said, wrong), rules) for rules in (PLAIN, RULES, restricted))


def test_a_planted_fault_in_the_table_is_found():
    text = cedar.policies(TREATY)
    with patch.object(policy, "within", lambda corners, lat, lon: lat > 9):
        assert differs(text)
    assert not differs(text, frozenset({"1"}))
    assert differs(text.replace("!context.suspended", "context.suspended"), frozenset({"1"}))


def test_a_planted_fault_of_a_bloc_is_found():
    text = msgspec.structs.replace(TREATY, partner="", bloc="coast")
    of = {"bloc": "coast", "valid_from": text.valid_from, "valid_until": text.valid_until}
    member, other = Bloc(members=("borvia",), **of), Bloc(members=("cestia",), **of)
    nobody: frozenset[str] = frozenset()
    for said in (member, other):
        found = by_cedar(text, SKY, nobody, cedar.policies(text), (said,))
        assert by_table(text, SKY, nobody, (said,)) == found
        assert any(found) == (said is member)
    wrong = cedar.policies(text).replace('Bloc::"coast"', 'Bloc::"hills"')
    assert not any(by_cedar(text, SKY, nobody, wrong, (member,)))


def test_clauses_are_drawn_with_every_kind_of_limit():
    """Else the property above could hold for want of cases."""
    for wanted in (
        lambda c: bool(c.area_deg),
        lambda c: c.height_max_m < 1e7,
        lambda c: c.delay_s > 0,
    ):
        find(clauses(0), wanted)
    for wanted in (lambda c: c.identities, lambda c: c.detections):
        find(agreements(), lambda a, wanted=wanted: any(map(wanted, a.clauses)))
