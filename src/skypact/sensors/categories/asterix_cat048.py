"""ASTERIX CAT048, monoradar target reports: plots of a radar (EUROCONTROL-SPEC-0149-4).

The standard has no item for elevation, and I048/110 ends at 62 km. Skypact's simulated 3-D radars
therefore carry elevation and range rate in the Special Purpose field, laid out as in
docs/reference/asterix.md. Other senders' Special Purpose fields are left alone.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ECCENTRICITY2, SEMI_MAJOR_AXIS_M
from skypact.core.geoid import undulation_m
from skypact.core.messages import PRIMARY, SECONDARY
from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.forms import Form, Writer, writer
from skypact.sensors.asterix.numbers import Bits
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.asterix_fields import F64, I64, Flags

CATEGORY = 48
EDITION = "1.32"
EXPANSION_EDITION = "1.13"
PLOTS_MAX = 24  # a datagram then stays below 1,472 bytes

RANGE_LSB_M = fields.NAUTICAL_MILE_M / 256
RANGE_RAW_MAX = 0xFFFF
DOPPLER_MAX_MPS = 511.0
HEIGHT_3D_LSB_M = 25 * fields.FOOT_M

SPECIAL = struct.Struct(">4sih")
SPECIAL_MAGIC = b"SKY1"
SPECIAL_RATE_LSB_MPS = 0.25
SPECIAL_RATE_NONE = -(1 << 15)
SPECIAL_ELEVATION_NONE = -(1 << 31)
SPECIAL_ELEVATION_LSB_RAD = np.pi / (1 << 31)

_MAGIC_RAW = int.from_bytes(SPECIAL_MAGIC, "big")
_SPECIAL_BITS = (
    Bits("SP/LENGTH", "SP", 0, 8),
    Bits("SP/MAGIC", "SP", 8, 32),
    Bits("SP/ELEVATION", "SP", 40, 32, signed=True),
    Bits("SP/RATE", "SP", 72, 16, signed=True),
)
_PATHS = (
    *("140", "020/TYP", "020/SIM", "020/RAB", "020/TST", "020/ERR", "040/RHO", "040/THETA"),
    *("070/V", "070/G", "070/MODE3A", "090/V", "090/G", "090/FL", "110/3DH"),
    *("120/CAL/D", "120/CAL/CAL", "220", "240", "RE/ERR", "010"),
)

# I048/020 TYP: none, PSR, SSR, SSR+PSR, Mode S all-call, roll-call, and both with PSR.
_DETECTION = np.array(
    [
        0,
        PRIMARY,
        SECONDARY,
        PRIMARY | SECONDARY,
        SECONDARY,
        SECONDARY,
        PRIMARY | SECONDARY,
        PRIMARY | SECONDARY,
    ],
    np.uint8,
)


@dataclass(frozen=True, slots=True)
class Plots:
    """Decoded plots, a row each. columns: those of messages.Scan; sources: SAC * 256 + SIC;
    arrivals: ns UTC; simulated: bit SIM or TST."""

    columns: dict[str, NDArray[Any]]
    sources: I64
    arrivals: I64
    simulated: Flags
    refusals: tuple[blocks.Refusal, ...]


def encode_all(site: SensorSite, plots: Mapping[str, NDArray[Any]]) -> list[bytes]:
    """Return the plots as datagrams of at most PLOTS_MAX each, in the order given."""
    return _blocks(site, plots, PLOTS_MAX)


def encode(site: SensorSite, plots: Mapping[str, NDArray[Any]]) -> bytes:
    """Return one datagram with one data block; columns as in messages.Scan.

    Every report carries the SIM bit: only simulated radars are ever encoded. A range beyond
    I048/040 (474 km) goes into the extended range report of the Reserved Expansion field.
    """
    return b"".join(_blocks(site, plots, max(len(plots["time_ns"]), 1)))


def _blocks(site: SensorSite, plots: Mapping[str, NDArray[Any]], records_max: int) -> list[bytes]:
    raw_range = np.round(np.asarray(plots["range_m"], np.float64) / RANGE_LSB_M).astype(np.int64)
    far = raw_range > RANGE_RAW_MAX
    detection = np.asarray(plots["detection"], np.int64)
    addressed = np.asarray(plots["address"]) > 0
    kind = detection & (PRIMARY | SECONDARY)
    kind = np.where(((kind & SECONDARY) > 0) & addressed, kind + 3 + (kind == 3), kind)
    level, has_level = fields.raw_quantity(
        plots["altitude_pressure_m"], fields.FLIGHT_LEVEL_LSB_M, 14
    )
    height, has_height = fields.raw_quantity(_heights(site, plots), HEIGHT_3D_LSB_M, 14)
    doppler, has_doppler = fields.raw_quantity(plots["range_rate_mps"], 1.0, 10)
    special, has_special = _specials(plots)
    values = special | {
        "010": site.sac << 8 | site.sic,
        "140": fields.raw_time(plots["time_ns"]),
        "020/TYP": kind,
        "020/SIM": 1,
        "020/ERR": 1,
        "040/RHO": np.minimum(raw_range, RANGE_RAW_MAX),
        "040/THETA": fields.raw_angle(plots["azimuth_rad"]),
        "070/MODE3A": plots["mode3a"],
        "090/FL": level,
        "220": plots["address"],
        "240": fields.raw_callsigns(plots["callsign"]),
        "110/3DH": height,
        "120/CAL/CAL": doppler,
        "RE/ERR": raw_range,
    }
    coded, named = np.asarray(plots["mode3a"]) >= 0, np.asarray(plots["callsign"]) != b""
    has = (
        *(True, True, ~far, far, True, coded, has_level, addressed, named),
        *(has_height, has_doppler, has_special, far),
    )
    return _writer().blocks(values, has, records_max)


@cache
def _writer() -> Writer:
    return writer(
        CATEGORY,
        EDITION,
        (
            *(Form("010", ("010",)), Form("140", ("140",)), Form("020", ("020/TYP", "020/SIM"))),
            *(
                Form("020", ("020/TYP", "020/SIM", "020/ERR")),
                Form("040", ("040/RHO", "040/THETA")),
            ),
            *(Form("070", ("070/MODE3A",)), Form("090", ("090/FL",)), Form("220", ("220",))),
            *(Form("240", ("240",)), Form("110", ("110/3DH",)), Form("120", ("120/CAL/CAL",))),
            *(Form("SP", bits=_SPECIAL_BITS[1:]), Form("RE", ("RE/ERR",))),
        ),
        EXPANSION_EDITION,
    )


def wanted(edition: str) -> Wanted:
    """Return what is read of a target report."""
    return Wanted(edition, _PATHS, _SPECIAL_BITS, EXPANSION_EDITION)


def decode(records: blocks.Records, sites: Mapping[int, SensorSite]) -> Plots:
    """Return the plots among records. sites: by SAC * 256 + SIC.

    A record without I048/040 is no plot and gives no row; one of a field monitor (RAB) neither.
    Without its radar's site the elevation of a height (I048/110) can't be told and is NaN.
    """
    position = records.present("040/RHO")
    raw_time = records.value("140")
    timed = records.present("140") & (raw_time < fields.TIME_OF_DAY_MAX)
    refusals = blocks.alike(
        records.offsets[position & ~timed], "CAT048 record: no valid time of day (I048/140)"
    )
    kept = records.take(position & timed & (records.value("020/RAB") == 0))
    range_m, azimuth = _ranges(kept), fields.angle_rad(kept.value("040/THETA"))
    elevation, range_rate = _special_columns(kept)
    elevation = np.where(np.isnan(elevation), _elevations(kept, sites, range_m, azimuth), elevation)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.utc_ns(kept.value("140"), kept.arrivals),
        "range_m": range_m,
        "azimuth_rad": azimuth,
        "elevation_rad": elevation,
        "range_rate_mps": np.where(np.isnan(range_rate), _doppler(kept), range_rate),
        "altitude_pressure_m": altitudes(kept, "FL"),
        "address": kept.value("220").astype(np.uint32),
        "mode3a": mode3a(kept),
        "detection": _DETECTION[kept.value("020/TYP")],
        "callsign": fields.callsigns(kept.value("240")),
    }
    simulated = (kept.value("020/SIM") | kept.value("020/TST")) > 0
    return Plots(columns, kept.value("010"), kept.arrivals, simulated, refusals)


def _ranges(records: blocks.Records) -> F64:
    extended = (records.value("020/ERR") > 0) & records.present("RE/ERR")
    raw = np.where(extended, records.value("RE/ERR"), records.value("040/RHO"))
    return raw * RANGE_LSB_M


def _specials(plots: Mapping[str, NDArray[Any]]) -> tuple[dict[str, Any], Flags]:
    """Return numbers of Special Purpose fields, and which plots have an elevation or range rate."""
    elevation = np.asarray(plots["elevation_rad"], np.float64)
    rate, has_rate = fields.raw_quantity(plots["range_rate_mps"], SPECIAL_RATE_LSB_MPS, 16)
    raw = np.nan_to_num(np.round(elevation / SPECIAL_ELEVATION_LSB_RAD)).astype(np.int64)
    values = {
        "SP/MAGIC": _MAGIC_RAW,
        "SP/ELEVATION": np.where(np.isnan(elevation), SPECIAL_ELEVATION_NONE, raw),
        "SP/RATE": np.where(has_rate, rate, SPECIAL_RATE_NONE),
    }
    return values, ~np.isnan(elevation) | has_rate


def _special_columns(records: blocks.Records) -> tuple[F64, F64]:
    ours = records.present("SP/RATE") & (records.value("SP/MAGIC") == _MAGIC_RAW)
    ours &= records.value("SP/LENGTH") == SPECIAL.size + 1
    raw_elevation, raw_rate = records.value("SP/ELEVATION"), records.value("SP/RATE")
    has = ours & (raw_elevation != SPECIAL_ELEVATION_NONE)
    elevation = fields.quantity(raw_elevation, SPECIAL_ELEVATION_LSB_RAD, has)
    rate = fields.quantity(raw_rate, SPECIAL_RATE_LSB_MPS, ours & (raw_rate != SPECIAL_RATE_NONE))
    return fields.within(elevation, -np.pi / 2, np.pi / 2), rate


def _doppler(records: blocks.Records) -> F64:
    """Return the calculated Doppler speed (I048/120 CAL), NaN where missing or doubtful."""
    has = records.present("120/CAL/CAL") & (records.value("120/CAL/D") == 0)
    return fields.quantity(records.value("120/CAL/CAL"), 1.0, has)


def _sure(records: blocks.Records, item: str) -> Flags:
    """Return where an item is there, validated and not garbled."""
    doubtful = records.value(f"{item}/V") | records.value(f"{item}/G")
    return records.present(f"{item}/V") & (doubtful == 0)


def altitudes(records: blocks.Records, name: str) -> F64:
    """Return item 090 in metres; a level not validated or garbled counts as missing."""
    # Signed in every edition, whatever the tables of the older ones say.
    raw = fields.sign(records.value(f"090/{name}"), 14)
    level = fields.quantity(raw, fields.FLIGHT_LEVEL_LSB_M, _sure(records, "090"))
    return fields.within(level, -1e3, 5e4)


def mode3a(records: blocks.Records) -> NDArray[np.int32]:
    """Return item 070, -1 where missing, not validated or garbled."""
    return np.where(_sure(records, "070"), records.value("070/MODE3A"), -1).astype(np.int32)


def _curvature_m(lat_rad: F64 | float, azimuth_rad: F64) -> F64:
    """Return the Earth's radius of curvature at a latitude along each azimuth (Euler)."""
    sin2 = np.sin(lat_rad) ** 2
    prime = SEMI_MAJOR_AXIS_M / np.sqrt(1 - ECCENTRICITY2 * sin2)
    meridian = prime * (1 - ECCENTRICITY2) / (1 - ECCENTRICITY2 * sin2)
    return 1 / (np.cos(azimuth_rad) ** 2 / meridian + np.sin(azimuth_rad) ** 2 / prime)


