"""Positions that a system measures: surface radars (CAT010, 011) and multilateration (CAT020).

What the three share. A category says by `Paths` which of its items is what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import MEAN_RADIUS_M, ecef_from_enu, geodetic_from_ecef
from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.asterix_fields import F64, I64, UNKNOWN_SD_M, Flags
from skypact.sensors.categories.asterix_cat021 import Reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where a category has what. half_turn_bits: half a turn of latitude is 2 ** this; level: of
    flight levels in 25 ft, `doubt` its bits for not validated and garbled; height: above the
    ellipsoid in 6.25 ft; polar: range in m and azimuth; left_out: flags of records that are no
    target; "" and () where the category has no such item."""

    half_turn_bits: int
    local_lsb_m: float
    velocity_lsb_mps: float
    sd: tuple[str, str]
    sd_lsb_m: float
    address: str
    callsign: str
    level: str
    simulated: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    height: str = ""
    climb: str = ""
    polar: tuple[str, ...] = ()

    def wanted(self, edition: str) -> Wanted:
        """Return what is read of a record."""
        fixed = ("010", "140", "041/LAT", "041/LON", "042/X", "042/Y", "202/VX", "202/VY")
        single = tuple(p for p in (self.height, self.climb) if p)
        own = (self.address, self.callsign, self.level, *self.sd, *self.doubt, *self.polar)
        return Wanted(edition, (*fixed, *own, *single, *self.simulated, *self.left_out))


def decode(records: blocks.Records, paths: Paths, sites: Mapping[int, SensorSite]) -> Reports:
    """Return the positions among records; a record without one gives no row.

    sites: by SAC * 256 + SIC: where a local position is counted from. Without it a record that has
    no other position is refused.
    """
    global_, local = records.present("041/LAT"), _locals(records, paths)
    raw_time = records.value("140")
    timed = records.present("140") & (raw_time < fields.TIME_OF_DAY_MAX)
    target = (global_ | ~np.isnan(local[0])) & (_any(records, paths.left_out) == 0)
    height = _height(records, paths)
    placed = _geodetic(records, sites, *local, height)
    half = np.pi / (1 << paths.half_turn_bits)
    lat, lon = (
        np.where(global_, records.value(f"041/{name}") * half, from_local)
        for name, from_local in zip(("LAT", "LON"), placed, strict=True)
    )
    sane = (np.abs(lat) <= np.pi / 2) & (np.abs(lon) <= np.pi)
    rows = target & timed & sane
    kept = records.take(rows)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.utc_ns(raw_time[rows], kept.arrivals),
        "lat_rad": lat[rows],
        "lon_rad": lon[rows],
        "height_wgs84_m": height[rows],
        "altitude_pressure_m": _altitude(kept, paths),
        "velocity_enu_mps": _velocity(kept, paths),
        "position_sd_m": _sd(kept, paths),
        "address": kept.value(paths.address).astype(np.uint32),
        "callsign": fields.callsigns(kept.value(paths.callsign)),
    }
    refusals = _refusals(records, target & ~rows, timed, lat)
    return Reports(columns, kept.arrivals, _any(kept, paths.simulated) > 0, refusals)


def _any(records: blocks.Records, flags: tuple[str, ...]) -> I64:
    found = np.zeros(len(records), np.int64)
    for path in flags:
        found |= records.value(path)
    return found


def _locals(records: blocks.Records, paths: Paths) -> tuple[F64, F64]:
    """Return x and y in the system's plane, from polar coordinates where there is nothing else."""
    has = records.present("042/X")
    x, y = (fields.quantity(records.value(f"042/{n}"), paths.local_lsb_m, has) for n in "XY")
    if paths.polar:
        distance, azimuth = paths.polar
        angle = fields.angle_rad(records.value(azimuth))
        range_m = fields.quantity(records.value(distance), 1.0, records.present(distance))
        x = np.where(has, x, range_m * np.sin(angle))
        y = np.where(has, y, range_m * np.cos(angle))
    return x, y


def _geodetic(
    records: blocks.Records, sites: Mapping[int, SensorSite], x_m: F64, y_m: F64, height_m: F64
) -> tuple[F64, F64]:
    """Return latitudes and longitudes of local positions, NaN where the system's place is unknown.
    A target of unknown height is taken to be at the height of the system."""
    lat, lon = np.full(len(records), np.nan), np.full(len(records), np.nan)
    sources = records.value("010")
    for source in np.unique(sources[~np.isnan(x_m)]).tolist():
        if source not in sites:
            continue
        rows = ~np.isnan(x_m) & (sources == source)
        x, y, own_m = x_m[rows], y_m[rows], sites[source].height_m
        height = np.where(np.isnan(height_m[rows]), own_m, height_m[rows])
        up = height - own_m - (x**2 + y**2) / (2 * MEAN_RADIUS_M)
        ecef = ecef_from_enu(np.stack([x, y, up], axis=1), sites[source].origin)
        lat[rows], lon[rows], _ = geodetic_from_ecef(ecef)
    return lat, lon


def _height(records: blocks.Records, paths: Paths) -> F64:
    if not paths.height:
        return np.full(len(records), np.nan)
    has = records.present(paths.height)
    height = fields.quantity(records.value(paths.height), fields.HEIGHT_LSB_M, has)
    return fields.within(height, -1e3, 5e5)


def _altitude(records: blocks.Records, paths: Paths) -> F64:
    has = records.present(paths.level) & (_any(records, paths.doubt) == 0)
    level = fields.quantity(records.value(paths.level), fields.FLIGHT_LEVEL_LSB_M, has)
    return fields.within(level, -1e3, 5e4)


def _velocity(records: blocks.Records, paths: Paths) -> F64:
    """Return east, north, up, shape (N, 3), NaN what is not said."""
    has = records.present("202/VX")
    east, north = (
        fields.quantity(records.value(f"202/{n}"), paths.velocity_lsb_mps, has)
        for n in ("VX", "VY")
    )
    up = np.full(len(records), np.nan)
    if paths.climb:
        said = records.present(paths.climb)
        up = fields.quantity(records.value(paths.climb), fields.VERTICAL_RATE_LSB_MPS, said)
    return np.stack([east, north, up], axis=1)


def _sd(records: blocks.Records, paths: Paths) -> F64:
    """Return the larger standard deviation of the position's two axes."""
    first, second = paths.sd
    larger = np.maximum(records.value(first), records.value(second)) * paths.sd_lsb_m
    return np.where(records.present(first), larger, UNKNOWN_SD_M)


def _refusals(
    records: blocks.Records, wrong: Flags, timed: Flags, lat: F64
) -> tuple[blocks.Refusal, ...]:
    name = f"CAT{records.category:03d} record:"
    found: list[blocks.Refusal] = []
    for row in np.flatnonzero(wrong).tolist():
        source = int(records.value("010")[row])
        where = f"no [[sensor]] says where SAC {source >> 8} SIC {source & 255} counts from"
        if not timed[row]:
            reason = f"{name} no valid time of day"
        elif np.isnan(lat[row]):
            reason = f"{name} only a local position, and {where}"
        else:
            reason = f"{name} position off the globe"
        found.append(blocks.Refusal(int(records.offsets[row]), reason))
    return tuple(found)
