"""A recording read to its end."""

from skypact.core.columns import array, fault
from skypact.core.ids import Issuer
from skypact.core.messages import Context, PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.sensors.categories import asterix_cat021, asterix_cat048
from skypact.sensors.recording import BATCH_DATAGRAMS, Recording, read_recording
from skypact.sensors.settings import Editions
from tests.unit.sensors import samples

S = samples.SECOND_NS


def read(sent: list[tuple[int | None, bytes]], sites: list[SensorSite] | None = None) -> Recording:
    return read_recording(sent, Issuer("t", "track", Context.TEST), Editions(), sites)


def plots(at_s: float, sac: int = 7) -> bytes:
    time_ns = samples.plots()["time_ns"] + round(at_s * S)
    return asterix_cat048.encode(samples.site(sac=sac), samples.plots(time_ns=time_ns))


def test_doubles_are_dropped_and_scans_hold_a_second() -> None:
    start = samples.START_NS
    sent = [(start + at * S // 2, plots(at / 2)) for at in range(8)]
    doubled = [pair for at, data in sent for pair in ((at, data), (at + 20_000, data))]
    recording = read(doubled)
    assert (recording.doubled, recording.records, recording.refusals) == (8, 40, [])
    scans = [m for m in recording.messages if isinstance(m, Scan)]
    assert [(m.sensor, m.count) for m in scans] == [("7-9", 10)] * 4
    assert all(fault(m) == "" for m in scans)


def test_sites_name_the_radars_and_others_are_counted() -> None:
    sent = [(samples.START_NS, plots(0) + plots(0, sac=3) + b"\xc8\x00\x04\x00")]
    recording = read(sent, [samples.site()])
    assert [m.sensor for m in recording.messages if isinstance(m, Scan)] == ["r1"]
    assert recording.unknown == {(3, 9): 5}
    assert recording.unknown_categories == {200: 1}


def test_without_times_the_day_goes_on_over_midnight() -> None:
    day_s = 86_400
    begin_s = day_s - samples.START_NS // S % day_s - BATCH_DATAGRAMS
    steps = range(3 * BATCH_DATAGRAMS)
    recording = read([(None, plots(begin_s + step)) for step in steps])
    times = [t for m in recording.messages if isinstance(m, Scan) for t in array(m, "time_ns")]
    assert times[0] // S == day_s - BATCH_DATAGRAMS
    assert times[-1] // S == day_s + 2 * BATCH_DATAGRAMS - 1


def test_reports_are_kept_by_category() -> None:
    recording = read([(samples.START_NS, asterix_cat021.encode(0, 1, samples.reports()))])
    [message] = recording.messages
    assert isinstance(message, PositionReports)
    assert (message.feed, message.count) == ("CAT021", 4)
