"""Tables of plots through the tracking room."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.ids import Issuer
from skypact.core.messages import Context, PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.edge.runs.messages import nanoseconds, run_messages
from skypact.edge.runs.run import F64, I64, Run, Tell
from skypact.edge.tables.plots import Plots, read_plots
from skypact.edge.tables.sensors import read_sensors
from skypact.sensors.reading import position_reports, scan

_SLOT_NS = 1_000_000_000
_REPORTS = "reports"
_RADAR_COLUMNS = (
    *("range_m", "azimuth_rad", "elevation_rad", "range_rate_mps"),
    *("altitude_pressure_m", "address", "callsign"),
)
_REPORT_COLUMNS = (
    *("lat_rad", "lon_rad", "height_wgs84_m", "altitude_pressure_m"),
    *("position_sd_m", "address", "callsign"),
)


def track_table(source: Path, sensors: Path | None, times_s: F64 | None, tell: Tell) -> Run:
    """Return the run over a table of plots (.csv, .parquet); without sensors all are reports."""
    begun = time.process_time()
    sites = read_sensors(sensors, asterix=False) if sensors else ()
    plots = read_plots(source, sites)
    read_s = time.process_time() - begun
    run = track_columns(plots, sites, times_s, tell)
    notes = [f"columns not read: {', '.join(plots.ignored)}"] if plots.ignored else []
    return run.noted(read_s, notes)


def track_columns(
    plots: Plots, sites: tuple[SensorSite, ...], times_s: F64 | None, tell: Tell
) -> Run:
    """Return the run over plots in order of arrival."""
    lost = (plots.sensor >= 0) & np.isnan(plots.columns["range_m"])
    run = run_messages(list(plot_messages(plots, sites, ~lost, times_s)), sites, times_s, tell)
    refused: dict[str, int] = run.report.get("refused", {})
    for s, site in enumerate(sites):
        if count := int((lost & (plots.sensor == s)).sum()):
            refused[f"{site.name}: no range"] = count
    return run._replace(report=run.report | ({"refused": refused} if refused else {}))


def plot_messages(
    plots: Plots, sites: Sequence[SensorSite], keep: NDArray[np.bool_], times_s: F64 | None
) -> Iterator[Scan | PositionReports]:
    """Yield what arrives of one sensor within a second, never across a time of times_s."""
    issuer = Issuer("recording", "sensors", Context.TEST)
    rows = np.flatnonzero(keep)
    arrival_ns = plots.arrival_ns[rows]
    cuts_ns = np.zeros(0, np.int64) if times_s is None else nanoseconds(times_s)
    turn = np.searchsorted(cuts_ns, arrival_ns)
    slot = arrival_ns // _SLOT_NS
    order = np.lexsort((plots.sensor[rows], slot, turn))
    rows = rows[order]
    moment = np.cumsum(np.r_[0, (np.diff(turn[order]) != 0) | (np.diff(slot[order]) != 0)])
    moment = moment[: rows.size]
    known_ns = np.zeros(int(moment[-1]) + 1 if rows.size else 0, np.int64)
    np.maximum.at(known_ns, moment, plots.arrival_ns[rows])
    cuts = np.flatnonzero((np.diff(moment) != 0) | (np.diff(plots.sensor[rows]) != 0)) + 1
    for piece, moment_of in zip(np.split(rows, cuts), np.split(moment, cuts), strict=True):
        if piece.size:
            now_ns = int(known_ns[moment_of[0]])
            yield _message(issuer, plots, piece, sites, now_ns)


def _message(
    issuer: Issuer, plots: Plots, rows: I64, sites: Sequence[SensorSite], now_ns: int
) -> Scan | PositionReports:
    s = int(plots.sensor[rows[0]])
    names = _REPORT_COLUMNS if s < 0 else _RADAR_COLUMNS
    columns: dict[str, NDArray[Any]] = {name: plots.columns[name][rows] for name in names}
    columns["time_ns"] = plots.time_ns[rows]
    if s < 0:
        columns["velocity_enu_mps"] = np.full((rows.size, 3), np.nan)
        return position_reports(issuer, _REPORTS, columns, now_ns)
    columns["mode3a"] = np.full(rows.size, -1, np.int32)
    cooperative = (columns["address"] != 0) | ~np.isnan(columns["altitude_pressure_m"])
    columns["detection"] = np.where(cooperative, 3, 1).astype(np.uint8)
    return scan(issuer, sites[s].name, columns, now_ns)
