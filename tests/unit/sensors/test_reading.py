"""A batch of datagrams to columns by radar."""

import numpy as np

from skypact.sensors.categories import asterix_cat021, asterix_cat034, asterix_cat048
from skypact.sensors.categories.marks import KEPT_MAX
from skypact.sensors.reading import Arrived, Reader, Reading
from skypact.sensors.settings import Editions
from tests.unit.sensors import samples


def read(*sent: bytes, late_s: float = 1.0, simulated: bool = True, known: bool = True) -> Reading:
    sites = {(7, 9): samples.site()} if known else None
    reader = Reader(Editions(), sites, clock_error_max_s=60, refuse_simulated=not simulated)
    arrival_ns = samples.START_NS + round(late_s * samples.SECOND_NS)
    return reader.read([Arrived(data, arrival_ns) for data in sent])


def plots(sac: int = 7) -> bytes:
    return asterix_cat048.encode(samples.site(sac=sac), samples.plots())


def test_plots_of_all_datagrams_come_together_by_radar() -> None:
    mark = asterix_cat034.encode_mark(samples.site(), "north", 0, samples.START_NS, 5)
    reading = read(plots(), mark + plots(), asterix_cat021.encode(0, 1, samples.reports()))
    assert len(reading.plots[7, 9]["time_ns"]) == 10
    assert len(reading.reports[21]["time_ns"]) == 4
    assert [m.source for m in reading.marks] == [(7, 9)]
    assert reading.records == 15
    assert reading.refusals == []


def test_unknown_radars_are_counted_by_name() -> None:
    reading = read(plots(sac=8), plots())
    assert {code: int(reading.unknown[code]) for code in np.flatnonzero(reading.unknown)} == {
        8 << 8 | 9: 5
    }
    assert list(reading.plots) == [(7, 9)]
    assert reading.records == 5
    assert list(read(plots(sac=8), known=False).plots) == [(8, 9)]


def test_a_sender_with_a_wrong_clock_is_refused() -> None:
    reading = read(plots(), late_s=90)
    assert reading.plots == {}
    assert reading.refusals[0].count == 5
    assert "clock" in reading.refusals[0].reason
    assert reading.records == 0


def test_an_operational_feed_takes_nothing_simulated() -> None:
    reading = read(plots(), asterix_cat021.encode(0, 1, samples.reports()), simulated=False)
    assert reading.plots == {}
    assert reading.reports == {}
    assert sum(r.count for r in reading.refusals) == 9


def test_records_without_a_source_are_refused() -> None:
    reading = read(b"\x30\x00\x04\x00")
    assert "SAC, SIC" in reading.refusals[0].reason


def test_arrival_decides_the_day_of_each_record() -> None:
    day_s = 86_400.0
    reading = read(plots(), late_s=day_s)
    away = reading.plots[7, 9]["time_ns"] - samples.plots()["time_ns"]
    assert np.abs(away - round(day_s) * samples.SECOND_NS).max() <= 4_000_000


def test_thousands_of_service_messages_are_all_counted_and_the_last_are_read() -> None:
    mark = bytes([0xE0, 7, 9, 1, 0, 0, 0])
    size = 3 + 3_000 * len(mark)
    reading = read(bytes([34, *size.to_bytes(2)]) + mark * 3_000)
    assert (reading.records, len(reading.marks), reading.refusals) == (3_000, KEPT_MAX, [])
