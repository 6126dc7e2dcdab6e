"""ASTERIX datagrams to plots, reports and marks: what live feeds and recordings share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.sensors.asterix.program import Program, program
from skypact.sensors.asterix_blocks import I64, Flags, Records, Refusal, UnknownCategory, read
from skypact.sensors.categories import (
    asterix_cat021,
    asterix_cat034,
    asterix_cat048,
    asterix_cat062,
)
from skypact.sensors.categories.asterix_cat034 import Mark
from skypact.sensors.settings import Editions

Columns = dict[str, NDArray[Any]]
Source = tuple[int, int]
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """One datagram and when it came, ns UTC."""

    data: bytes
    arrival_ns: int


@dataclass(slots=True)
class Reading:
    """What a batch of datagrams held.

    plots: by (SAC, SIC), rows in order of arrival; reports: by category; unknown: by (SAC, SIC)
    of radars without a site; records: how many were read and belong to somebody known.
    """

    plots: dict[Source, Columns] = field(default_factory=dict[Source, Columns])
    reports: dict[int, Columns] = field(default_factory=dict[int, Columns])
    marks: list[Mark] = field(default_factory=list[Mark])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[Source, int] = field(default_factory=dict[Source, int])
    unknown_categories: dict[int, int] = field(default_factory=dict[int, int])
    records: int = 0


def scan(issuer: Issuer, sensor: str, columns: Columns, now_ns: int) -> Scan:
    """Return the message of at least one plot."""
    return Scan(
        **issuer.header(int(columns["time_ns"].max()), now_ns),
        sensor=sensor,
        count=len(columns["time_ns"]),
        **pack(Scan, **columns),
    )


def position_reports(issuer: Issuer, feed: str, columns: Columns, now_ns: int) -> PositionReports:
    """Return the message of at least one report."""
    return PositionReports(
        **issuer.header(int(columns["time_ns"].max()), now_ns),
        feed=feed,
        count=len(columns["time_ns"]),
        **pack(PositionReports, **columns),
    )


@cache
def reading_program(editions: Editions) -> Program:
    return program(
        {
            asterix_cat021.CATEGORY: asterix_cat021.wanted(editions.cat021),
            asterix_cat034.CATEGORY: asterix_cat034.wanted(editions.cat034),
            asterix_cat048.CATEGORY: asterix_cat048.wanted(editions.cat048),
            asterix_cat062.CATEGORY: asterix_cat062.wanted(editions.cat062),
        }
    )


class Reader:
    """Reads ASTERIX of given editions.

    sites: radars by (SAC, SIC), None to read every radar, without elevations from heights;
    clock_error_max_s: see FeedSettings; refuse_simulated: an operational node takes no simulated
    and no test report.
    """

    def __init__(
        self,
        editions: Editions,
        sites: Mapping[Source, SensorSite] | None,
        *,
        clock_error_max_s: float,
        refuse_simulated: bool,
    ) -> None:
        self._program = reading_program(editions)
        self._sites = sites
        self._by_code = {sac << 8 | sic: site for (sac, sic), site in (sites or {}).items()}
        self._codes = np.array(sorted(self._by_code), np.int64)
        self._clock_error_max_ns = round(clock_error_max_s * SECOND_NS)
        self._refuse_simulated = refuse_simulated

    def read(self, datagrams: Iterable[Arrived]) -> Reading:
        """Return what the datagrams hold; no bytes at all make this fail."""
        reading = Reading()
        arrived = list(datagrams)
        batch = read([a.data for a in arrived], [a.arrival_ns for a in arrived], self._program)
        for part in batch.refused:
            if isinstance(part, UnknownCategory):
                count = reading.unknown_categories.get(part.category, 0)
                reading.unknown_categories[part.category] = count + 1
            else:
                reading.refusals.append(part)
        for category, records in batch.records.items():
            if category == asterix_cat048.CATEGORY:
                self._read_plots(reading, records)
            elif category == asterix_cat034.CATEGORY:
                self._read_marks(reading, records)
            else:
                self._read_reports(reading, category, records)
        return reading

    def _known(self, reading: Reading, records: Records) -> Records:
        """Return the records of the radars known; count the others."""
        if self._sites is None:
            return records
        codes = records.value("010")
        known = np.isin(codes, self._codes)
        if known.all():
            return records
        unknown, counts = np.unique(codes[~known], return_counts=True)
        for code, count in zip(unknown.tolist(), counts.tolist(), strict=True):
            source = (code >> 8, code & 255)
            reading.unknown[source] = reading.unknown.get(source, 0) + count
        return records.take(known)

    def _read_plots(self, reading: Reading, records: Records) -> None:
        own = self._known(reading, records)
        plots = asterix_cat048.decode(own, self._by_code)
        reading.records += len(own) - len(plots.refusals)
        reading.refusals += plots.refusals
        used = self._used(reading, plots.columns["time_ns"], plots.arrivals, plots.simulated)
        sources = plots.sources[used]
        codes, first = np.unique(sources, return_index=True)
        for code in codes[np.argsort(first)].tolist():
            rows = used[sources == code]
            columns = {name: column[rows] for name, column in plots.columns.items()}
            reading.plots[code >> 8, code & 255] = columns

    def _read_reports(self, reading: Reading, category: int, records: Records) -> None:
        module = asterix_cat021 if category == asterix_cat021.CATEGORY else asterix_cat062
        reports = module.decode(records)
        reading.records += len(records) - len(reports.refusals)
        reading.refusals += reports.refusals
        used = self._used(reading, reports.columns["time_ns"], reports.arrivals, reports.simulated)
        if used.size:
            reading.reports[category] = {n: column[used] for n, column in reports.columns.items()}

    def _read_marks(self, reading: Reading, records: Records) -> None:
        marks, refusals = asterix_cat034.decode(self._known(reading, records))
        reading.records += len(marks)
        reading.marks += marks
        reading.refusals += refusals

    def _used(self, reading: Reading, times: I64, arrivals: I64, simulated: Flags) -> I64:
        """Return the rows that may be used; the others are refused."""
        late = np.abs(times - arrivals) > self._clock_error_max_ns
        unreal = simulated & ~late & self._refuse_simulated
        for rows, reason in (
            (late, "time of day too far from the arrival: is the sender's clock right?"),
            (unreal, "simulated or test report on an operational feed"),
        ):
            count = int(rows.sum())
            if count:
                reading.refusals.append(Refusal(0, reason, count))
                reading.records -= count
        return np.flatnonzero(~(late | unreal))
