"""Scenario files of the tracking benchmark (`.npz`): what a tracker may see of them."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import DecodeError
from skypact.edge.tables.scenario_arrays import is_rotation, read_scenario_arrays
from skypact.tracking.kernels.layout import SITE
from skypact.tracking.plots import empty_plots
from skypact.tracking.refusals import too_many
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import spread_false_plots

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
START_NS = 1_000_000_000_000_000_000  # the scenario's second 0; only differences count
_SLOT_S = 1.0
# In a flat world of two dimensions every target lies in the plane: elevation 0, about as surely.
_PLANE_SD_RAD = 1e-3


Metres = Annotated[float, msgspec.Meta(ge=-1e8, le=1e8)]


class Frame(msgspec.Struct, frozen=True):
    """The scenario's frame in ECEF, and what its simulation leaves out."""

    ecef_origin: tuple[Metres, Metres, Metres]
    ecef_rot: tuple[tuple[float, float, float], ...]
    dims: Literal[2, 3] = 3
    curved: bool = True
    earth_rotation: bool = False


class Piece(NamedTuple):
    """Plots of one sensor that arrive together; known_ns: when a tracker has them; seen_ns: plot
    time their sensor has looked up to."""

    sensor: int
    known_ns: int
    seen_ns: int
    rows: slice
    whole: bool


class ScenarioFile(NamedTuple):
    """frame, SITE rows, PLOT rows and pieces of them in order of arrival, times to report at (s),
    and how many plots no tracker takes, by reason."""

    frame: Frame
    sites: NDArray[Any]
    plots: NDArray[Any]
    pieces: list[Piece]
    eval_s: F64
    refused: dict[str, int]


def read_scenario(path: Path) -> ScenarioFile:
    """Return the public part of a scenario; truth and hidden arrays are never opened.

    Raises DecodeError naming the array that is missing or wrong.
    """
    columns = read_scenario_arrays(path)
    try:
        frame = msgspec.json.decode(str(columns["meta"]), type=Frame)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise DecodeError(f"array meta: {error}", feed=str(path)) from error
    try:
        turns = is_rotation(np.array(frame.ecef_rot, np.float64).reshape(3, 3))
    except ValueError:
        turns = False
    if not turns:
        raise DecodeError("array meta: ecef_rot is no rotation", feed=str(path))
    columns, refused = _taken(columns)
    plots = empty_plots(len(columns["det_t"]))
    plots["time_ns"] = _ns(columns["det_t"])
    plots["polar"] = np.stack([columns["det_rng"], columns["det_az"], columns["det_el"]], 1)
    plots["detection"] = 1
    if "det_rr" in columns:
        plots["rate"] = columns["det_rr"]
    if frame.dims == 2:
        plots["polar"][:, 2] = 0.0
    sites = _sites(columns, frame)
    order, cut = _pieces(columns)
    pieces: list[Piece] = []
    for piece in cut:
        if why := too_many(piece.rows.stop - piece.rows.start):
            refused[f"sensor {piece.sensor}: {why}"] = 1
        else:
            pieces.append(piece)
    plots = plots if order is None else plots[order]
    return ScenarioFile(frame, sites, plots, pieces, np.sort(columns["eval_t"]), refused)


def scenario_settings(frame: Frame) -> TrackingSettings:
    """Return the settings that suit the scenario's simulated world."""
    return TrackingSettings(earth_rotation=frame.earth_rotation)