def _heights(site: SensorSite, plots: Mapping[str, NDArray[Any]]) -> F64:
    """Return heights above mean sea level, of the radar's place, from range, azimuth, elevation;
    NaN without elevation."""
    slant = np.asarray(plots["range_m"], np.float64)
    radius = _curvature_m(site.lat_rad, np.asarray(plots["azimuth_rad"], np.float64))
    centre = radius + site.height_m
    rise = 2 * slant * centre * np.sin(np.asarray(plots["elevation_rad"], np.float64))
    height = np.sqrt(centre**2 + slant**2 + rise) - radius
    return height - undulation_m(site.lat_rad, site.lon_rad)


def _elevations(
    records: blocks.Records, sites: Mapping[int, SensorSite], range_m: F64, azimuth_rad: F64
) -> F64:
    """Return elevations from the 3-D height above mean sea level (I048/110), NaN where there is
    none. The geoid is taken where the radar stands: it rises less than a metre in 10 km."""
    elevation = np.full(len(records), np.nan)
    has = records.present("110/3DH") & (range_m > 0)
    sources = records.value("010")
    for source in np.unique(sources[has]).tolist() if has.any() else ():
        if source not in sites:
            continue
        rows = has & (sources == source)
        site = sites[source]
        radius = _curvature_m(site.lat_rad, azimuth_rad[rows])
        height = records.value("110/3DH")[rows] * HEIGHT_3D_LSB_M
        height = height + undulation_m(site.lat_rad, site.lon_rad)
        centre, slant = radius + site.height_m, range_m[rows]
        sine = ((radius + height) ** 2 - centre**2 - slant**2) / (2 * slant * centre)
        told = np.arcsin(np.clip(sine, -1, 1))
        elevation[rows] = np.where(np.abs(sine) <= 1, told, np.nan)
    return elevation
