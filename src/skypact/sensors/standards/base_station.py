"""BaseStation (SBS-1): a line of text a Mode S message, as receivers write them on port 30003.

Source: "SBS-1 BaseStation socket data", fields 1-22. Airborne positions (MSG,3) are read; the other
lines carry no position. The time is the arrival: receivers write local time of no stated zone.
"""

import math
from typing import NamedTuple

import numpy as np

from skypact.core.messages import PositionReports
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.standards.standard import Decoded, blank

FIELDS = 22
FEET_M = 0.3048
POSITION_SD_M = 100.0
_LINES = frozenset(("MSG", "SEL", "ID", "AIR", "STA", "CLK"))
_ADDRESS, _CALLSIGN, _ALTITUDE, _LAT, _LON, _GROUND = 4, 10, 11, 14, 15, 21


class _Row(NamedTuple):
    address: int
    callsign: bytes
    altitude_m: float
    lat_rad: float
    lon_rad: float


def decode(data: bytes, arrival_ns: int) -> Decoded:
    """Return the positions of whole lines and what was refused."""
    rows, decoded, offset = list[_Row](), Decoded(), 0
    for line in data.splitlines(keepends=True):
        parts = line.decode("ascii", "replace").strip().split(",")
        if parts[0] not in _LINES:
            decoded.refusals.append(Refusal(offset, "no line of BaseStation"))
        elif parts[:2] == ["MSG", "3"]:
            row = _row(parts)
            if isinstance(row, str):
                decoded.refusals.append(Refusal(offset, row))
            elif row is not None:
                rows.append(row)
        offset += len(line)
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
    if len(parts) < FIELDS:
        return f"MSG,3 has {len(parts)} fields, not {FIELDS}"
    if not parts[_LAT] or not parts[_LON] or parts[_GROUND] not in ("", "0"):
        return None
    try:
        address = int(parts[_ADDRESS], 16)
        lat_deg, lon_deg = float(parts[_LAT]), float(parts[_LON])
        altitude_m = float(parts[_ALTITUDE]) * FEET_M if parts[_ALTITUDE] else math.nan
    except ValueError:
        return "MSG,3 holds a number that is none"
    if not 0 < address <= 0xFFFFFF:
        return "an address of more than 24 bits"
    if not (abs(lat_deg) <= 90 and abs(lon_deg) <= 180):
        return "a place that is none"
    if altitude_m < -1e3 or altitude_m > 5e4 or math.isinf(altitude_m):
        return "an altitude that is none"
    callsign = parts[_CALLSIGN].strip().encode("ascii", "ignore")[:8]
    return _Row(address, callsign, altitude_m, math.radians(lat_deg), math.radians(lon_deg))