def _taken(columns: dict[str, NDArray[Any]]) -> tuple[dict[str, NDArray[Any]], dict[str, int]]:
    """Return the columns without the plots that the tracking room would refuse, and their number by
    reason."""
    seen_s, known_s, sensor = columns["det_t"], columns["det_arrival"], columns["det_sensor"]
    settings = TrackingSettings()
    by_arrival = np.argsort(known_s, kind="stable")
    newest_s = np.full(seen_s.size, -np.inf)
    newest_s[by_arrival] = np.maximum.accumulate(seen_s[by_arrival])
    ranges = np.nan_to_num(columns["det_rng"], nan=-1.0)
    cells = np.stack([seen_s, sensor, ranges, columns["det_az"]])
    order = np.lexsort(cells)
    first = np.ones(seen_s.size, np.bool_)
    first[order[1:]] = (np.diff(cells[:, order]) != 0).any(axis=0)
    passive = np.isnan(columns["sen_sig_r"])[sensor]
    faults = {
        "no range": np.isnan(columns["det_rng"]) & ~passive,
        "plots from the future": seen_s > known_s + settings.future_s,
        "plots too late": seen_s < newest_s - settings.late_s,
        "doubled plots": ~first,
    }
    refused: dict[str, int] = {}
    keep = np.ones(seen_s.size, np.bool_)
    for why, bad in faults.items():
        for s in np.unique(sensor[keep & bad]).tolist():
            refused[f"sensor {s}: {why}"] = int((keep & bad & (sensor == s)).sum())
        keep &= ~bad
    if keep.all():
        return columns, refused
    before = np.r_[0, np.cumsum(keep)]
    cut = {name: v[keep] if name.startswith("det_") else v for name, v in columns.items()}
    return cut | {name: before[columns[name]] for name in ("scan_lo", "scan_hi")}, refused


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
    rate_sd = columns.get("det_sig_rr", np.zeros(0))
    radars["rate_var"] = np.nanmax(rate_sd, initial=0.0) ** 2
    radars["period_ns"] = np.round(columns["sen_period"] * 1e9)
    rows = spread_false_plots(rows)
    if frame.dims == 2:  # all plots lie in the plane: their elevation tells nothing
        span = math.sqrt(4 * math.pi) * _PLANE_SD_RAD
        rows["false_density"][:-1] *= rows["elevation_span"][:-1] / span
        rows["elevation_span"][:-1] = span
    return rows


def _pieces(columns: dict[str, NDArray[Any]]) -> tuple[I64 | None, list[Piece]]:
    """Return (order of arrival of the plots, None as they are; pieces of it): whole scans where a
    scan is one instant, else slots."""
    sensor, low, high = columns["scan_sensor"], columns["scan_lo"], columns["scan_hi"]
    begin_s, arrival_s = columns["scan_t"], columns["det_arrival"]
    by_scan = arrival_s.size == int((high - low).sum()) and bool((low[1:] == high[:-1]).all())
    by_scan = by_scan and bool((np.diff(begin_s) >= 0).all())
    if by_scan and _at_once(columns):
        known_ns = _ns(begin_s)
        return None, _listed(sensor, known_ns, known_ns, low, high, whole=True)
    if arrival_s.size == 0:
        return None, []
    turn = np.searchsorted(columns["eval_t"], arrival_s - 1e-9)
    slot = np.floor(arrival_s / _SLOT_S).astype(np.int64)
    order = np.lexsort((arrival_s, columns["det_sensor"], slot, turn))
    key = np.stack([turn, slot, columns["det_sensor"]], 1)[order]
    low = np.r_[0, np.flatnonzero((np.diff(key, axis=0) != 0).any(axis=1)) + 1]
    known_ns, seen_ns = (
        np.maximum.reduceat(_ns(times_s)[order], low) for times_s in (arrival_s, columns["det_t"])
    )
    high = np.r_[low[1:], order.size]
    return order, _listed(key[low, 2], known_ns, seen_ns, low, high, whole=False)


def _listed(
    sensor: I64, known_ns: I64, seen_ns: I64, low: I64, high: I64, *, whole: bool
) -> list[Piece]:
    columns = (column.tolist() for column in (sensor, known_ns, seen_ns, low, high))
    return [
        Piece(s, known, seen, slice(first, last), whole)
        for s, known, seen, first, last in zip(*columns, strict=True)
    ]


def _ns(times_s: F64) -> I64:
    return START_NS + np.round(times_s * 1e9).astype(np.int64)


def _at_once(columns: dict[str, NDArray[Any]]) -> bool:
    """Say whether all plots of each scan are seen and arrive at its beginning."""
    size = columns["scan_hi"] - columns["scan_lo"]
    begin_s = np.repeat(columns["scan_t"], size)
    same = np.array_equal(columns["det_sensor"], np.repeat(columns["scan_sensor"], size))
    return same and bool(np.allclose(columns["det_arrival"], begin_s, atol=1e-6))
