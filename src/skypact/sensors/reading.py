"""ASTERIX datagrams to plots, reports and marks: what live feeds and recordings share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.sensors.asterix.program import Program, Wanted, program
from skypact.sensors.asterix_blocks import I64, Flags, Records, Refusal, UnknownCategory, read
from skypact.sensors.asterix_fields import TIME_OF_DAY_MAX, utc_ns
from skypact.sensors.categories import (
    asterix_cat001,
    asterix_cat002,
    asterix_cat010,
    asterix_cat011,
    asterix_cat020,
    asterix_cat021,
    asterix_cat034,
    asterix_cat048,
    asterix_cat062,
    asterix_cat065,
)
from skypact.sensors.categories.asterix_cat021 import Reports
from skypact.sensors.categories.asterix_cat048 import Plots
from skypact.sensors.categories.marks import Mark, Status
from skypact.sensors.radar_clocks import RadarClocks
from skypact.sensors.settings import Editions

Columns = dict[str, NDArray[Any]]
Source = tuple[int, int]
Sites = Mapping[int, SensorSite]
SECOND_NS = 1_000_000_000
SOURCES = 1 << 16

WANTED: Mapping[int, Callable[[str], Wanted]] = {
    module.CATEGORY: module.wanted
    for module in (
        *(asterix_cat001, asterix_cat002, asterix_cat010, asterix_cat011, asterix_cat020),
        *(asterix_cat021, asterix_cat034, asterix_cat048, asterix_cat062, asterix_cat065),
    )
}
"""Categories that are read: what of each."""

REPORTS: Mapping[int, Callable[[Records, Sites], Reports]] = {
    asterix_cat010.CATEGORY: asterix_cat010.decode,
    asterix_cat011.CATEGORY: asterix_cat011.decode,
    asterix_cat020.CATEGORY: asterix_cat020.decode,
    asterix_cat021.CATEGORY: lambda records, _: asterix_cat021.decode(records),
    asterix_cat062.CATEGORY: lambda records, _: asterix_cat062.decode(records),
}
MARKS: Mapping[int, Callable[[Records], tuple[list[Mark], list[Refusal]]]] = {
    asterix_cat002.CATEGORY: asterix_cat002.decode,
    asterix_cat034.CATEGORY: asterix_cat034.decode,
}
STATUSES: Mapping[int, Callable[[Records], list[Status]]] = {
    asterix_cat010.CATEGORY: asterix_cat010.statuses,
    asterix_cat034.CATEGORY: asterix_cat034.statuses,
    asterix_cat065.CATEGORY: asterix_cat065.statuses,
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """One datagram and when it came, ns UTC."""

    data: bytes
    arrival_ns: int


@dataclass(slots=True)
class Reading:
    """What a batch of datagrams held.

    plots: by (SAC, SIC), rows in order of arrival; reports: by category; unknown: records of radars
    without a site by SAC * 256 + SIC, shape (SOURCES,), or (0,) when there are none; records: how
    many were read and belong to somebody known.
    """

    plots: dict[Source, Columns] = field(default_factory=dict[Source, Columns])
    reports: dict[int, Columns] = field(default_factory=dict[int, Columns])
    marks: list[Mark] = field(default_factory=list[Mark])
    statuses: list[Status] = field(default_factory=list[Status])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
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
    """Return the program that reads what a feed can use."""
    return program({c: wanted(editions.of(c)) for c, wanted in WANTED.items()})


class Reader:
    """Reads ASTERIX of given editions.

    sites: radars by (SAC, SIC), None to read every radar, without elevations from heights;
    clock_error_max_s: see FeedSettings; refuse_simulated: an operational node takes no simulated
    and no test report. clocks: what CAT002 said; all that is remembered from call to call.
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
        self.clocks = RadarClocks()

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
        # CAT002 says the time by which CAT001 is read.
        for category in sorted(batch.records, key=lambda c: c == asterix_cat001.CATEGORY):
            records = batch.records[category]
            if category in (asterix_cat001.CATEGORY, asterix_cat048.CATEGORY):
                self._read_plots(reading, records)
            elif category in MARKS:
                self._read_marks(reading, records)
            elif category in REPORTS:
                self._read_reports(reading, category, records)
            else:
                reading.records += len(records)
            if category in STATUSES:
                reading.statuses += STATUSES[category](records)
        return reading

    def _known(self, reading: Reading, records: Records) -> Records:
        """Return the records of the radars known; count the others."""
        if self._sites is None:
            return records
        codes = records.value("010")
        known = np.isin(codes, self._codes)
        if known.all():
            return records
        # A crafted datagram names twenty thousand sources: no loop over them here.
        counts = np.bincount(codes[~known], minlength=SOURCES)
        reading.unknown = reading.unknown + counts if reading.unknown.size else counts
        return records.take(known)

    def _read_plots(self, reading: Reading, records: Records) -> None:
        own = self._known(reading, records)
        plots = self._plots(own)
        reading.records += len(own) - _count(plots.refusals)
        reading.refusals += plots.refusals
        used = self._used(reading, plots.columns["time_ns"], plots.arrivals, plots.simulated)
        sources = plots.sources[used]
        codes, first = np.unique(sources, return_index=True)
        for code in codes[np.argsort(first)].tolist():
            rows = used[sources == code]
            columns = {name: column[rows] for name, column in plots.columns.items()}
            reading.plots[code >> 8, code & 255] = columns

    def _plots(self, own: Records) -> Plots:
        if own.category == asterix_cat048.CATEGORY:
            return asterix_cat048.decode(own, self._by_code)
        return asterix_cat001.decode(own, self.clocks.references(own.value("010"), own.arrivals))

    def _read_reports(self, reading: Reading, category: int, records: Records) -> None:
        reports = REPORTS[category](records, self._by_code)
        reading.records += len(records) - _count(reports.refusals)
        reading.refusals += reports.refusals
        used = self._used(reading, reports.columns["time_ns"], reports.arrivals, reports.simulated)
        if used.size:
            reading.reports[category] = {n: column[used] for n, column in reports.columns.items()}

    def _read_marks(self, reading: Reading, records: Records) -> None:
        known = self._known(reading, records)
        marks, refusals = MARKS[records.category](known)
        if records.category == asterix_cat002.CATEGORY:
            raw, timed = known.value("030"), known.present("030")
            timed &= raw < TIME_OF_DAY_MAX
            said = known.take(timed)
            self.clocks.take(said.value("010"), utc_ns(raw[timed], said.arrivals), said.arrivals)
        reading.records += len(known) - _count(refusals)
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


def _count(refusals: Iterable[Refusal]) -> int:
    return sum(refusal.count for refusal in refusals)
