"""Scenario files of the tracking benchmark (`.npz`): what a tracker may see of them."""

import math
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import DecodeError
from skypact.edge.tables.arrays import read_arrays
from skypact.tracking.kernels.layout import SITE
from skypact.tracking.plots import empty_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import spread_false_plots

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
START_NS = 1_000_000_000_000_000_000  # the scenario's second 0; only differences count
_SLOT_S = 0.25
# In a flat world of two dimensions every target lies in the plane: elevation 0, about as surely.
_PLANE_SD_RAD = 1e-3
_PUBLIC = (
    *("meta", "eval_t", "scan_t", "scan_sensor", "scan_lo", "scan_hi"),
    *("det_t", "det_arrival", "det_sensor", "det_rng", "det_az", "det_el"),
    *("sen_pos", "sen_rot", "sen_period", "sen_rmin", "sen_rmax", "sen_elmin", "sen_elmax"),
    *("sen_h_ant", "sen_sig_r", "sen_sig_az", "sen_sig_el", "sen_pd", "sen_clutter"),
)
_OPTIONAL = ("det_rr", "det_sig_rr")


class Frame(msgspec.Struct, frozen=True):
    """The scenario's frame in ECEF, and what its simulation leaves out."""

    ecef_origin: tuple[float, float, float]
    ecef_rot: tuple[tuple[float, float, float], ...]
    dims: int = 3
    curved: bool = True
    earth_rotation: bool = False


class Piece(NamedTuple):
    """Plots of one sensor that arrive together; known_s: when a tracker has them."""

    sensor: int
    known_s: float
    rows: slice | I64
    whole: bool


class ScenarioFile(NamedTuple):
    """frame, SITE rows, PLOT rows, pieces in order of arrival, times to report at (s)."""

    frame: Frame
    sites: NDArray[Any]
    plots: NDArray[Any]
    pieces: list[Piece]
    eval_s: F64


def read_scenario(path: Path) -> ScenarioFile:
    """Return the public part of a scenario; truth and hidden arrays are never opened.

    Raises DecodeError naming the array that is missing or wrong.
    """
    columns = _load(path)
    try:
        frame = msgspec.json.decode(str(columns["meta"]), type=Frame)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise DecodeError(f"array meta: {error}", feed=str(path)) from error
    plots = empty_plots(len(columns["det_t"]))
    plots["time_ns"] = START_NS + np.round(columns["det_t"] * 1e9).astype(np.int64)
    plots["polar"] = np.stack([columns["det_rng"], columns["det_az"], columns["det_el"]], 1)
    plots["detection"] = 1
    if "det_rr" in columns:
        plots["rate"] = columns["det_rr"]
    if frame.dims == 2:
        plots["polar"][:, 2] = 0.0
    sites = _sites(columns, frame)
    return ScenarioFile(frame, sites, plots, _pieces(columns), columns["eval_t"])


def scenario_settings(frame: Frame) -> TrackingSettings:
    """Return the settings that suit the scenario's simulated world."""
    return TrackingSettings(earth_rotation=frame.earth_rotation)


def _load(path: Path) -> dict[str, NDArray[Any]]:
    columns = read_arrays(path, _PUBLIC, _OPTIONAL)
    rows = len(columns["det_t"])
    for name, values in columns.items():
        if name.startswith("det_") and len(values) != rows:
            raise DecodeError(f"array {name} has {len(values)} rows, not {rows}", feed=str(path))
    for name in ("det_t", "det_arrival", "det_az", "eval_t", "scan_t", "sen_pos", "sen_period"):
        if not np.isfinite(columns[name]).all():
            raise DecodeError(f"array {name} is not finite everywhere", feed=str(path))
    sensors = len(columns["sen_period"])
    for name in ("det_sensor", "scan_sensor"):
        if columns[name].size and not 0 <= columns[name].min() <= columns[name].max() < sensors:
            raise DecodeError(f"array {name} names a sensor that is not there", feed=str(path))
    return columns


def _sites(columns: dict[str, NDArray[Any]], frame: Frame) -> NDArray[Any]:
    rotation = np.array(frame.ecef_rot)
    rows = np.zeros(len(columns["sen_period"]) + 1, SITE)
    radars = rows[:-1]
    radars["radar"] = 1
    radars["position"] = np.array(frame.ecef_origin) + columns["sen_pos"] @ rotation
    radars["rotation"] = columns["sen_rot"] @ rotation
    radars["range_min"], radars["range_max"] = columns["sen_rmin"], columns["sen_rmax"]
    radars["elevation_min"] = columns["sen_elmin"]
    radars["elevation_max"] = columns["sen_elmax"]
    # A flat world has no horizon.
    radars["height"] = radars["mast"] = columns["sen_h_ant"] if frame.curved else 1e12
    up = columns["sen_sig_el"] if frame.dims == 3 else np.full(len(radars), _PLANE_SD_RAD)
    radars["noise_var"] = np.stack([columns["sen_sig_r"], columns["sen_sig_az"], up], 1) ** 2
    radars["detects"] = np.clip(columns["sen_pd"], 0.05, 0.99)
    radars["false_plots"] = np.maximum(columns["sen_clutter"], 0.1)
    radars["radar"][np.isnan(columns["sen_sig_r"])] = 2
    if "det_sig_rr" in columns and len(columns["det_sig_rr"]):
        radars["rate_var"] = float(columns["det_sig_rr"][0]) ** 2
    radars["period_ns"] = np.round(columns["sen_period"] * 1e9)
    rows = spread_false_plots(rows)
    if frame.dims == 2:  # all plots lie in the plane: their elevation tells nothing
        span = math.sqrt(4 * math.pi) * _PLANE_SD_RAD
        rows["false_density"][:-1] *= rows["elevation_span"][:-1] / span
        rows["elevation_span"][:-1] = span
    return rows


def _pieces(columns: dict[str, NDArray[Any]]) -> list[Piece]:
    """Return pieces in order of arrival: whole scans where a scan is one instant, else slots."""
    sensor, low, high = columns["scan_sensor"], columns["scan_lo"], columns["scan_hi"]
    begin_s, arrival_s = columns["scan_t"], columns["det_arrival"]
    at_once = np.repeat(begin_s, high - low)
    if arrival_s.size == at_once.size and np.allclose(arrival_s, at_once, atol=1e-6):
        return [
            Piece(int(sensor[k]), float(begin_s[k]), slice(int(low[k]), int(high[k])), True)
            for k in range(len(begin_s))
        ]
    turn = np.searchsorted(columns["eval_t"], arrival_s - 1e-9)
    slot = np.floor(arrival_s / _SLOT_S).astype(np.int64)
    order = np.lexsort((arrival_s, columns["det_sensor"], slot, turn))
    key = np.stack([turn, slot, columns["det_sensor"]], 1)[order]
    cuts = np.flatnonzero((np.diff(key, axis=0) != 0).any(axis=1)) + 1
    return [
        Piece(int(columns["det_sensor"][rows[0]]), float(arrival_s[rows].max()), rows, False)
        for rows in np.split(order, cuts)
        if rows.size
    ]
