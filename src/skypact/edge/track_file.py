"""The tracker alone: a recording or arrays in, confirmed tracks out.

`track_file` is `skypact track`; `track_plots` is for programs. Both know nothing of a node.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skypact.core.errors import ConfigError
from skypact.core.jit import load
from skypact.core.messages.header import TIME_MAX_NS
from skypact.edge.runs.run import F64, Run, Tell
from skypact.edge.tables.plots import plots_of, table_from
from skypact.edge.tables.sensors import sensors_from
from skypact.edge.tables.write import check_target, write_tracks
from skypact.edge.tables.write import track_columns as columns_of_tracks

_Runner = Callable[[Path, Path | None, F64 | None, Tell], Run]
_TIME_MAX_S = TIME_MAX_NS * 1e-9
RECORDINGS = (".npz", ".ast", ".pcap", ".pcapng", ".csv", ".parquet")


class Tracked(NamedTuple):
    """run: what the tracker did; report: figures for people, ready for JSON."""

    run: Run
    report: dict[str, Any]


def track_file(
    input_path: str | Path,
    output_path: str | Path | None = None,
    *,
    sensors_path: str | Path | None = None,
    times_s: ArrayLike | None = None,
    tell: Tell | None = None,
) -> Tracked:
    """Track a recording (.npz, .ast, .pcap, .pcapng, .csv, .parquet) and write the tracks, if
    anywhere.

    The report has detections, cpu_s, wall_s, det_per_cpu_s (of tracking alone), compile_s (kernels
    loaded or compiled and, for a scenario, rehearsed on its first scans), read_s,
    tracks, rows, notes, and refused (by reason) when there is any. sensors_path: a file of sensors,
    for ASTERIX and tables. times_s: report the confirmed tracks at these times instead of whenever
    a track changes (a scenario: instead of its own times). tell: called with the share done.
    Raises ConfigError for a suffix or a file that cannot be used, DecodeError for a recording that
    is not what it claims to be; both name the place.
    """
    source = Path(input_path)
    if output_path is not None:
        check_target(Path(output_path))
    if source.suffix.lower() not in RECORDINGS:
        raise ConfigError(f"recordings are {', '.join(RECORDINGS)}", path=str(source))
    track = _runner(source.suffix.lower())
    begun = time.process_time()
    load()
    compiled_s = time.process_time() - begun
    times = _times(times_s)
    run = track(source, None if sensors_path is None else Path(sensors_path), times, tell or _quiet)
    if source.suffix.lower() == ".npz" and sensors_path is not None:
        run.report["notes"].append(f"{sensors_path} not read: a scenario has its own sensors")
    if output_path is not None:
        write_tracks(Path(output_path), run.rows)
    report = run.report
    report["det_per_cpu_s"] = round(report["detections"] / max(report["cpu_s"], 1e-9), 1)
    tracks = int(np.unique(run.rows.number).size)
    report |= {
        "compile_s": round(compiled_s + report.get("compile_s", 0.0), 3),
        "tracks": tracks,
        "rows": int(run.rows.number.size),
    }
    return Tracked(run, report)


def track_plots(
    plots: Mapping[str, Any],
    sensors: Sequence[Mapping[str, Any]],
    *,
    times_s: ArrayLike | None = None,
) -> dict[str, NDArray[Any]]:
    """Track plots given as columns; return tracks as columns, one row a track and time.

    plots: arrays or lists of one length, named as the columns of a table of plots; sensors: as the
    tables of a file of sensors; both, and the columns that come back, are in
    docs/reference/track-files.md. times_s: as for `track_file`. Raises ConfigError naming the
    column and row that is wrong.
    """
    from skypact.edge.runs.table import track_columns

    sites = sensors_from(sensors)
    times = _times(times_s)
    run = track_columns(plots_of(table_from(plots), sites), sites, times, _quiet)
    return columns_of_tracks(run.rows)


def _times(times_s: ArrayLike | None) -> F64 | None:
    if times_s is None:
        return None
    try:
        times = np.asarray(times_s, np.float64)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"is not numbers: {error}", path="times_s") from error
    if times.ndim != 1 or not ((times >= 0) & (times <= _TIME_MAX_S)).all():
        raise ConfigError(f"is not one row of times within 0 and {_TIME_MAX_S:g}", path="times_s")
    return times


def _runner(suffix: str) -> _Runner:
    """Return what tracks such a recording; only its modules and kernels are loaded."""
    if suffix == ".npz":
        from skypact.edge.runs.scenario import track_scenario

        return lambda source, _, times_s, tell: track_scenario(source, times_s, tell)
    if suffix in (".ast", ".pcap", ".pcapng"):
        from skypact.edge.runs.asterix import track_asterix

        return track_asterix
    from skypact.edge.runs.table import track_table

    return track_table


def _quiet(share: float) -> None:
    del share
