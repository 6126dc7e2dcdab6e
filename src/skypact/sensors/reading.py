"""ASTERIX datagrams to plots, reports and marks: what live feeds and recordings share."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.sensors import asterix_cat021, asterix_cat034, asterix_cat048, asterix_cat062
from skypact.sensors.asterix.program import Program, program
from skypact.sensors.asterix_blocks import Records, Refusal, UnknownCategory, read
from skypact.sensors.asterix_cat034 import Mark
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

    def _known(self, reading: Reading, records: Records) -> Iterator[tuple[Source, Records]]:
        """Yield the records of each radar known, in order of arrival, and count the others."""
        codes = records.value("010")
        for code in dict.fromkeys(codes.tolist()):
            source, rows = (code >> 8, code & 255), codes == code
            if self._sites is None or source in self._sites:
                yield source, records.take(rows)
            else:
                reading.unknown[source] = reading.unknown.get(source, 0) + int(rows.sum())

    def _read_plots(self, reading: Reading, records: Records) -> None:
        for source, own in self._known(reading, records):
            site = None if self._sites is None else self._sites[source]
            plots = asterix_cat048.decode(own, site)
            reading.records += len(own) - len(plots.refusals)
            reading.refusals += plots.refusals
            columns = self._accepted(reading, plots.columns, plots.arrivals, plots.simulated)
            if len(columns["time_ns"]):
                reading.plots[source] = columns

    def _read_reports(self, reading: Reading, category: int, records: Records) -> None:
        module = asterix_cat021 if category == asterix_cat021.CATEGORY else asterix_cat062
        reports = module.decode(records)
        reading.records += len(records) - len(reports.refusals)
        reading.refusals += reports.refusals
        columns = self._accepted(reading, reports.columns, reports.arrivals, reports.simulated)
        if len(columns["time_ns"]):
            reading.reports[category] = columns

    def _read_marks(self, reading: Reading, records: Records) -> None:
        for _, own in self._known(reading, records):
            marks, refusals = asterix_cat034.decode(own)
            reading.records += len(marks)
            reading.marks += marks
            reading.refusals += refusals

    def _accepted(
        self,
        reading: Reading,
        columns: Columns,
        arrivals: NDArray[np.int64],
        simulated: NDArray[np.bool_],
    ) -> Columns:
        """Return the rows that may be used; the others are refused."""
        late = np.abs(columns["time_ns"] - arrivals) > self._clock_error_max_ns
        unreal = simulated & ~late & self._refuse_simulated
        for rows, reason in (
            (late, "time of day too far from the arrival: is the sender's clock right?"),
            (unreal, "simulated or test report on an operational feed"),
        ):
            count = int(rows.sum())
            if count:
                reading.refusals.append(Refusal(0, reason, count))
                reading.records -= count
        used = ~(late | unreal)
        return {name: column[used] for name, column in columns.items()}
