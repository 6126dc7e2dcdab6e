"""The public arrays of a scenario (`.npz`): their shapes and bounds, in one table."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import DecodeError
from skypact.edge.tables.arrays import read_arrays

# Rows: of reports, scans, detections, sensors; the array named here says how many.
_COUNTED = {"eval": "eval_t", "scan": "scan_t", "det": "det_t", "sen": "sen_period"}
_TIME_MAX_S = 1e9
_FAR_M = 1e8
_ANGLE_RAD = 2 * math.pi + 1e-6
_ROTATION_TOLERANCE = 1e-6


class _Array(NamedTuple):
    """low, high: bounds; empty: NaN is allowed (not measured); whole: whole numbers; more: axes
    after the rows."""

    low: float
    high: float
    empty: bool = False
    whole: bool = False
    more: tuple[int, ...] = ()


_ARRAYS = {
    "eval_t": _Array(-_TIME_MAX_S, _TIME_MAX_S),
    "scan_t": _Array(-_TIME_MAX_S, _TIME_MAX_S),
    "scan_sensor": _Array(0, np.inf, whole=True),
    "scan_lo": _Array(0, np.inf, whole=True),
    "scan_hi": _Array(0, np.inf, whole=True),
    "det_t": _Array(-_TIME_MAX_S, _TIME_MAX_S),
    "det_arrival": _Array(-_TIME_MAX_S, _TIME_MAX_S),
    "det_sensor": _Array(0, np.inf, whole=True),
    "det_rng": _Array(0, 1e7, empty=True),
    "det_az": _Array(-_ANGLE_RAD, _ANGLE_RAD),
    "det_el": _Array(-math.pi, math.pi, empty=True),
    "det_rr": _Array(-1e5, 1e5, empty=True),
    "det_sig_rr": _Array(0, 1e5, empty=True),
    "sen_pos": _Array(-_FAR_M, _FAR_M, more=(3,)),
    "sen_rot": _Array(-2, 2, more=(3, 3)),
    "sen_period": _Array(1e-3, 1e6),
    "sen_rmin": _Array(0, 1e7),
    "sen_rmax": _Array(0, 1e9),
    "sen_elmin": _Array(-math.pi, math.pi),
    "sen_elmax": _Array(-math.pi, math.pi),
    "sen_h_ant": _Array(-1e4, 1e7),
    "sen_sig_r": _Array(0, 1e6, empty=True),
    "sen_sig_az": _Array(0, math.pi),
    "sen_sig_el": _Array(0, math.pi, empty=True),
    "sen_pd": _Array(0, 1),
    "sen_clutter": _Array(0, 1e6),
}
_OPTIONAL = ("det_rr", "det_sig_rr")


def read_scenario_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the public arrays, whole numbers as int64, and `meta`.

    Raises DecodeError naming the array that is missing, of another shape or out of bounds.
    """
    needed = ("meta", *(name for name in _ARRAYS if name not in _OPTIONAL))
    columns = read_arrays(path, needed, _OPTIONAL)
    rows = {kind: int(columns[name].size) for kind, name in _COUNTED.items()}
    for name, rule in _ARRAYS.items():
        if name in columns:
            why = _shape_fault(columns[name], (rows[name.partition("_")[0]], *rule.more))
            why = why or _value_fault(columns[name], rule)
            if why:
                raise DecodeError(f"array {name} {why}", feed=str(path))
            columns[name] = columns[name].astype(np.int64 if rule.whole else np.float64)
    if why := _contradiction(columns, rows):
        raise DecodeError(why, feed=str(path))
    return columns


def _shape_fault(values: NDArray[Any], shape: tuple[int, ...]) -> str:
    return "" if values.shape == shape else f"has shape {values.shape}, not {shape}"


def _value_fault(values: NDArray[Any], rule: _Array) -> str:
    empty = np.isnan(values)
    if empty.any() and not rule.empty:
        return "is not finite everywhere"
    bad = ~empty & ~(np.isfinite(values) & (values >= rule.low) & (values <= rule.high))
    if bad.any():
        return f"holds {values[bad][0]:g}, not within {rule.low:g} and {rule.high:g}"
    if rule.whole and (values != np.floor(values)).any():
        return "holds what is no whole number"
    return ""


def _contradiction(columns: Mapping[str, NDArray[Any]], rows: Mapping[str, int]) -> str:
    for name in ("det_sensor", "scan_sensor"):
        if (columns[name] >= rows["sen"]).any():
            return f"array {name} names a sensor that is not there"
    if (columns["scan_lo"] > columns["scan_hi"]).any():
        return "array scan_hi is less than scan_lo"
    if (columns["scan_hi"] > rows["det"]).any():
        return f"array scan_hi goes beyond the {rows['det']} detections"
    if not all(is_rotation(one) for one in columns["sen_rot"]):
        return "array sen_rot holds what is no rotation"
    for low, high in (("sen_rmin", "sen_rmax"), ("sen_elmin", "sen_elmax")):
        if (columns[low] >= columns[high]).any():
            return f"array {high} is not above {low} everywhere"
    return ""


def is_rotation(matrix: NDArray[np.float64]) -> bool:
    """Say whether a matrix (3, 3) turns and does nothing else."""
    product = matrix @ matrix.T
    turned = bool(np.allclose(product, np.eye(3), atol=_ROTATION_TOLERANCE))
    return turned and float(np.linalg.det(matrix)) > 0
