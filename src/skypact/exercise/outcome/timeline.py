"""What happened when: what was fired and came down, what people were told and decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from skypact.exercise.cast.injects import SensorOut, Suspend
from skypact.exercise.outcome.aims import Aim
from skypact.exercise.outcome.warned import Warned
from skypact.exercise.scenario import Scenario
from skypact.exercise.watch.watch import SECOND_NS, Watch

WORDS = {
    "warning_raised": "warning",
    "warning_acknowledged": "acknowledged",
    "warning_escalated": "escalated, nobody answered",
    "all_clear_proposed": "all-clear proposed",
    "warning_cleared": "all-clear",
    "reminder": "reminder, nobody has answered",
}
ROWS_MAX = 2_000


def timeline(
    scenario: Scenario, watches: Mapping[str, Watch], aims: Sequence[Aim], found: Sequence[Warned]
) -> list[dict[str, Any]]:
    """Return rows of (at_s, nation, what, text, decision: whether a person decided it), by time."""
    rows: list[dict[str, Any]] = []
    groups: dict[str, list[Aim]] = {}
    for aim in aims:
        groups.setdefault(aim.group, []).append(aim)
    for name, members in groups.items():
        begin_s, end_s = min(a.start_s for a in members), max(a.end_s for a in members)
        count = f" ({len(members)})" if len(members) > 1 else ""
        text = f"{name}{count}: {members[0].threat_class} in the air"
        rows.append(_row(begin_s, "", "begins", text))
        if end_s <= scenario.duration_s:
            places = ", ".join(sorted({a.place for a in members if a.place})) or "no defended place"
            rows.append(_row(end_s, members[0].nation, "ends", f"{name}{count} ends: {places}"))
    for link in scenario.links:
        pair = " and ".join(link.between)
        for cut in link.partitions:
            rows.append(_row(cut.from_s, "", "link", f"link between {pair} fails"))
            rows.append(_row(cut.to_s, "", "link", f"link between {pair} is back"))
    rows += _injects(scenario)
    for nation, watch in watches.items():
        rows += _told(nation, watch)
    rows.sort(key=lambda row: (row["at_s"], row["nation"], row["text"]))
    return rows[:ROWS_MAX]


def _injects(scenario: Scenario) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for inject in scenario.injects:
        if isinstance(inject, SensorOut):
            rows.append(_row(inject.at_s, "", "link", f"sensor {inject.sensor} is off"))
            rows.append(_row(inject.until_s, "", "link", f"sensor {inject.sensor} is on again"))
            continue
        does = "suspends" if isinstance(inject, Suspend) else "resumes"
        which = f"{inject.agreement}/{inject.clause}" if inject.clause else inject.agreement
        text = f"{inject.nation} {does} {which}: {inject.reason}"
        rows.append(_row(inject.at_s, inject.nation, "decision", text))
    return rows


def _told(nation: str, watch: Watch) -> list[dict[str, Any]]:
    """Return what the people of a nation were told of warnings for it, and what they decided."""
    rows: list[dict[str, Any]] = []
    for told in watch.told.values():
        warning = told.latest
        if warning.nation != nation:
            continue
        seen: set[str] = set()
        places = ", ".join(told.place_ns) or "no place"
        for step in told.steps:
            if step.event not in WORDS or step.event in seen:
                continue
            seen.add(step.event)
            text = f"{WORDS[step.event]}: {warning.threat_class.name.lower()} towards {places}"
            if step.event == "warning_raised":
                text += f", raised by {warning.origin}"
            who = {"warning_acknowledged": warning.acknowledged_by}
            who["warning_cleared"] = warning.cleared_by
            person = who.get(step.event, "")
            text += f", {person}" if person else ""
            at_s = (step.at_ns - watch.start_ns) / SECOND_NS
            rows.append(_row(at_s, nation, "decision" if person else "told", text))
    return rows


def _row(at_s: float, nation: str, what: str, text: str) -> dict[str, Any]:
    return {"at_s": round(at_s, 3), "nation": nation, "what": what, "text": text}
