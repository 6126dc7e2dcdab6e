"""`skypact track`: a recording in, confirmed tracks out."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.errors import ConfigError, DecodeError
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.ids import Issuer
from skypact.core.jit import warm
from skypact.core.messages import Context, Scan, TrackBatch
from skypact.core.site import SensorSite
from skypact.core.toml import decode_toml
from skypact.edge.feeds.capture import read_datagrams
from skypact.edge.scenario_file import START_NS, ScenarioFile, read_scenario, scenario_settings
from skypact.sensors.recording import Recording, read_recording
from skypact.sensors.settings import Editions
from skypact.tracking.engine import Engine
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.tracker import Tracker

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
# Radars of unknown place are put on the equator, so far apart that their tracks never meet.
_UNKNOWN_STEP_DEG = 10.0
_UNKNOWN_PERIOD_S = 10.0


class SensorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A TOML file of [[sensor]] tables."""

    sensor: tuple[SensorSite, ...] = ()


class Rows(NamedTuple):
    """Track states: time s, id, position and velocity in the frame, and the frame in ECEF."""

    time_s: F64
    number: I64
    position_m: F64
    velocity_mps: F64
    origin_ecef_m: F64
    rotation: F64


def track_file(
    input_path: str | Path, output_path: str | Path, *, sensors_path: str | Path | None = None
) -> dict[str, Any]:
    """Track a recording (.npz, .ast, .pcap) into a file (.npz, .csv, .geojson).

    Returns detections, cpu_s, wall_s, det_per_cpu_s (of tracking alone), compile_s, read_s, tracks,
    and notes. sensors_path: TOML of [[sensor]] tables, for ASTERIX recordings. Raises ConfigError
    for a suffix or sensor file that cannot be used, DecodeError for an input that is not what it
    claims to be.
    """
    source, target = Path(input_path), Path(output_path)
    write = _WRITERS.get(target.suffix.lower())
    run = _READERS.get(source.suffix.lower())
    if write is None:
        raise ConfigError(f"tracks go to {', '.join(_WRITERS)}", path=str(target))
    if run is None:
        raise ConfigError(f"recordings are {', '.join(_READERS)}", path=str(source))
    begun = time.process_time()
    warm()
    compiled_s = time.process_time() - begun
    report, rows = run(source, None if sensors_path is None else Path(sensors_path))
    write(target, rows)
    cpu_s = report["cpu_s"]
    report["det_per_cpu_s"] = round(report["detections"] / max(cpu_s, 1e-9), 1)
    return report | {
        "compile_s": round(compiled_s, 3),
        "tracks": int(np.unique(rows.number).size),
        "rows": int(rows.number.size),
    }


def _track_scenario(source: Path, _sensors: Path | None) -> tuple[dict[str, Any], Rows]:
    begun = time.process_time()
    scenario = read_scenario(source)
    read_s = time.process_time() - begun
    cpu, wall = time.process_time(), time.perf_counter()
    found = run_scenario(scenario)
    report = {
        "detections": int(scenario.plots.size) - scenario.skipped,
        "cpu_s": round(time.process_time() - cpu, 6),
        "wall_s": round(time.perf_counter() - wall, 6),
        "read_s": round(read_s, 3),
        "notes": [f"{scenario.skipped} plots without range left out"] if scenario.skipped else [],
    }
    rotation, origin = np.array(scenario.frame.ecef_rot), np.array(scenario.frame.ecef_origin)
    time_s = np.repeat(scenario.eval_s, [numbers.size for numbers, _ in found])
    number = np.concatenate([numbers for numbers, _ in found] or [np.zeros(0, np.int64)])
    states = np.concatenate([x for _, x in found] or [np.zeros((0, 6))])
    position = (states[:, :3] - origin) @ rotation.T
    return report, Rows(time_s, number, position, states[:, 3:] @ rotation.T, origin, rotation)


def run_scenario(
    scenario: ScenarioFile, settings: TrackingSettings | None = None
) -> list[tuple[I64, F64]]:
    """Return (numbers, states ECEF) of the confirmed tracks at each report time, from the plots
    that had arrived by then."""
    engine = Engine(settings or scenario_settings(scenario.frame), scenario.sites)
    found: list[tuple[I64, F64]] = []
    eval_ns = [START_NS + round(t * 1e9) for t in scenario.eval_s.tolist()]
    for piece in scenario.pieces:
        known_ns = START_NS + round(piece.known_s * 1e9)
        while len(found) < len(eval_ns) and eval_ns[len(found)] < known_ns:
            found.append(engine.states_at(eval_ns[len(found)]))
        plots = scenario.plots[piece.rows]
        seen_ns = known_ns if piece.whole else int(plots["time_ns"].max())
        engine.run(piece.sensor, plots, seen_ns, known_ns, piece.whole)
    while len(found) < len(eval_ns):
        found.append(engine.states_at(eval_ns[len(found)]))
    return found


