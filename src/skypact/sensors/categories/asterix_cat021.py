"""ASTERIX CAT021, ADS-B target reports (EUROCONTROL-SPEC-0149-12)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.forms import Form, Writer, writer
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.asterix_fields import F64, I64, NACP_SD_M, NUCP_SD_M, UNKNOWN_SD_M, Flags, nacp

CATEGORY = 21
EDITION = "2.6"
SPEED_LSB_MPS = fields.NAUTICAL_MILE_M / (1 << 14)
_FINE, _COARSE = 30, 23  # I021/131 and I021/130: half a turn is 2 ** this
_PATHS = (
    *("131", "131/LAT", "131/LON", "130", "130/LAT", "130/LON", "073", "071", "140", "145"),
    *("160/RE", "160/GS", "160/TA", "155/RE", "155/BVR", "157/RE", "157/GVR"),
    *("090/NUCPNIC", "090/NACP", "080", "170", "040/SIM", "040/TST"),
)


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
    values = {
        "010": sac << 8 | sic,
        "040/SIM": 1,
        "131/LAT": lat,
        "131/LON": lon,
        "080": reports["address"],
        "073": time,
        "090/NACP": nacp(reports["position_sd_m"]),
        "140": height,
        "145": level,
        "160/GS": speed,
        "160/TA": course,
        "157/GVR": climb,
        "155/BVR": climb,
        "170": fields.raw_callsigns(reports["callsign"]),
    }
    named = np.asarray(reports["callsign"]) != b""
    # The rate is geometric when a geometric height stands beside it.
    geometric, barometric = has_climb & has_height, has_climb & ~has_height
    has = (*[True] * 6, has_height, has_level, has_speed, geometric, barometric, named)
    return b"".join(_writer().blocks(values, has, len(time)))


@cache
def _writer() -> Writer:
    return writer(
        CATEGORY,
        EDITION,
        (
            *(Form("010", ("010",)), Form("040", ("040/SIM",))),
            *(Form("131", ("131/LAT", "131/LON")), Form("080", ("080",)), Form("073", ("073",))),
            *(Form("090", ("090/NACP",)), Form("140", ("140",)), Form("145", ("145",))),
            *(Form("160", ("160/GS", "160/TA")), Form("157", ("157/GVR",))),
            *(Form("155", ("155/BVR",)), Form("170", ("170",))),
        ),
    )


def wanted(edition: str) -> Wanted:
    """Return what is read of a report."""
    return Wanted(edition, _PATHS)


def decode(records: blocks.Records) -> Reports:
    """Return the position reports among records; a record without a position gives no row."""
    fine, coarse = records.present("131"), records.present("130")
    lat, lon = _positions(records, fine)
    raw_time, timed = _times(records)
    sane = np.abs(lat) <= np.pi / 2
    refusals = tuple(
        blocks.Refusal(
            offset,
            f"CAT021 record: {'latitude beyond 90 degrees' if t else 'no valid time of day'}",
        )
        for offset, t in _wrong(records, (fine | coarse) & ~(sane & timed), timed)
    )
    rows = (fine | coarse) & sane & timed
    kept = records.take(rows)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.utc_ns(raw_time[rows], kept.arrivals),
        "lat_rad": lat[rows],
        "lon_rad": lon[rows],
        "height_wgs84_m": fields.within(_heights(kept), -1e3, 5e5),
        "altitude_pressure_m": fields.within(
            fields.quantity(kept.value("145"), fields.FLIGHT_LEVEL_LSB_M, kept.present("145")),
            -1e3,
            5e4,
        ),
        "velocity_enu_mps": _velocities(kept),
        "position_sd_m": _position_sd(kept),
        "address": kept.value("080").astype(np.uint32),
        "callsign": fields.callsigns(kept.value("170")),
    }
    simulated = (kept.value("040/SIM") | kept.value("040/TST")) > 0
    return Reports(columns, kept.arrivals, simulated, refusals)


def _wrong(records: blocks.Records, rows: Flags, timed: Flags) -> Iterator[tuple[int, bool]]:
    return zip(records.offsets[rows].tolist(), timed[rows].tolist(), strict=True)


def _positions(records: blocks.Records, fine: Flags) -> tuple[F64, F64]:
    def angle(name: str) -> F64:
        best = records.value(f"131/{name}") * (np.pi / (1 << _FINE))
        return np.where(fine, best, records.value(f"130/{name}") * (np.pi / (1 << _COARSE)))

    # 180 degrees east is 180 degrees west: keep it inside the bounds of the column.
    lon = angle("LON")
    return angle("LAT"), np.where(np.abs(lon) > np.pi, lon - np.sign(lon) * 2 * np.pi, lon)


def _times(records: blocks.Records) -> tuple[I64, Flags]:
    """Return times of day: of reception of the position, else of its applicability."""
    received = records.present("073")
    raw = np.where(received, records.value("073"), records.value("071"))
    return raw, (received | records.present("071")) & (raw < fields.TIME_OF_DAY_MAX)


def _heights(records: blocks.Records) -> F64:
    raw = records.value("140")
    # 0x7FFF says "greater than"; that is no measurement.
    return fields.quantity(raw, fields.HEIGHT_LSB_M, records.present("140") & (raw != 0x7FFF))


def _velocities(records: blocks.Records) -> F64:
    """Return east, north, up, shape (N, 3); all NaN unless ground vector and climb are there."""
    moving = records.present("160/GS") & (records.value("160/RE") == 0)
    speed = fields.quantity(records.value("160/GS"), SPEED_LSB_MPS, moving)
    course = fields.angle_rad(records.value("160/TA"))
    climb = np.full(len(records), np.nan)
    for item, name in (("155", "BVR"), ("157", "GVR")):
        has = records.present(f"{item}/{name}") & (records.value(f"{item}/RE") == 0)
        rate = records.value(f"{item}/{name}") * fields.VERTICAL_RATE_LSB_MPS
        climb = np.where(has, rate, climb)
    return np.stack([speed * np.sin(course), speed * np.cos(course), climb], axis=1)


def _position_sd(records: blocks.Records) -> F64:
    """Return standard deviations from NACp, from NUCp where a version-0 report has only that."""
    newer = NACP_SD_M[records.value("090/NACP")]
    older = NUCP_SD_M[records.value("090/NUCPNIC")]
    judged = np.where(records.present("090/NACP"), newer, older)
    return np.where(records.present("090/NUCPNIC"), judged, UNKNOWN_SD_M)
