"""Procedures from files, and orders about alerts to a running node."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skypact.cli.agreement.seat import ask, looked_at
from skypact.config import check_folder
from skypact.config.alerting import PEOPLE, PROCEDURES
from skypact.core.errors import ConfigError
from skypact.core.toml import decode_toml
from skypact.warning.alerting.procedure import Procedure
from skypact.warning.alerting.words import said


def faults(folder: Path) -> list[ConfigError]:
    """Return every fault of a node's procedures and people."""
    about = (str(folder / PEOPLE), str(folder / PROCEDURES))
    found = check_folder(folder)
    mine = [fault for fault in found if fault.path.startswith(about)]
    # With a fault elsewhere nobody has looked at these yet.
    return mine or [fault for fault in found if not fault.path.startswith(about)]


def shown(file: Path) -> Iterator[str]:
    """Yield what a procedure does; raises ConfigError for its first fault."""
    yield from said(decode_toml(file.read_text("utf-8"), Procedure, str(file)))


def order(folder: Path, person: str, **given: Any) -> None:
    """Give an order about an alert; returns once it is on the node's disk. Raises LinkError."""
    ask(folder, person, {"ask": "alert", **given})


def standing(folder: Path) -> Iterator[str]:
    """Yield how the alerts of a running node stand; raises LinkError."""
    told = looked_at(folder, "alerts")
    for alert in told["alerts"]:
        yield (
            f"{alert['id']} {alert['procedure']} {alert['class']} {alert['state'].upper()} "
            f"since {_at(alert['raised_ms'])}"
        )
        for place in alert["places"]:
            soon = f", arrival {_at(place['arrival_ms'])}" if place["arrival_ms"] else ""
            yield f"  {place['name']}: {place['stage'].replace('_', ' ')}{soon}"
        for pending in alert["pending"]:
            by = ", ".join(pending["released_by"]) or "nobody yet"
            yield f"  WAITS: {pending['step']}, {pending['persons']} needed, released by {by}"
        for reach in alert["reaches"]:
            person = f" by {reach['person']}" if reach["person"] else ""
            evidence = f" ({reach['evidence']})" if reach["evidence"] else ""
            yield (
                f"  {reach['step']}: {reach['who']} by {reach['channel']}, {reach['state']}, "
                f"{reach['outcome']}{person}{evidence}"
            )
    if not told["alerts"]:
        yield "no alert"
    for base in told["readiness"]:
        old = ", EXPIRED" if base["expired"] else ""
        by = f" by {base['person']}: {base['reason']}" if base["person"] else ""
        yield f"{base['name']}: {base['state']}{old}{by}"
        if base["proposed"]:
            yield f"  PROPOSED: {base['proposed']['state']}, {base['proposed']['reason']}"
    for one in told["watch"]:
        until = f" until {_at(one['until_ms'])}" if one["until_ms"] else ""
        by = f", put there by {one['overridden_by']}" if one["overridden_by"] else ""
        yield f"on watch, {one['roster']}: {one['who'] or 'NOBODY'}{until}{by}"
    for one in told["tested"]:
        yield f"tested, {one['who']} by {one['channel']}: {one['state']} {one['evidence']}".rstrip()


def _at(ms: float) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%H:%M:%SZ}"