def _track_asterix(source: Path, sensors: Path | None) -> tuple[dict[str, Any], Rows]:
    sites = _read_sites(sensors) if sensors else None
    begun = time.process_time()
    try:
        datagrams = ((at.arrival_ns, at.data) for at in read_datagrams(source))
        issuer = Issuer("recording", "sensors", Context.TEST)
        recording = read_recording(datagrams, issuer, Editions(), sites)
    except OSError as error:
        raise DecodeError(str(error.strerror or error), feed=str(source)) from error
    read_s = time.process_time() - begun
    notes = _notes(recording)
    if sites is None:
        sites = _guessed_sites(recording)
        notes += [
            f"radar {s.name}: no site given; put at lat 0, lon {s.lon_deg:g} deg, height 0; "
            "its tracks are right only relative to it"
            for s in sites
        ]
    cpu, wall = time.process_time(), time.perf_counter()
    tracker = Tracker(Issuer("recording", "tracking", Context.TEST), TrackingSettings(), sites)
    batches: list[TrackBatch] = []
    for message in recording.messages:
        made = tracker.handle(message, message.received_ns)
        batches += [batch for batch in made if isinstance(batch, TrackBatch)]
    report: dict[str, Any] = {
        "detections": sum(message.count for message in recording.messages),
        "cpu_s": round(time.process_time() - cpu, 6),
        "wall_s": round(time.perf_counter() - wall, 6),
        "read_s": round(read_s, 3),
        "refused": tracker.refusals.counts,
        "notes": notes,
    }
    return report, _batch_rows(batches)


def _notes(recording: Recording) -> list[str]:
    notes: list[str] = []
    if recording.doubled:
        notes.append(f"{recording.doubled} doubled datagrams dropped")
    if recording.refusals:
        notes.append(f"{len(recording.refusals)} pieces could not be decoded")
    for (sac, sic), count in sorted(recording.unknown.items()):
        notes.append(f"{count} records of SAC {sac} SIC {sic}: not among the sensors given")
    return notes


def _read_sites(path: Path) -> tuple[SensorSite, ...]:
    try:
        text = path.read_text()
    except OSError as error:
        raise ConfigError(str(error.strerror or error), path=str(path)) from error
    return decode_toml(text, SensorFile, str(path)).sensor


def _guessed_sites(recording: Recording) -> tuple[SensorSite, ...]:
    """Return a radar without elevation for each name in the recording."""
    names = sorted({m.sensor for m in recording.messages if isinstance(m, Scan)})
    return tuple(
        SensorSite(
            name=name,
            sac=int(name.split("-")[0]),
            sic=int(name.split("-")[1]),
            lat_deg=0.0,
            lon_deg=(_UNKNOWN_STEP_DEG * i + 180.0) % 360.0 - 180.0,
            height_m=0.0,
            period_s=_UNKNOWN_PERIOD_S,
            clutter_per_scan=1.0,
        )
        for i, name in enumerate(names)
    )


def _batch_rows(batches: list[TrackBatch]) -> Rows:
    def joined(name: str, width: int) -> NDArray[Any]:
        parts = [array(batch, name) for batch in batches]
        empty = np.zeros((0, width)) if width > 1 else np.zeros(0)
        return np.concatenate(parts) if parts else empty

    return Rows(
        joined("time_ns", 1) * 1e-9,
        joined("number", 1).astype(np.int64),
        joined("position_ecef_m", 3),
        joined("velocity_ecef_mps", 3),
        np.zeros(3),
        np.eye(3),
    )


def _write_npz(target: Path, rows: Rows) -> None:
    np.savez_compressed(
        target, t=rows.time_s, id=rows.number, pos=rows.position_m, vel=rows.velocity_mps
    )


def _geodetic_deg(rows: Rows) -> F64:
    """Return latitude, longitude (deg) and height (m), shape (n, 3)."""
    ecef = rows.position_m @ rows.rotation + rows.origin_ecef_m
    lat, lon, height = geodetic_from_ecef(ecef)
    return np.stack([np.degrees(lat), np.degrees(lon), height], 1)


def _write_csv(target: Path, rows: Rows) -> None:
    values = np.column_stack(
        [rows.time_s, rows.number, rows.position_m, rows.velocity_mps, _geodetic_deg(rows)]
    )
    header = "t,id,x,y,z,vx,vy,vz,lat_deg,lon_deg,height_wgs84_m"
    form = ["%.9f", "%d", *["%.3f"] * 6, "%.8f", "%.8f", "%.2f"]
    np.savetxt(target, values, fmt=form, delimiter=",", header=header, comments="")


def _write_geojson(target: Path, rows: Rows) -> None:
    place = np.round(_geodetic_deg(rows), 7)
    features: list[dict[str, Any]] = []
    for number in np.unique(rows.number).tolist():
        mine = np.flatnonzero(rows.number == number)
        path = place[mine][:, [1, 0, 2]].tolist()
        shape = {"type": "Point", "coordinates": path[0]}
        if len(path) > 1:
            shape = {"type": "LineString", "coordinates": path}
        properties = {"id": number, "t": np.round(rows.time_s[mine], 6).tolist()}
        features.append({"type": "Feature", "geometry": shape, "properties": properties})
    whole = {"type": "FeatureCollection", "features": features}
    target.write_bytes(msgspec.json.encode(whole))


_READERS: dict[str, Callable[[Path, Path | None], tuple[dict[str, Any], Rows]]] = {
    ".npz": _track_scenario,
    ".ast": _track_asterix,
    ".pcap": _track_asterix,
}
_WRITERS: dict[str, Callable[[Path, Rows], None]] = {
    ".npz": _write_npz,
    ".csv": _write_csv,
    ".geojson": _write_geojson,
}
