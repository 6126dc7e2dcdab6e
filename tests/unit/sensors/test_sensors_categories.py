"""The categories of older radars, multilateration and surface movement through the room."""

import numpy as np
import pytest

from skypact.core.columns import array, fault
from skypact.core.ids import Issuer
from skypact.core.messages import Context, FeedView, NodeStarted, PositionReports, Scan
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from tests.unit.sensors import oracle, samples
from tests.unit.sensors.categories.test_asterix_cat001 import descriptor
from tests.unit.sensors.categories.test_asterix_cat001 import made as cat001
from tests.unit.sensors.categories.test_measured import BASE, GLOBAL

START_NS, S = samples.START_NS, samples.SECOND_NS
OF_DAY_S = START_NS % (86_400 * S) / S
FEED = FeedSettings(
    name="old", source="udp://127.0.0.1:1", format="asterix", period_s=4, clock_error_max_s=1000
)


def room() -> Sensors:
    return Sensors(Issuer("auria", "sensors", Context.TEST), (FEED,), (samples.site(),))


def give(sensors: Sensors, *sent: bytes, at_s: float = 1.0) -> list[object]:
    arrival_ns = START_NS + round(at_s * S)
    message = samples.datagrams("old", [(arrival_ns, data) for data in sent])
    return list(sensors.handle(message, arrival_ns))


def view(sensors: Sensors) -> FeedView:
    header = Issuer("auria", "node", Context.TEST).header(START_NS, START_NS)
    sensors.handle(NodeStarted(**header, epoch=1, version="0"), START_NS)
    [found] = sensors.wake(START_NS)
    assert isinstance(found, FeedView)
    return found


def plot(second: float) -> bytes:
    raw = round((OF_DAY_S + second) * 128) & 0xFFFF
    return cat001({"010": 0x0709, "020": descriptor(3), "040": 0x4000_4000, "141": raw})


def mark(second: float, message: int = 1) -> bytes:
    return oracle.made(2, "1.2", [{"010": 0x0709, "000": message, "030": (OF_DAY_S + second, "s")}])


def test_plots_and_marks_of_an_old_radar_are_a_scan_and_its_health() -> None:
    sensors = room()
    [scan] = give(sensors, mark(0.5) + plot(0.75))
    assert isinstance(scan, Scan)
    assert (scan.sensor, scan.count, fault(scan)) == ("r1", 1, "")
    assert array(scan, "time_ns").tolist() == [START_NS + 750_000_000]
    assert give(sensors, mark(4.5), at_s=5) == []
    [radar] = view(sensors).sensors
    assert radar.alive
    assert radar.rotation_s == pytest.approx(4.0)


def test_a_radar_whose_clock_is_off_is_read_by_its_own_marks() -> None:
    """Its clock is 400 s ahead. Nearest to the arrival would be 112 s behind."""
    sensors = room()
    give(sensors, mark(400))
    [scan] = give(sensors, plot(401), at_s=2)
    assert isinstance(scan, Scan)
    assert array(scan, "time_ns").tolist() == [START_NS + 401 * S]
    again = room()
    again.restore(sensors.snapshot())
    assert again.snapshot() == sensors.snapshot()
    [scan] = give(again, plot(402), at_s=3)
    assert isinstance(scan, Scan)
    assert array(scan, "time_ns").tolist() == [START_NS + 402 * S]
    [scan] = give(room(), plot(402), at_s=3)
    assert isinstance(scan, Scan)
    assert array(scan, "time_ns").tolist() == [START_NS + (402 - 512) * S]


@pytest.mark.parametrize("category", [10, 11, 20])
def test_measured_positions_are_reports(category: int) -> None:
    edition = {10: "1.1", 11: "1.3", 20: "1.11"}[category]
    data = oracle.made(category, edition, [BASE[category] | GLOBAL])
    [reports] = give(room(), data)
    assert isinstance(reports, PositionReports)
    assert (reports.feed, reports.count, fault(reports)) == ("old", 1, "")
    assert np.degrees(array(reports, "lat_rad")).tolist() == pytest.approx([-31.5], abs=1e-5)


def test_what_a_system_says_of_itself_is_shown() -> None:
    sensors = room()
    state = {"010": 0x0203, "000": 1, "015": 1, "030": 0, "040": 0b1010_0000}
    assert give(sensors, oracle.made(65, "1.6", [state])) == []
    [feed] = view(sensors).feeds
    [source] = feed.sources
    assert (source.sac, source.sic, source.fault) == (2, 3, "not connected, overloaded")
    assert feed.records == 1
    assert feed.last_refusals == ("SAC 2 SIC 3: not connected, overloaded",)
