"""Messages of sensors through the tracking room."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    PositionReports,
    Scan,
    SensorRegistration,
    Standing,
    TrackBatch,
    TurnMeasured,
)
from skypact.core.site import SensorSite
from skypact.edge.runs.run import F64, I64, Run, Tell, plots_ecef, rows_in_frame
from skypact.edge.tables.write import TrackRows
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from skypact.tracking.tracker import Tracker

_SECOND_NS = 1_000_000_000
_TELL_EVERY = 64
_UPPER = np.triu_indices(6)
Messages = Sequence[Scan | PositionReports]


def run_messages(
    messages: Messages, sites: tuple[SensorSite, ...], times_s: F64 | None, tell: Tell
) -> Run:
    """Return the run over messages in order of arrival.

    Rows are the tracks that each message changed, or, with times_s, the confirmed tracks then, from
    what had arrived by then.
    """
    cpu, wall = time.process_time(), time.perf_counter()
    settings = TrackingSettings()
    tracker = Tracker(Issuer("recording", "tracking", Context.TEST), settings, sites)
    batches: list[TrackBatch] = []
    standing: dict[str, SensorRegistration] = {}
    turns: dict[str, TurnMeasured] = {}
    found: list[tuple[I64, F64, F64]] = []
    times_ns: list[int] = []
    if times_s is not None:
        times_ns = nanoseconds(np.sort(times_s)).tolist()
    for k, message in enumerate(messages):
        while len(found) < len(times_ns) and times_ns[len(found)] < message.received_ns:
            found.append(_at(tracker, times_ns[len(found)]))
        _wake(tracker, message.received_ns)
        made = tracker.handle(message, message.received_ns)
        for said in made:
            if isinstance(said, SensorRegistration):
                standing[said.sensor] = said
            if isinstance(said, TurnMeasured):
                turns[said.sensor] = said
        if times_s is None:
            batches += [batch for batch in made if isinstance(batch, TrackBatch)]
        if k % _TELL_EVERY == 0:
            tell(k / len(messages))
    while len(found) < len(times_ns):
        found.append(_at(tracker, times_ns[len(found)]))
    if times_s is None:
        rows = _batch_rows(batches)
    else:
        rows = rows_in_frame(np.sort(times_s).tolist(), found, np.zeros(3), np.eye(3))
    report: dict[str, Any] = {
        "detections": sum(message.count for message in messages),
        "cpu_s": round(time.process_time() - cpu, 6),
        "wall_s": round(time.perf_counter() - wall, 6),
        "notes": standings(standing) + [f"sensor {s}: {turns[s].text}" for s in turns],
    }
    if tracker.refusals.counts:
        report["refused"] = tracker.refusals.counts
    made_sites = site_rows(sites)
    names = tuple(site.name for site in sites)
    return Run(rows, report, made_sites[:-1], names, lambda: _places(messages, names, made_sites))


def standings(latest: dict[str, SensorRegistration]) -> list[str]:
    """Return a sentence for each sensor that the others disagree with at the end."""
    quiet = (Standing.ALONE, Standing.GOOD)
    return [f"sensor {s}: {latest[s].text}" for s in latest if latest[s].standing not in quiet]


def _wake(tracker: Tracker, now_ns: int) -> None:
    due_ns = tracker.next_wake_ns()
    if due_ns is not None and due_ns <= now_ns:
        tracker.wake(now_ns)


def _at(tracker: Tracker, time_ns: int) -> tuple[I64, F64, F64]:
    _wake(tracker, time_ns)
    return tracker.report_at(time_ns)


def nanoseconds(time_s: F64) -> I64:
    """Return seconds as whole nanoseconds."""
    whole = np.floor(time_s)
    return whole.astype(np.int64) * _SECOND_NS + np.round((time_s - whole) * 1e9).astype(np.int64)


def _batch_rows(batches: list[TrackBatch]) -> TrackRows:
    def joined(name: str, width: int) -> NDArray[Any]:
        empty = np.zeros((0, width)) if width > 1 else np.zeros(0, np.int64)
        return np.concatenate([empty, *(array(batch, name) for batch in batches)])

    upper = joined("covariance", 21)
    covariance = np.zeros((len(upper), 6, 6))
    covariance[:, _UPPER[0], _UPPER[1]] = covariance[:, _UPPER[1], _UPPER[0]] = upper
    return TrackRows(
        joined("time_ns", 1) / 1e9,
        joined("number", 1).astype(np.int64),
        joined("position_ecef_m", 3),
        joined("velocity_ecef_mps", 3),
        covariance,
        np.zeros(3),
        np.eye(3),
    )


def _places(messages: Messages, names: tuple[str, ...], sites: NDArray[Any]) -> F64:
    index = {name: s for s, name in enumerate(names)}
    parts = [np.zeros((0, 3))]
    for message in messages:
        if isinstance(message, Scan) and message.sensor in index:
            polar = [array(message, name) for name in ("range_m", "azimuth_rad", "elevation_rad")]
            sensor = np.full(message.count, index[message.sensor])
            parts.append(plots_ecef(sites, sensor, np.stack(polar, 1)))
    return np.concatenate(parts)
