"""Truth to score tracks against: a scenario (.npz) or a table, one row a truth and time."""

from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import ConfigError, DecodeError
from skypact.core.geodesy import ecef_from_geodetic, velocity_ecef_from_enu
from skypact.edge.tables.arrays import read_arrays
from skypact.edge.tables.read import Column, Table, read_table

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
COLUMNS = (
    Column("time_s", low=0, high=1e11, full=True),
    Column("time_utc", "instant", full=True),
    Column("id", "text", needed=True, full=True),
    Column("lat_deg", low=-90, high=90, needed=True, full=True),
    Column("lon_deg", low=-180, high=180, needed=True, full=True),
    Column("height_wgs84_m", low=-1e3, high=5e6, needed=True, full=True),
    Column("velocity_east_mps", low=-2e4, high=2e4),
    Column("velocity_north_mps", low=-2e4, high=2e4),
    Column("velocity_up_mps", low=-2e4, high=2e4),
    Column("counted", low=0, high=1),
)
_ARRAYS = ("meta", "eval_t", "truth_t", "truth_id", "truth_pos", "truth_vel", "truth_cov")


class Frame(msgspec.Struct, frozen=True):
    """A scenario's frame in ECEF, and whether it has a height."""

    ecef_origin: tuple[float, float, float]
    ecef_rot: tuple[tuple[float, float, float], ...]
    dims: int = 3


class Truth(NamedTuple):
    """Rows of truth (n,), when to score (k,), and which rows a tracker is asked to hold.

    position_m and velocity_mps are in ECEF turned by rotation about origin_ecef_m; plane: their
    third axis is not to be scored.
    """

    time_s: F64
    number: I64
    position_m: F64
    velocity_mps: F64
    counted: NDArray[np.bool_]
    times_s: F64
    origin_ecef_m: F64
    rotation: F64
    plane: bool


def read_truth(path: Path) -> Truth:
    """Return the truth of a file: .npz scenario, .csv or .parquet.

    Raises ConfigError or DecodeError naming what is wrong and where.
    """
    if path.suffix.lower() == ".npz":
        return _scenario(path)
    table = read_table(path, COLUMNS)
    time_s = _times(table)
    lat, lon = np.radians(table.number("lat_deg")), np.radians(table.number("lon_deg"))
    enu = [table.number(f"velocity_{axis}_mps") for axis in ("east", "north", "up")]
    counted = table.number("counted")
    return Truth(
        time_s,
        table.texts["id"].codes,
        ecef_from_geodetic(lat, lon, table.number("height_wgs84_m")),
        velocity_ecef_from_enu(np.stack(enu, 1), lat, lon),
        np.isnan(counted) | (counted != 0),
        np.unique(time_s),
        np.zeros(3),
        np.eye(3),
        plane=False,
    )


def _times(table: Table) -> F64:
    if table.has("time_s"):
        return table.number("time_s")
    if table.has("time_utc"):
        return table.instants["time_utc"].astype(np.float64) / 1e9
    raise ConfigError("column is missing (or time_utc)", path=str(table.path), key="time_s")


def _scenario(path: Path) -> Truth:
    arrays = read_arrays(path, _ARRAYS)
    try:
        frame = msgspec.json.decode(str(arrays["meta"]), type=Frame)
        rotation = np.array(frame.ecef_rot, np.float64).reshape(3, 3)
    except (msgspec.DecodeError, ValueError) as error:
        raise DecodeError(f"array meta: {error}", feed=str(path)) from error
    rows = arrays["truth_t"].size
    for name in _ARRAYS[2:]:
        shape = (rows, 3) if name in ("truth_pos", "truth_vel") else (rows,)
        if arrays[name].shape != shape:
            message = f"array {name} has shape {arrays[name].shape}, not {shape}"
            raise DecodeError(message, feed=str(path))
    if arrays["eval_t"].ndim != 1:
        raise DecodeError("array eval_t is not one row of times", feed=str(path))
    for name in _ARRAYS[1:]:
        if not np.isfinite(arrays[name]).all():
            raise DecodeError(f"array {name} is not finite everywhere", feed=str(path))
    return Truth(
        arrays["truth_t"].astype(np.float64),
        arrays["truth_id"].astype(np.int64),
        arrays["truth_pos"].astype(np.float64),
        arrays["truth_vel"].astype(np.float64),
        arrays["truth_cov"].astype(np.bool_),
        arrays["eval_t"].astype(np.float64),
        np.array(frame.ecef_origin),
        rotation,
        plane=frame.dims == 2,
    )
