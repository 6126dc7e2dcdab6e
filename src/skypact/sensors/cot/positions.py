"""Positions in the air that Cursor on Target reports: what partners' sensors and clients say.

A report is a claim. The identity in its type is left aside: that a sender calls itself or another
friend proves nothing. Only types of the air (a-IDENTITY-A) become positions.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import DecodeError
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.cot.event import EXERCISE, NOT_KNOWN, SIMULATION, Event
from skypact.sensors.cot.stream import Frame, datagram, read, split
from skypact.sensors.cot.xml import Reading

SECOND_NS = 1_000_000_000
UNKNOWN_SD_M = 200.0
"""Taken for a position whose error the sender does not say, or says to be nothing."""
SPEED_MAX_MPS = 1e4
KINDS_MAX = 50
_AIR = re.compile(r"a-[a-zA-Z.]-A(-|$)")
# As ADS-B gateways name aircraft: the 24-bit address behind ICAO.
_ADDRESS = re.compile(r"ICAO[-.:]?([0-9A-Fa-f]{6})$")


@dataclass(slots=True)
class Positions:
    """columns: of PositionReports; unknown: events that are no position in the air, by type."""

    columns: dict[str, NDArray[Any]]
    records: int = 0
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[str, int] = field(default_factory=dict[str, int])


def read_positions(
    pending: bytes,
    arrived: Iterable[tuple[bytes, int]],
    *,
    stream: bool,
    clock_error_max_s: float,
    refuse_simulated: bool,
) -> tuple[Positions, bytes]:
    """Return what pieces of a stream, or datagrams, report, and the new `pending` of a stream.

    arrived: (bytes, ns UTC); an event whose time is further from its arrival than
    `clock_error_max_s`, or that was stale when it came, is refused; refuse_simulated: live duty
    takes nothing that says it is exercise or simulation.
    """
    refusals: list[Refusal] = []
    rows: list[tuple[float, ...]] = []
    names: list[tuple[int, bytes]] = []
    unknown: dict[str, int] = {}
    for data, arrival_ns in arrived:
        if stream:
            frames, junk, pending = split(pending, data)
        else:
            frames, junk = datagram(data)
        refusals += junk
        for frame in frames:
            said = _said(frame, refusals)
            if said is None:
                continue
            event = said.event
            if not _AIR.match(event.kind):
                kind = event.kind[:40] if len(unknown) < KINDS_MAX else "another type"
                unknown[kind] = unknown.get(kind, 0) + 1
                continue
            why = _fault(event, arrival_ns, clock_error_max_s, refuse_simulated)
            if why:
                refusals.append(Refusal(0, why))
                continue
            rows.append(_row(said))
            names.append(_names(event))
    return Positions(_columns(rows, names), len(rows), refusals, unknown), pending


def _said(frame: Frame, refusals: list[Refusal]) -> Reading | None:
    try:
        return read(frame)
    except DecodeError as error:
        refusals.append(Refusal(error.offset, error.message))
        return None


def _fault(event: Event, arrival_ns: int, clock_error_max_s: float, refuse_simulated: bool) -> str:
    if refuse_simulated and event.opex[:1] in (EXERCISE[0], SIMULATION[0]):
        return "exercise or simulation on an operational feed"
    if abs(event.time_ns - arrival_ns) > clock_error_max_s * SECOND_NS:
        return "time too far from the arrival: is the sender's clock right?"
    if event.stale_ns < arrival_ns:
        return "stale when it came"
    return ""


def _row(said: Reading) -> tuple[float, ...]:
    """Return time_ns, lat, lon (degrees), height, east, north (m/s), standard deviation."""
    event = said.event
    speed_mps, course_deg = (_number(text) for text in said.motion)
    if not (0 <= speed_mps <= SPEED_MAX_MPS and abs(course_deg) <= 360):
        speed_mps = math.nan
    course = math.radians(course_deg)
    known = 0 < event.ce_m < NOT_KNOWN
    height_m = event.hae_m if -1e3 <= event.hae_m <= 5e5 else math.nan
    return (
        event.time_ns,
        event.lat_deg,
        event.lon_deg,
        height_m,
        speed_mps * math.sin(course),
        speed_mps * math.cos(course),
        min(event.ce_m, 1e6) if known else UNKNOWN_SD_M,
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _names(event: Event) -> tuple[int, bytes]:
    """Return (24-bit address, 0 none; callsign)."""
    found = _ADDRESS.search(event.uid)
    contact = event.element("contact")
    callsign = contact.value("callsign") if contact else ""
    kept = "".join(c for c in callsign.upper() if c.isascii() and c.isalnum())
    return int(found[1], 16) if found else 0, kept[:8].encode()


def _columns(
    rows: list[tuple[float, ...]], names: list[tuple[int, bytes]]
) -> dict[str, NDArray[Any]]:
    table = np.array([row[1:] for row in rows], np.float64).reshape(-1, 6)
    nothing = np.full(len(rows), np.nan)
    return {
        # Not through a float: nanoseconds of today need 61 bits.
        "time_ns": np.array([row[0] for row in rows], np.int64),
        "lat_rad": np.radians(table[:, 0]),
        "lon_rad": np.radians(table[:, 1]),
        "height_wgs84_m": table[:, 2],
        "altitude_pressure_m": nothing,
        "velocity_enu_mps": np.stack([table[:, 3], table[:, 4], nothing], -1),
        "position_sd_m": table[:, 5],
        "address": np.array([address for address, _ in names], np.uint32),
        "callsign": np.array([callsign for _, callsign in names], "S8"),
    }
