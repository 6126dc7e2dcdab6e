"""A mark in every field of own tracks and warnings: only what its agreement allows reaches a
partner's bytes, partner by partner.

Marks are made by walking the messages' own definitions, so a field that somebody adds tomorrow is
marked too. What is too narrow to be a mark (a class, a bit field, a counter) is checked by value in
test_sharing_policy.
"""

import struct
from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin
from unittest.mock import patch

import msgspec
import numpy as np
import pytest

from skypact.core.columns import pack
from skypact.core.messages import (
    STATE_COLUMNS,
    AirWarning,
    ImpactEllipse,
    Ledger,
    OwnTracks,
    Release,
    ThreatClass,
    ThreatenedPlace,
    WarningAcknowledged,
    WarningRaised,
    WarningState,
)
from skypact.sharing import tracks_out, warnings_out
from skypact.sharing.treaty.agreements import Agreement
from tests.unit.picture.flights import T0, S, state
from tests.unit.sharing.treaty import ISSUER, agreement, classes, clause, sharing

PARTNERS = ("borvia", "cestia")
NARROW = {"quality", "detection", "number"}
"""Columns of a byte, and the number, which is told to all."""
PLAIN = {"origin", "nation", "track", "threat_class", "state", "version", "places", "impact"}
"""Fields of a warning that are no marks of their own."""
ROUND = {"position_grid_m": 1_000.0, "velocity_grid_mps": 20.0}
STATE = {"time_ns", "position_ecef_m", "velocity_ecef_mps", "covariance"}
TIMES = {"assessed_ns", "acknowledge_by_ns"} | {
    f"ledger.{name}_ns" for name in ("detected", "tracked", "raised")
}


def treaty(partner: str, coarse: bool, shows: bool) -> Agreement:
    return agreement(
        clause(id="1", show_callsign=shows, show_address=shows, **(ROUND if coarse else {})),
        clause("warning", id="2", show_impact=shows),
        clause("acknowledgement", id="3", show_person=shows),
        partner=partner,
    )


class Marks:
    """Values that occur nowhere else, and the bytes by which each is known."""

    def __init__(self) -> None:
        self.bytes_of: dict[str, bytes] = {}

    def text(self, path: str) -> str:
        value = f"mark{len(self.bytes_of):04d}"
        self.bytes_of[path] = value.encode()
        return value

    def number(self, path: str) -> float:
        value = 0.123456789 + len(self.bytes_of) / 1000
        self.bytes_of[path] = struct.pack(">d", value)
        return value

    def time_ns(self, path: str) -> int:
        value = T0 - 123_456_789 - len(self.bytes_of)
        self.bytes_of[path] = struct.pack(">Q", value)
        return value

    def struct(self, kind: type[msgspec.Struct], path: str = "", **plain: Any) -> Any:
        """Return a Struct with a mark in every field that is not given."""
        made: dict[str, Any] = dict(plain)
        for field in msgspec.structs.fields(kind):
            if field.name not in plain:
                made[field.name] = self.value(field.type, f"{path}{field.name}")
        return kind(**made)

    def value(self, kind: Any, path: str) -> Any:
        plain = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
        if get_origin(plain) in (Union, UnionType):
            return self.value(get_args(plain)[0], path)
        if get_origin(plain) is tuple:
            return (self.value(get_args(plain)[0], path),)
        if plain is int:
            return self.time_ns(path)
        if plain is str:
            return self.text(path)
        if plain is float:
            return self.number(path)
        if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
            return self.struct(plain, f"{path}.")
        raise AssertionError(f"{path}: say in this test how to mark a {kind}")


def tracks(marks: Marks) -> OwnTracks:
    """Return one track with a mark in every column."""
    x = state(1234.5, 2345.6, 150.0, 90.0)
    values: dict[str, Any] = {
        "number": [105],
        "quality": [9],
        "detection": [7],
        "position_ecef_m": x[None, :3],
        "velocity_ecef_mps": x[None, 3:],
        "covariance": (np.arange(21.0) * 1.37 + 900.123)[None],
        "address": [0x4B1A2C],
        "callsign": np.array([b"MARKCALL"], "S8"),
    }
    for i, name in enumerate(n for n in STATE_COLUMNS if n not in values):
        values[name] = [T0 - 777_777_777 - i]
    for name in values.keys() - NARROW:
        column = np.asarray(values[name]).astype(STATE_COLUMNS[name].dtype)
        marks.bytes_of[f"track.{name}"] = column.reshape(-1)[:1].tobytes()
    header = {**ISSUER.header(T0, T0), "id": marks.text("track.id")}
    return OwnTracks(**header, count=1, **pack(OwnTracks, **values))


