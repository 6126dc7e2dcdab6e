"""Coarse cells of the Earth, in which coverage is told: rows of one height in latitude, each cut
into as many equal cells as are at least as wide. docs/reference/wire.md, "Coverage"."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import SEMI_MAJOR_AXIS_M, within, wrap_pi

F64, U32 = NDArray[np.float64], NDArray[np.uint32]
MIN_M = 10_000.0
"""No cell is smaller."""
ROWS_BELOW, COLUMNS = 4_096, 8_192
"""A cell's number is (row + ROWS_BELOW) * COLUMNS + column; row 0 begins at the equator."""
RING = np.array([(0, 0), *((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0))])


def cell_at(lat_rad: F64, lon_rad: F64, cell_m: float) -> U32:
    """Return the cell of each point (N,)."""
    step = cell_m / SEMI_MAJOR_AXIS_M
    row = np.floor(lat_rad / step)
    count = _columns(row, step)
    column = np.minimum(np.floor((lon_rad % (2 * np.pi)) / (2 * np.pi) * count), count - 1)
    return ((row + ROWS_BELOW) * COLUMNS + column).astype(np.uint32)


def _columns(row: F64, step: float) -> F64:
    return np.maximum(np.floor(2 * np.pi * np.cos((row + 0.5) * step) / step), 1)


def centres(cells: U32, cell_m: float) -> tuple[F64, F64]:
    """Return latitude and longitude of the middle of each cell."""
    step = cell_m / SEMI_MAJOR_AXIS_M
    row, column = np.divmod(cells.astype(np.int64), COLUMNS)
    row = row.astype(np.float64) - ROWS_BELOW
    lon = (column + 0.5) * (2 * np.pi / _columns(row, step))
    return (row + 0.5) * step, wrap_pi(lon)


def cells_inside(corners_deg: Sequence[tuple[float, float]], cell_m: float) -> U32:
    """Return the cells that lie in a polygon together with half a cell around them, ascending: what
    is told is less than what there is, so an edge of it tells no edge of a sensor."""
    corners = np.radians(np.array(corners_deg, np.float64))
    step = cell_m / SEMI_MAJOR_AXIS_M
    east = wrap_pi(corners[:, 1] - corners[0, 1])
    lats: F64 = np.arange(corners[:, 0].min(), corners[:, 0].max() + step, step / 2)
    lons: F64 = np.arange(east.min(), east.max() + step, step / 2) + corners[0, 1]
    lat, lon = np.repeat(lats, len(lons)), np.tile(lons, len(lats))
    found = np.unique(cell_at(lat, lon, cell_m))
    lat, lon = centres(found, cell_m)
    whole = np.ones(len(found), np.bool_)
    for up, right in RING:
        whole &= within(corners, lat + up * step, lon + right * step / np.cos(lat))
    return found[whole]
