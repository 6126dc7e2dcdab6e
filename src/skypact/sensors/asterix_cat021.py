"""ASTERIX CAT021, ADS-B target reports (EUROCONTROL-SPEC-0149-12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix_fields import F64, I64, NACP_SD_M, NUCP_SD_M, UNKNOWN_SD_M, Flags, nacp

CATEGORY = 21
EDITION = "2.6"
SPEED_LSB_MPS = fields.NAUTICAL_MILE_M / (1 << 14)
_FINE, _COARSE = 30, 23  # I021/131 and I021/130: half a turn is 2 ** this


@dataclass(frozen=True, slots=True)
class Reports:
    """Decoded reports, a row each. columns: those of messages.PositionReports; arrivals: ns UTC;
    simulated: bit SIM or TST."""

    columns: dict[str, NDArray[Any]]
    arrivals: I64
    simulated: Flags
    refusals: tuple[blocks.Refusal, ...]


def encode(sac: int, sic: int, reports: Mapping[str, NDArray[Any]]) -> bytes:
    """Return one datagram with one data block; columns as in messages.PositionReports.

    Every report carries the SIM bit: only an exercise ever encodes this category.
    """
    lat = fields.raw_signed_angle(reports["lat_rad"], _FINE, 32)
    lon = fields.raw_signed_angle(reports["lon_rad"], _FINE, 32)
    time = fields.raw_time(reports["time_ns"])
    height, has_height = fields.raw_quantity(reports["height_wgs84_m"], fields.HEIGHT_LSB_M, 16)
    level, has_level = fields.raw_quantity(
        reports["altitude_pressure_m"], fields.FLIGHT_LEVEL_LSB_M, 16
    )
    east, north, up = np.asarray(reports["velocity_enu_mps"], np.float64).reshape(-1, 3).T
    speed, has_speed = fields.raw_quantity(np.hypot(east, north), SPEED_LSB_MPS, 16)
    course = fields.raw_angle(np.nan_to_num(np.arctan2(east, north)))
    climb, has_climb = fields.raw_quantity(up, fields.VERTICAL_RATE_LSB_MPS, 15)
    # The rate is geometric when a geometric height stands beside it.
    climb_item = np.where(has_height, "157", "155")
    category = nacp(reports["position_sd_m"])
    names = fields.raw_callsigns(reports["callsign"])
    records: list[dict[str, Any]] = []
    for i in range(len(time)):
        record: dict[str, Any] = {
            "010": sac << 8 | sic,
            "040": ((0, 0, 0, 0, None), (0, 0, 1, 0, 0, 0, None)),
            "131": int(lat[i]) << 32 | int(lon[i]),
            "080": int(reports["address"][i]),
            "073": int(time[i]),
            "090": ((0, 0, None), (0, 0, int(category[i]), None)),
        }
        if has_height[i]:
            record["140"] = int(height[i])
        if has_level[i]:
            record["145"] = int(level[i])
        if has_speed[i]:
            record["160"] = int(speed[i]) << 16 | int(course[i])
        if has_climb[i]:
            record[str(climb_item[i])] = int(climb[i])
        if reports["callsign"][i]:
            record["170"] = names[i]
        records.append(record)
    return blocks.block(CATEGORY, EDITION, records)


def decode(records: Sequence[blocks.Record]) -> Reports:
    """Return the position reports among records; a record without a position gives no row."""
    fine, coarse = fields.present(records, "131"), fields.present(records, "130")
    lat, lon = _positions(records, fine)
    raw_time, timed = _times(records)
    sane = np.abs(lat) <= np.pi / 2
    refusals = tuple(
        blocks.Refusal(
            r.offset,
            f"CAT021 record: {'latitude beyond 90 degrees' if t else 'no valid time of day'}",
        )
        for r, t, here, ok in zip(records, timed, fine | coarse, sane & timed, strict=True)
        if here and not ok
    )
    rows = (fine | coarse) & sane & timed
    kept = fields.take(records, rows)
    level = fields.sign(fields.unsigned(fields.octets(kept, "145", 2)), 16)
    arrivals = fields.arrivals(kept)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.utc_ns(raw_time[rows], arrivals),
        "lat_rad": lat[rows],
        "lon_rad": lon[rows],
        "height_wgs84_m": fields.within(_heights(kept), -1e3, 5e5),
        "altitude_pressure_m": fields.within(
            fields.quantity(level, fields.FLIGHT_LEVEL_LSB_M, fields.present(kept, "145")),
            -1e3,
            5e4,
        ),
        "velocity_enu_mps": _velocities(kept),
        "position_sd_m": _position_sd(kept),
        "address": fields.unsigned(fields.octets(kept, "080", 3)).astype(np.uint32),
        "callsign": fields.callsigns(fields.octets(kept, "170", 6)),
    }
    descriptor = fields.octets(kept, "040", 2)
    simulated = ((descriptor[:, 0] & 1) > 0) & ((descriptor[:, 1] & 0x30) > 0)
    return Reports(columns, arrivals, simulated, refusals)


def _positions(records: Sequence[blocks.Record], fine: Flags) -> tuple[F64, F64]:
    high, low = fields.octets(records, "131", 8), fields.octets(records, "130", 6)

    def angle(at: int) -> F64:
        best = fields.sign(fields.unsigned(high[:, 4 * at : 4 * at + 4]), 32)
        good = fields.sign(fields.unsigned(low[:, 3 * at : 3 * at + 3]), 24)
        return np.where(fine, best * (np.pi / (1 << _FINE)), good * (np.pi / (1 << _COARSE)))

    # 180 degrees east is 180 degrees west: keep it inside the bounds of the column.
    lon = angle(1)
    return angle(0), np.where(np.abs(lon) > np.pi, lon - np.sign(lon) * 2 * np.pi, lon)


def _times(records: Sequence[blocks.Record]) -> tuple[I64, Flags]:
    """Return times of day: of reception of the position, else of its applicability."""
    received = fields.present(records, "073")
    raw = np.where(
        received,
        fields.unsigned(fields.octets(records, "073", 3)),
        fields.unsigned(fields.octets(records, "071", 3)),
    )
    return raw, (received | fields.present(records, "071")) & (raw < fields.TIME_OF_DAY_MAX)


def _heights(records: Sequence[blocks.Record]) -> F64:
    raw = fields.unsigned(fields.octets(records, "140", 2))
    # 0x7FFF says "greater than"; that is no measurement.
    has = fields.present(records, "140") & (raw != 0x7FFF)
    return fields.quantity(fields.sign(raw, 16), fields.HEIGHT_LSB_M, has)


def _velocities(records: Sequence[blocks.Record]) -> F64:
    """Return east, north, up, shape (N, 3); all NaN unless ground vector and climb are there."""
    vector = fields.octets(records, "160", 4)
    raw_speed = fields.unsigned(vector[:, :2])
    moving = fields.present(records, "160") & (raw_speed < 0x8000)
    speed = fields.quantity(raw_speed, SPEED_LSB_MPS, moving)
    course = fields.angle_rad(fields.unsigned(vector[:, 2:]))
    climb = np.full(len(records), np.nan)
    for item in ("155", "157"):
        raw = fields.unsigned(fields.octets(records, item, 2))
        has = fields.present(records, item) & (raw < 0x8000)
        rate = fields.quantity(fields.sign(raw, 15), fields.VERTICAL_RATE_LSB_MPS, has)
        climb = np.where(has, rate, climb)
    return np.stack([speed * np.sin(course), speed * np.cos(course), climb], axis=1)


def _position_sd(records: Sequence[blocks.Record]) -> F64:
    """Return standard deviations from NACp, from NUCp where a version-0 report has only that."""
    raw = fields.octets(records, "090", 2).astype(np.int64)
    has = fields.present(records, "090")
    extended = (raw[:, 0] & 1) > 0
    newer = NACP_SD_M[(raw[:, 1] >> 1) & 15]
    older = NUCP_SD_M[(raw[:, 0] >> 1) & 15]
    return np.where(has, np.where(extended, newer, older), UNKNOWN_SD_M)
