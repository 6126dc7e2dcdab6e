"""ASTERIX CAT062, system track data (EUROCONTROL-SPEC-0149-9)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.forms import Form, Writer, writer
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.asterix_fields import F64, UNKNOWN_SD_M
from skypact.sensors.categories.asterix_cat021 import Reports

CATEGORY = 62
EDITION = "1.20"
RECORDS_MAX = 30  # a datagram then stays below 1,472 bytes
VELOCITY_LSB_MPS = 0.25
ACCURACY_LSB_M = 0.5
_HALF_TURN_BITS = 25
_PATHS = (
    *("105/LAT", "105/LON", "070", "130", "136", "185/VX", "185/VY", "220"),
    *("500/APC/X", "500/APC/Y", "380/ADR", "380/ID", "245/CHR", "080/SIM"),
)


def encode_all(
    sac: int, sic: int, tracks: Mapping[str, NDArray[Any]], *, simulated: bool
) -> list[bytes]:
    """Return tracks as datagrams of at most RECORDS_MAX each, in the order given; as `encode`."""
    return _blocks(sac, sic, tracks, RECORDS_MAX, simulated=simulated)


def encode(sac: int, sic: int, tracks: Mapping[str, NDArray[Any]], *, simulated: bool) -> bytes:
    """Return one datagram with one data block.

    Columns as in messages.PositionReports and `number`, of which I062/040 has room for the low
    16 bits; if there, flags `began` (first message of a track), `ended` (last) and `coasting`.
    simulated: sets the SIM bit, as every context but operation must.
    """
    count = max(len(tracks["time_ns"]), 1)
    return b"".join(_blocks(sac, sic, tracks, count, simulated=simulated))


def _blocks(
    sac: int, sic: int, tracks: Mapping[str, NDArray[Any]], records_max: int, *, simulated: bool
) -> list[bytes]:
    none = np.zeros(len(tracks["time_ns"]), np.bool_)
    began, ended, coasting = (tracks.get(name, none) for name in ("began", "ended", "coasting"))
    east, north, up = np.asarray(tracks["velocity_enu_mps"], np.float64).reshape(-1, 3).T
    vx, has_x = fields.raw_quantity(east, VELOCITY_LSB_MPS, 16)
    vy, has_y = fields.raw_quantity(north, VELOCITY_LSB_MPS, 16)
    climb, has_climb = fields.raw_quantity(up, fields.VERTICAL_RATE_LSB_MPS, 16)
    height, has_height = fields.raw_quantity(tracks["height_wgs84_m"], fields.HEIGHT_LSB_M, 16)
    level, has_level = fields.raw_quantity(
        tracks["altitude_pressure_m"], fields.FLIGHT_LEVEL_LSB_M, 16
    )
    sd = np.clip(np.asarray(tracks["position_sd_m"]) / ACCURACY_LSB_M, 0, 0xFFFF)
    sd = np.ceil(sd).astype(np.int64)
    values = {
        "010": sac << 8 | sic,
        "070": fields.raw_time(tracks["time_ns"]),
        "105/LAT": fields.raw_signed_angle(tracks["lat_rad"], _HALF_TURN_BITS, 32),
        "105/LON": fields.raw_signed_angle(tracks["lon_rad"], _HALF_TURN_BITS, 32),
        "040": tracks["number"],
        "080/MRH": has_height & ~has_level,
        "080/SIM": simulated,
        "080/TSE": ended,
        "080/TSB": began,
        "080/CST": coasting,
        "500/APC/X": sd,
        "500/APC/Y": sd,
        "185/VX": vx,
        "185/VY": vy,
        "136": level,
        "130": height,
        "220": climb,
        "380/ADR": tracks["address"],
        "380/ID": fields.raw_callsigns(tracks["callsign"]),
    }
    named, addressed = np.asarray(tracks["callsign"]) != b"", np.asarray(tracks["address"]) > 0
    further = simulated | began | ended
    has = (
        *(True, True, True, True, ~further & ~coasting, further & ~coasting, coasting),
        *(True, has_x & has_y, has_level, has_height, has_climb),
        *(addressed & ~named, named & ~addressed, named & addressed),
    )
    return _writer().blocks(values, has, records_max)


@cache
def _writer() -> Writer:
    status = ("080/MRH", "080/SIM", "080/TSE", "080/TSB", "080/CST")
    return writer(
        CATEGORY,
        EDITION,
        (
            *(Form("010", ("010",)), Form("070", ("070",)), Form("105", ("105/LAT", "105/LON"))),
            *(Form("040", ("040",)), Form("080", status[:1]), Form("080", status[:4])),
            *(Form("080", status), Form("500", ("500/APC/X", "500/APC/Y"))),
            *(Form("185", ("185/VX", "185/VY")), Form("136", ("136",)), Form("130", ("130",))),
            *(Form("220", ("220",)), Form("380", ("380/ADR",)), Form("380", ("380/ID",))),
            Form("380", ("380/ADR", "380/ID")),
        ),
    )


def wanted(edition: str) -> Wanted:
    """Return what is read of a track."""
    return Wanted(edition, _PATHS)


def decode(records: blocks.Records) -> Reports:
    """Return the tracks among records as position reports; without I062/105 no row."""
    here = records.present("105/LAT")
    lat = records.value("105/LAT") * (np.pi / (1 << _HALF_TURN_BITS))
    lon = records.value("105/LON") * (np.pi / (1 << _HALF_TURN_BITS))
    raw_time = records.value("070")
    timed = records.present("070") & (raw_time < fields.TIME_OF_DAY_MAX)
    sane = (np.abs(lat) <= np.pi / 2) & (np.abs(lon) <= np.pi)
    wrong = here & ~(sane & timed)
    refusals = (
        *blocks.alike(records.offsets[wrong & timed], "CAT062 record: position off the globe"),
        *blocks.alike(records.offsets[wrong & ~timed], "CAT062 record: no valid time of day"),
    )
    rows = here & sane & timed
    kept = records.take(rows)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.utc_ns(raw_time[rows], kept.arrivals),
        "lat_rad": lat[rows],
        "lon_rad": lon[rows],
        "height_wgs84_m": fields.within(_quantity(kept, "130", fields.HEIGHT_LSB_M), -1e3, 5e5),
        "altitude_pressure_m": fields.within(
            _quantity(kept, "136", fields.FLIGHT_LEVEL_LSB_M), -1e3, 5e4
        ),
        "velocity_enu_mps": _velocities(kept),
        "position_sd_m": _position_sd(kept),
        "address": kept.value("380/ADR").astype(np.uint32),
        "callsign": _callsigns(kept),
    }
    return Reports(columns, kept.arrivals, kept.value("080/SIM") > 0, refusals)


def _quantity(records: blocks.Records, path: str, lsb: float) -> F64:
    return fields.quantity(records.value(path), lsb, records.present(path))


def _velocities(records: blocks.Records) -> F64:
    east, north = (_quantity(records, f"185/{name}", VELOCITY_LSB_MPS) for name in ("VX", "VY"))
    return np.stack([east, north, _quantity(records, "220", fields.VERTICAL_RATE_LSB_MPS)], axis=1)


def _position_sd(records: blocks.Records) -> F64:
    """Return the larger Cartesian standard deviation of I062/500 APC."""
    larger = np.maximum(records.value("500/APC/X"), records.value("500/APC/Y"))
    return np.where(records.present("500/APC/X"), larger * ACCURACY_LSB_M, UNKNOWN_SD_M)


def _callsigns(records: blocks.Records) -> NDArray[np.bytes_]:
    """Return callsigns of I062/380 ID, else of I062/245."""
    derived = records.present("380/ID")
    return fields.callsigns(np.where(derived, records.value("380/ID"), records.value("245/CHR")))