def warning(marks: Marks, kind: type, nation: str, origin: str = "auria") -> Any:
    """Return an event of a warning with a mark in every field."""
    at = f"{origin} for {nation} "
    places = tuple(
        marks.struct(ThreatenedPlace, f"{at}place of {n}.", nation=n) for n in (*PARTNERS, "auria")
    )
    plain = {
        "origin": origin,
        "nation": nation,
        "track": 105,
        "threat_class": ThreatClass.BALLISTIC,
        "state": WarningState.RAISED,
        "version": 1,
        "places": places,
        "impact": marks.struct(ImpactEllipse, f"{at}impact."),
    }
    assert plain.keys() == PLAIN
    made = marks.struct(AirWarning, at, **plain)
    if origin != "auria":
        made = msgspec.structs.replace(made, warning_id=f"{origin}/{'ab' * 16}")
    return kind(**ISSUER.header(T0, T0), warning=made)


def left(marks: Marks, coarse: str) -> dict[str, set[str]]:
    """Return by partner which marks are in its bytes; `coarse`: who gets little."""
    room = sharing(*(treaty(p, p == coarse, p != coarse) for p in PARTNERS))
    room.handle(classes(T0, n105=ThreatClass.BALLISTIC), T0)
    out = [*room.handle(tracks(marks), T0), *room.wake(T0 + S)]
    for partner in PARTNERS:
        out += room.handle(warning(marks, WarningRaised, partner), T0 + S)
        answer = warning(marks, WarningAcknowledged, "auria", partner)
        out += room.handle(answer, T0 + S)
    found: dict[str, set[str]] = {}
    for partner in PARTNERS:
        sent = [m for m in out if isinstance(m, Release) and m.partner == partner]
        assert len({m.stream for m in sent}) == 3
        data = b"".join(m.frame for m in sent)
        found[partner] = {path for path, mark in marks.bytes_of.items() if mark in data}
    return found


def allowed(partner: str, coarse: bool) -> set[str]:
    """Return what an agreement lets one partner see, field by field."""
    own, answer = f"auria for {partner} ", f"{partner} for auria "
    names = {f"{own}{name}" for name in TIMES}
    names |= set(_fields(f"{own}place of {partner}.", ThreatenedPlace, "nation"))
    names |= {f"{answer}ledger.{name}_ns" for name in ("received", "shown", "acknowledged")}
    if not coarse:
        names |= {f"track.{name}" for name in (*STATE, "callsign", "address")}
        names |= set(_fields(f"{own}impact.", ImpactEllipse))
        names |= {f"{answer}acknowledged_by"}
    return names


def _fields(path: str, kind: type[msgspec.Struct], *without: str) -> Iterator[str]:
    return (f"{path}{f.name}" for f in msgspec.structs.fields(kind) if f.name not in without)


@pytest.mark.parametrize("coarse", PARTNERS)
def test_each_partner_gets_its_own_fields_and_no_other(coarse: str):
    found = left(Marks(), coarse)
    assert found == {partner: allowed(partner, partner == coarse) for partner in PARTNERS}


def test_every_field_is_marked():
    marks = Marks()
    left(marks, "borvia")
    wide = STATE_COLUMNS.keys() - NARROW
    assert {f"track.{name}" for name in wide} < marks.bytes_of.keys()
    for name in ("warning_id", "class_probability", "reason", "acknowledged_by", "cleared_by"):
        assert f"auria for borvia {name}" in marks.bytes_of
    ledger = {f.name for f in msgspec.structs.fields(Ledger)}
    assert {f"auria for borvia ledger.{name}" for name in ledger} < marks.bytes_of.keys()


def _other_places(made: Any, *rest: Any) -> Any:
    body = _BODY(made, *rest)
    return msgspec.structs.replace(body, places=made.places)


def _reason(made: Any, *rest: Any) -> Any:
    body = _BODY(made, *rest)
    place = msgspec.structs.replace(body.places[0], name=made.reason)
    return msgspec.structs.replace(body, places=(place,))


def _first_seen(held: Any, rows: np.ndarray, one: Any, out: dict) -> None:
    _DEGRADED(held, rows, one, out)
    out["time_ns"][:] = T0 - 777_777_778


def _unrounded(held: Any, rows: np.ndarray, one: Any, out: dict) -> None:
    _DEGRADED(held, rows, one, out)
    out["position_ecef_m"][:] = held["state"][rows][:, :3]


_BODY, _DEGRADED = warnings_out._warning_body, tracks_out.degraded
PLANTS = {
    "places of others": ("skypact.sharing.warnings_out._warning_body", _other_places),
    "the reason": ("skypact.sharing.warnings_out._warning_body", _reason),
    "nothing is rounded": ("skypact.sharing.tracks_out.degraded", _unrounded),
    "when it was first seen": ("skypact.sharing.tracks_out.degraded", _first_seen),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_leak_is_found(plant: str):
    with patch(*PLANTS[plant]):
        found = left(Marks(), "borvia")
    assert found["borvia"] - allowed("borvia", coarse=True)
