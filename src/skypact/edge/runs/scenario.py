"""A scenario of the tracking benchmark through the engine, in order of arrival."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from skypact.edge.runs.run import F64, I64, Run, Tell, plots_ecef, rows_in_frame
from skypact.edge.scenario_file import START_NS, ScenarioFile, read_scenario, scenario_settings
from skypact.tracking.engine import Engine
from skypact.tracking.report import report_at
from skypact.tracking.settings import TrackingSettings

_TELL_EVERY = 256
_REHEARSED = 24  # pieces: the first call of each kernel works out which types it is given


def track_scenario(source: Path, times_s: F64 | None, tell: Tell) -> Run:
    """Return what the tracker reports at the scenario's times, or at times_s when given."""
    begun = time.process_time()
    scenario = read_scenario(source)
    if times_s is not None:
        scenario = scenario._replace(eval_s=np.sort(times_s))
    read_s = time.process_time() - begun
    begun = time.process_time()
    run_scenario(scenario._replace(pieces=scenario.pieces[:_REHEARSED], eval_s=scenario.eval_s[:1]))
    rehearsed_s = time.process_time() - begun
    cpu, wall = time.process_time(), time.perf_counter()
    found = run_scenario(scenario, tell=tell)
    taken = sum(piece.rows.stop - piece.rows.start for piece in scenario.pieces)
    report: dict[str, Any] = {
        "detections": taken,
        "cpu_s": round(time.process_time() - cpu, 6),
        "wall_s": round(time.perf_counter() - wall, 6),
        "read_s": round(read_s, 3),
        "compile_s": rehearsed_s,
        "notes": [],
    }
    if scenario.refused:
        report["refused"] = scenario.refused
    rotation, origin = np.array(scenario.frame.ecef_rot), np.array(scenario.frame.ecef_origin)
    rows = rows_in_frame(scenario.eval_s.tolist(), found, origin, rotation)
    names = tuple(f"sensor {s}" for s in range(scenario.sites.size - 1))

    def plots() -> F64:
        sensor = np.zeros(scenario.plots.size, np.int64)
        for piece in scenario.pieces:
            sensor[piece.rows] = piece.sensor
        ranged = ~np.isnan(scenario.plots["polar"][:, 0])
        return plots_ecef(scenario.sites, sensor[ranged], scenario.plots["polar"][ranged])

    return Run(rows, report, scenario.sites[:-1], names, plots)


def run_scenario(
    scenario: ScenarioFile, settings: TrackingSettings | None = None, *, tell: Tell | None = None
) -> list[tuple[I64, F64, F64]]:
    """Return (numbers, states ECEF, covariances) of the confirmed tracks at each report time, from
    the plots that had arrived by then."""
    settings = settings or scenario_settings(scenario.frame)
    engine = Engine(settings, scenario.sites)
    found: list[tuple[I64, F64, F64]] = []
    eval_ns = [START_NS + round(t * 1e9) for t in scenario.eval_s.tolist()]
    for k, (sensor, known_ns, seen_ns, rows, whole) in enumerate(scenario.pieces):
        while len(found) < len(eval_ns) and eval_ns[len(found)] < known_ns:
            found.append(report_at(engine, eval_ns[len(found)]))
        engine.run(sensor, scenario.plots[rows], seen_ns, known_ns, whole)
        if tell and k % _TELL_EVERY == 0:
            tell(k / len(scenario.pieces))
    while len(found) < len(eval_ns):
        found.append(report_at(engine, eval_ns[len(found)]))
    return found
