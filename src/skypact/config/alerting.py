"""Procedures, recipients and rosters of a node's folder: `procedures/*.toml` and `people.toml`.

What is wrong with one of them is refused with file, line and reason; the others are used.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from skypact.config import signatures
from skypact.config.cards import Card
from skypact.core.errors import ConfigError
from skypact.core.toml import faults, with_line
from skypact.warning.alerting.lint import people_faults, procedure_faults
from skypact.warning.alerting.procedure import AlertingSettings, Procedure
from skypact.warning.settings import Place

PROCEDURES = "procedures"
PEOPLE = "people.toml"


class Alerting(NamedTuple):
    """What is used, and what was refused."""

    people: AlertingSettings
    procedures: tuple[Procedure, ...]
    refused: tuple[ConfigError, ...]


def read(
    path: Path,
    files: Mapping[str, str],
    places: Sequence[Place],
    cards: Mapping[str, Card],
    nation: str,
) -> Alerting:
    """Return what a folder's texts say. cards: of this nation and its partners, by nation."""
    partners = [name for name in cards if name != nation]
    people, refused = _people(str(path / PEOPLE), files.get(PEOPLE, ""), places, partners)
    texts = {
        str(path / name): text
        for name, text in sorted(files.items())
        if name.startswith(f"{PROCEDURES}/")
    }
    good: dict[str, Procedure] = {}
    for name, text in texts.items():
        if not name.endswith(".toml"):
            continue
        found = faults(text, Procedure, name)
        if not found:
            procedure = msgspec.convert(tomllib.loads(text), Procedure)
            said = [*procedure_faults(procedure, people, places), *_unique(procedure, good)]
            found = [with_line(ConfigError(m, path=name, key=k), text) for k, m in said]
            signers = {name: procedure.parties}
            found += signatures.faults(signers, texts, cards, nation)
            if not found:
                good[procedure.name] = procedure
        refused += found
    return Alerting(people, tuple(good.values()), tuple(refused))


def _unique(procedure: Procedure, others: Mapping[str, Procedure]) -> Iterator[tuple[str, str]]:
    if procedure.name in others:
        yield "name", f"another file has a procedure {procedure.name} already"


def _people(
    name: str, text: str, places: Sequence[Place], partners: Sequence[str]
) -> tuple[AlertingSettings, list[ConfigError]]:
    """Return recipients and rosters without those that have a fault, and the faults."""
    found = faults(text, AlertingSettings, name)
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return AlertingSettings(), found
    for _ in range(2):  # A roster may lose somebody who has a fault.
        people = msgspec.convert(_without(data, found), AlertingSettings)
        kept = _kept(data, found)
        said = [
            with_line(ConfigError(m, path=name, key=_there(key, kept)), text)
            for key, m in people_faults(people, places, partners)
        ]
        found += said
        if not said:
            break
    return msgspec.convert(_without(data, found), AlertingSettings), found


def _faulty(found: Sequence[ConfigError]) -> set[tuple[str, int]]:
    """Return table and index of the entries in which a fault lies."""
    hits = (re.match(r"(recipient|roster)\[(\d+)\]", fault.key) for fault in found)
    return {(hit[1], int(hit[2])) for hit in hits if hit}


def _kept(data: Mapping[str, Any], found: Sequence[ConfigError]) -> dict[str, list[int]]:
    faulty = _faulty(found)
    return {
        table: [i for i in range(len(_entries(data, table))) if (table, i) not in faulty]
        for table in ("recipient", "roster")
    }


def _entries(data: Mapping[str, Any], table: str) -> list[Any]:
    held = data.get(table)
    return cast(list[Any], held) if isinstance(held, list) else []


def _without(data: Mapping[str, Any], found: Sequence[ConfigError]) -> dict[str, Any]:
    """Return the data without what has a fault; a fault outside an entry drops its key."""
    kept = _kept(data, found)
    tops = {fault.key.partition(".")[0] for fault in found if "[" not in fault.key}
    out = {key: value for key, value in data.items() if key not in kept and key not in tops}
    return out | {table: [_entries(data, table)[i] for i in at] for table, at in kept.items()}


def _there(key: str, kept: Mapping[str, Sequence[int]]) -> str:
    """Return a key of what was kept as it is in the file."""
    hit = re.match(r"(recipient|roster)\[(\d+)\]", key)
    return key if hit is None else f"{hit[1]}[{kept[hit[1]][int(hit[2])]}]{key[hit.end() :]}"
