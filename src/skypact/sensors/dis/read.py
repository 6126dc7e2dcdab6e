"""Entity states of DIS to position reports. What they are is an exercise, always."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError
from skypact.core.geodesy import geodetic_from_ecef, velocity_enu_from_ecef
from skypact.core.messages import Context
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.asterix_fields import within
from skypact.sensors.dis import pdu
from skypact.sensors.dis.times import utc_ns
from skypact.sensors.settings import FeedSettings

Columns = dict[str, NDArray[Any]]
PLATFORM, MUNITION, AIR, SPACE = 1, 2, 2, 5
SECOND_NS = 1_000_000_000
_ASCII = 1
_HEIGHTS_M = -1e3, 5e5


@dataclass(slots=True)
class Reading:
    """What a batch of datagrams held. unknown: what is of no use here, with a count."""

    reports: Columns | None = None
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    records: int = 0


class Reader:
    """Reads one feed. Raises InvariantError on a node that is not an exercise."""

    def __init__(self, feed: FeedSettings, context: Context) -> None:
        if context is not Context.EXERCISE:
            raise InvariantError(f"feed {feed.name}: simulated entities belong to an exercise")
        self._exercise, self._sd_m = feed.dis.exercise_id, feed.dis.position_sd_m
        self._clock_error_max_ns = round(feed.clock_error_max_s * SECOND_NS)

    def read(self, datagrams: Sequence[tuple[bytes, int]]) -> Reading:
        """Return what datagrams hold, (bytes, arrival_ns) each; no bytes make this fail."""
        reading = Reading()
        rows, source, others, reading.refusals = pdu.read([data for data, _ in datagrams])
        for kind, count in others.items():
            reading.unknown[f"PDU type {kind} is not read"] = count
        arrivals = np.array([at for _, at in datagrams], np.int64)[source]
        times = utc_ns(rows["timestamp"], arrivals)
        where = rows["position_ecef_m"].astype(np.float64)
        where[~np.isfinite(where).all(axis=1)] = 0.0
        lat, lon, height = geodetic_from_ecef(where)
        flies = ((rows["kind"] == PLATFORM) & np.isin(rows["domain"], (AIR, SPACE))) | (
            rows["kind"] == MUNITION
        )
        used = np.ones(len(rows), np.bool_)
        for good, reason in (
            (rows["exercise"] == self._exercise, "of another exercise"),
            (np.abs(times - arrivals) <= self._clock_error_max_ns, "time too far from the arrival"),
            ((height >= _HEIGHTS_M[0]) & (height <= _HEIGHTS_M[1]), "a place that is none"),
        ):
            count = int((used & ~good).sum())
            if count:
                reading.refusals.append(Refusal(0, f"an entity state: {reason}", count))
            used &= good
        grounded = int((used & ~flies).sum())
        if grounded:
            reading.unknown["entities that do not fly are left aside"] = grounded
        used &= flies
        reading.records = int(used.sum())
        used &= (rows["appearance"] & pdu.DEACTIVATED) == 0
        if used.any():
            kept = rows[used]
            reading.reports = _columns(kept, times[used], (lat[used], lon[used], height[used]))
            reading.reports["position_sd_m"] = np.full(len(kept), self._sd_m)
        return reading


def _columns(
    rows: pdu.Rows, times: NDArray[np.int64], where: tuple[NDArray[np.float64], ...]
) -> Columns:
    lat, lon, height = where
    velocity = velocity_enu_from_ecef(rows["velocity_ecef_mps"].astype(np.float64), lat, lon)
    return {
        "time_ns": times,
        "lat_rad": lat,
        "lon_rad": lon,
        "height_wgs84_m": height,
        "altitude_pressure_m": np.full(len(rows), np.nan),
        "velocity_enu_mps": within(velocity, -2e4, 2e4),
        "address": np.zeros(len(rows), np.uint32),
        "callsign": _callsigns(rows),
    }


def _callsigns(rows: pdu.Rows) -> NDArray[np.bytes_]:
    """Return the first eight characters of each marking, none where one is not plain ASCII."""
    letters = np.frombuffer(rows["marking"].tobytes(), np.uint8).reshape(-1, 11)[:, :8].copy()
    ended = np.cumsum(letters == 0, axis=1) > 0
    letters[ended] = 0
    plain = ((letters >= 0x20) & (letters < 0x7F)) | ended
    letters[~plain.all(axis=1) | (rows["character_set"] != _ASCII)] = 0
    return np.ascontiguousarray(letters).view("S8").reshape(-1)
