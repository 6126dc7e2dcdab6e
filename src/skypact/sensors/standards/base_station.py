"""BaseStation (SBS-1): a line of text a Mode S message, as receivers write them on port 30003.

Source: "SBS-1 BaseStation socket data", fields 1-22. Airborne positions (MSG,3) are read; the other
lines carry no position. The time is the arrival: receivers write local time of no stated zone.
"""

import math
import re
from typing import NamedTuple

import numpy as np

from skypact.core.messages import PositionReports
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.standards.standard import Decoded, blank

FIELDS = 22
FEET_M = 0.3048
POSITION_SD_M = 100.0
_KINDS = frozenset(("MSG", "SEL", "ID", "AIR", "STA", "CLK"))
_TRANSMISSIONS = frozenset("12345678")
_AIRBORNE = "3"
_ADDRESS, _CALLSIGN, _ALTITUDE, _LAT, _LON, _GROUND = 4, 10, 11, 14, 15, 21
# A line begins at its kind too: where an end was damaged, the next line is still found.
_LINE = re.compile(rb"[^\r\n](?:(?!MSG,[1-8],)[^\r\n])*")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{6}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?")
_FLIGHT = re.compile(r"[A-Z0-9 -]{0,8}")


class _Row(NamedTuple):
    address: int
    callsign: bytes
    altitude_m: float
    lat_rad: float
    lon_rad: float


def decode(data: bytes, arrival_ns: int) -> Decoded:
    """Return the positions of whole lines and what was refused."""
    rows, decoded = list[_Row](), Decoded()
    for line in _LINE.finditer(data):
        parts = line[0].decode("ascii", "replace").strip().split(",")
        row = _row(parts) if parts != [""] else None
        if isinstance(row, str):
            decoded.refusals.append(Refusal(line.start(), row))
        elif row is not None:
            rows.append(row)
    if rows:
        columns = decoded.positions = blank(PositionReports, len(rows))
        columns["time_ns"][:] = arrival_ns
        columns["address"][:] = [row.address for row in rows]
        columns["callsign"][:] = [row.callsign for row in rows]
        columns["altitude_pressure_m"][:] = [row.altitude_m for row in rows]
        columns["lat_rad"][:] = [row.lat_rad for row in rows]
        columns["lon_rad"][:] = [row.lon_rad for row in rows]
        columns["position_sd_m"] = np.full(len(rows), POSITION_SD_M)
    return decoded


def _row(parts: list[str]) -> _Row | str | None:
    """Return a position, why it is refused, or None for a line without one or from the ground."""
    if parts[0] not in _KINDS:
        return "no line of BaseStation"
    if parts[0] != "MSG":
        return None
    if len(parts) < FIELDS:  # some writers have more
        return f"MSG has {len(parts)} fields, not {FIELDS}"
    if parts[1] not in _TRANSMISSIONS:
        return "MSG of a kind that is none: 1 to 8"
    if parts[1] != _AIRBORNE or not parts[_LAT] or not parts[_LON]:
        return None
    if parts[_GROUND] not in ("", "0"):
        return None if parts[_GROUND] in ("1", "-1") else "the mark of the ground is none"
    return _position(parts)


def _position(parts: list[str]) -> _Row | str:
    numbers = (parts[_LAT], parts[_LON], parts[_ALTITUDE] or "0")
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        return "MSG,3 holds a number that is none"
    if not _HEXADECIMAL.fullmatch(parts[_ADDRESS]) or not int(parts[_ADDRESS], 16):
        return "an address that is none: six hexadecimal digits"
    if not _FLIGHT.fullmatch(parts[_CALLSIGN].rstrip("@ ")):
        return "a callsign that is none"
    lat_deg, lon_deg, altitude_ft = map(float, numbers)
    if not (abs(lat_deg) <= 90 and abs(lon_deg) <= 180):
        return "a place that is none"
    altitude_m = altitude_ft * FEET_M if parts[_ALTITUDE] else math.nan
    if altitude_m < -1e3 or altitude_m > 5e4:
        return "an altitude that is none"
    return _Row(
        address=int(parts[_ADDRESS], 16),
        callsign=parts[_CALLSIGN].strip("@ ").encode(),
        altitude_m=altitude_m,
        lat_rad=math.radians(lat_deg),
        lon_rad=math.radians(lon_deg),
    )
