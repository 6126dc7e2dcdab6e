"""ASTERIX recordings through the tracking room."""

import time
from collections import Counter
from pathlib import Path

from skypact.core.errors import DecodeError
from skypact.core.ids import Issuer
from skypact.core.messages import Context, Scan
from skypact.core.site import SensorSite
from skypact.edge.feeds.capture import read_datagrams
from skypact.edge.runs.messages import run_messages
from skypact.edge.runs.run import F64, Run, Tell
from skypact.edge.tables.sensors import read_sensors
from skypact.sensors.recording import Recording, read_recording
from skypact.sensors.settings import Editions

# Radars of unknown place are put on the equator, so far apart that their tracks never meet.
_UNKNOWN_STEP_DEG = 10.0
_UNKNOWN_PERIOD_S = 10.0


def track_asterix(source: Path, sensors: Path | None, times_s: F64 | None, tell: Tell) -> Run:
    """Return the run over a recording (.ast, .pcap). Radars without a site are put somewhere."""
    sites = read_sensors(sensors, asterix=True) if sensors else None
    begun = time.process_time()
    lost = Counter[str]()

    def refuse(reason: str, count: int) -> None:
        lost[reason] += count

    try:
        datagrams = ((at.arrival_ns, at.data) for at in read_datagrams(source, refuse))
        issuer = Issuer("recording", "sensors", Context.TEST)
        recording = read_recording(datagrams, issuer, Editions(), sites)
    except OSError as error:
        raise DecodeError(str(error.strerror or error), feed=str(source)) from error
    read_s = time.process_time() - begun
    notes = [f"{reason}, {count} times" for reason, count in lost.items()] + _notes(recording)
    if sites is None:
        sites = _guessed_sites(recording)
        notes += [
            f"radar {s.name}: no site given; put at lat 0, lon {s.lon_deg:g} deg, height 0; "
            "its tracks are right only relative to it"
            for s in sites
        ]
    run = run_messages(recording.messages, sites, times_s, tell)
    return run.noted(read_s, notes)._replace(placed=sensors is not None)


def _notes(recording: Recording) -> list[str]:
    notes: list[str] = []
    if recording.doubled:
        notes.append(f"{recording.doubled} doubled datagrams dropped")
    if recording.refusals:
        first = recording.refusals[0]
        notes.append(
            f"{sum(r.count for r in recording.refusals)} pieces could not be decoded; the first at "
            f"byte {first.offset} of its datagram: {first.reason}"
        )
    for (sac, sic), count in sorted(recording.unknown.items()):
        notes.append(f"{count} records of SAC {sac} SIC {sic}: not among the sensors given")
    return notes


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
