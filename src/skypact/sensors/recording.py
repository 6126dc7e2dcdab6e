"""A whole ASTERIX recording to plots and reports, for `skypact track`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from skypact.core.ids import Issuer
from skypact.core.messages import PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.reading import Arrived, Reader, Reading, Source, position_reports, scan
from skypact.sensors.settings import Editions
from skypact.sensors.tally import Doubles

BATCH_NS = 1_000_000_000
BATCH_DATAGRAMS = 64
DOUBLED_WINDOW_NS = 2_000_000_000
NOON_NS = 43_200_000_000_000
CLOCK_ERROR_MAX_S = 2 * 86_400.0


@dataclass(slots=True)
class Recording:
    """A recording read to its end: messages in order of arrival, and what was left aside.

    unknown: records by (SAC, SIC) of radars without a site; unknown_categories: data blocks.
    """

    messages: list[Scan | PositionReports] = field(default_factory=list[Scan | PositionReports])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[Source, int] = field(default_factory=dict[Source, int])
    unknown_categories: dict[int, int] = field(default_factory=dict[int, int])
    records: int = 0
    doubled: int = 0


def read_recording(
    datagrams: Iterable[tuple[int | None, bytes]],
    issuer: Issuer,
    editions: Editions,
    sites: Sequence[SensorSite] | None,
) -> Recording:
    """Return all plots and reports of an ASTERIX recording.

    datagrams: (arrival_ns, bytes); arrival None when the recording keeps no times: the day is then
    1970-01-01 and goes on from batch to batch. sites None: every radar is taken, under the name
    "SAC-SIC"; else the others are counted as unknown. A Scan holds at most BATCH_NS of arrivals.
    """
    known = None if sites is None else {(site.sac, site.sic): site for site in sites}
    reader = Reader(editions, known, clock_error_max_s=CLOCK_ERROR_MAX_S, refuse_simulated=False)
    recording = Recording()
    reference_ns = NOON_NS
    for batch in _batches(datagrams, recording):
        arrived = [Arrived(data, reference_ns if at is None else at) for at, data in batch]
        reading = reader.read(arrived)
        _add(recording, reading)
        now_ns = arrived[-1].arrival_ns
        latest_ns = 0
        for source, columns in reading.plots.items():
            name = f"{source[0]}-{source[1]}" if known is None else known[source].name
            recording.messages.append(scan(issuer, name, columns, now_ns))
            latest_ns = max(latest_ns, recording.messages[-1].observed_ns)
        for category, columns in reading.reports.items():
            feed = f"CAT{category:03d}"
            recording.messages.append(position_reports(issuer, feed, columns, now_ns))
            latest_ns = max(latest_ns, recording.messages[-1].observed_ns)
        reference_ns = latest_ns or reference_ns
    return recording


def _batches(
    datagrams: Iterable[tuple[int | None, bytes]], recording: Recording
) -> Iterator[list[tuple[int | None, bytes]]]:
    """Yield the datagrams without doubles, BATCH_NS or BATCH_DATAGRAMS at a time."""
    doubles = Doubles()
    batch: list[tuple[int | None, bytes]] = []
    begun_ns = 0
    for arrival_ns, data in datagrams:
        if doubles.is_double(data, arrival_ns or 0, DOUBLED_WINDOW_NS):
            recording.doubled += 1
            continue
        late = arrival_ns is not None and arrival_ns - begun_ns >= BATCH_NS
        if batch and (late or len(batch) >= BATCH_DATAGRAMS):
            yield batch
            batch = []
        if not batch:
            begun_ns = arrival_ns or 0
        batch.append((arrival_ns, data))
    if batch:
        yield batch


def _add(recording: Recording, reading: Reading) -> None:
    recording.records += reading.records
    recording.refusals += reading.refusals
    for code in np.flatnonzero(reading.unknown).tolist():
        source, count = (code >> 8, code & 255), int(reading.unknown[code])
        recording.unknown[source] = recording.unknown.get(source, 0) + count
    for category, count in reading.unknown_categories.items():
        recording.unknown_categories[category] = (
            recording.unknown_categories.get(category, 0) + count
        )
