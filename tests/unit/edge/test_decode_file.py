"""A recording to a table: whole, damaged, and not a recording at all."""

import gzip
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge.decode_file import decode_file
from skypact.exercise.recorded import RecordedTraffic
from skypact.sensors.categories import asterix_cat048
from tests.unit.edge.feeds.captures import (
    enhanced,
    fragments,
    interface,
    pcap,
    section,
    udp,
    udp6,
)
from tests.unit.sensors import samples

PLOTS = asterix_cat048.encode(samples.site(), samples.plots())


def decode(data: bytes, folder: Path, name: str = "a.pcap", **editions: str) -> dict[str, Any]:
    source = folder / name
    source.write_bytes(data)
    shares: list[float] = []
    report = decode_file(
        source,
        folder / "out.parquet",
        {int(k[3:]): v for k, v in editions.items()},
        shares.append,
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert not list(folder.glob(".*"))
    return report


def rows(folder: Path) -> list[dict[str, Any]]:
    return parquet.read_table(folder / "out.parquet").to_pylist()


def test_a_recording_is_a_row_a_record(tmp_path: Path) -> None:
    traffic = [data for _, data in RecordedTraffic().cat021(0, 3, samples.START_NS)]
    packets = [udp(data) for data in [*traffic, PLOTS]]
    report = decode(pcap([*packets, b"\x00"], first_s=1_790_000_000), tmp_path)
    found = rows(tmp_path)
    assert report["records_total"] == len(found) > 20
    assert report["records"] == {
        f"CAT{c:03d}": n for c, n in sorted(Counter(r["category"] for r in found).items())
    }
    assert report["refused"] == {}
    assert (report["datagrams"], report["packets_passed_over"]) == (len(packets), 1)
    assert report["records_per_s"] > 0
    again = (
        section() + interface() + b"".join(enhanced(p, 10**6 * i) for i, p in enumerate(packets))
    )
    assert decode(again, tmp_path, "b.pcapng")["records"] == report["records"]
    blocks = b"".join([*traffic, PLOTS])
    assert decode(blocks, tmp_path, "c.ast")["records"] == report["records"]
    assert {row["arrival_ns"] for row in rows(tmp_path)} == {None}


def test_an_edition_can_be_said(tmp_path: Path) -> None:
    assert decode(pcap([udp(PLOTS)]), tmp_path, cat048="1.27")["records_total"] == 5
    for category, edition, said in ((48, "9.9", "has the editions 1.27"), (9, "1.0", "not read")):
        with pytest.raises(ConfigError, match=said):
            decode_file(tmp_path / "a.pcap", tmp_path / "o.csv", {category: edition}, print)


def test_a_capture_cut_short_gives_what_came_before(tmp_path: Path) -> None:
    report = decode(pcap([udp(PLOTS)] * 3)[:-7], tmp_path)
    assert report["records_total"] == 10
    [(reason, count)] = report["refused"].items()
    assert "cut short" in reason
    assert count == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pcap", b"", "byte 0: the file is empty"),
        ("a.pcap", b"\x30\x00\x10", "byte 0: this is no capture: it begins with 30 00 10"),
        ("a.pcap", pcap([])[:20], "byte 0: the capture's header is cut short"),
        ("a.pcap", pcap([udp(PLOTS)])[:-1], "byte 24: a packet is cut short"),
        ("a.pcapng", section()[:8] + bytes(30), "byte 0: a section of unknown byte order"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    name: str, data: bytes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(DecodeError, match=said):
        decode(data, tmp_path, name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    source = tmp_path / "a.ast"
    source.write_bytes(PLOTS)
    with pytest.raises(ConfigError, match="cannot be written"):
        decode_file(source, tmp_path / "none" / "a.csv", {}, print)
    (tmp_path / "o.csv").mkdir()
    with pytest.raises(ConfigError, match="directory"):
        decode_file(source, tmp_path / "o.csv", {}, print)


def recording(kind: str) -> tuple[bytearray, list[int]]:
    """Return a recording of 1,000 data blocks, and where each begins with what is wrapped round
    it."""
    numbers = np.random.default_rng(1)
    sent = [
        asterix_cat048.encode(
            samples.site(sic=i % 250),
            samples.plots(range_m=numbers.uniform(1e3, 4e5, 5), callsign=np.full(5, b"AB", "S8")),
        )
        for i in range(1_000)
    ]
    head, wrapped = b"", sent
    if kind == "pcap":
        head = pcap([])
        wrapped = [pcap([udp(d)], first_s=1_790_000_000 + i)[24:] for i, d in enumerate(sent)]
    elif kind == "pcapng":
        head = section() + interface()
        wrapped = [enhanced(udp(d), 10**6 * i) for i, d in enumerate(sent)]
    starts = np.cumsum([len(head)] + [len(w) for w in wrapped])
    return bytearray(head + b"".join(wrapped)), starts.tolist()


@pytest.mark.parametrize("kind", ["pcap", "pcapng", "ast"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flipped_bits_lose_only_the_damaged_records(kind: str, seed: int, tmp_path: Path) -> None:
    """In 1 % of the blocks a bit is wrong, anywhere, headers of packets and blocks too; every
    record of the others comes out as before."""
    dice = random.Random(seed)
    data, starts = recording(kind)
    decode(bytes(data), tmp_path, f"a.{kind}")
    whole = [said(row) for row in rows(tmp_path)]
    assert len(whole) == 5_000
    damaged = set(dice.sample(range(1_000), 10))
    for number in damaged:
        at = dice.randrange(starts[number], starts[number + 1])
        data[at] ^= 1 << dice.randrange(8)
    report = decode(bytes(data), tmp_path, f"b.{kind}")
    found = Counter(said(row) for row in rows(tmp_path))
    sound = Counter(row for i, row in enumerate(whole) if i // 5 not in damaged)
    assert sound - found == Counter()
    assert report["records_total"] <= 5_000
    assert report["refused_total"] + report["packets_passed_over"] > 0


def said(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a record says, without where it stood."""
    return tuple(v for k, v in row.items() if k not in ("datagram", "offset_bytes"))


@pytest.mark.parametrize("build", [udp, udp6])
def test_a_capture_in_fragments_gives_the_same_rows(
    build: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    numbers = np.random.default_rng(1)
    sent = [
        asterix_cat048.encode(samples.site(), samples.plots(range_m=numbers.uniform(1e3, 4e5, 5)))
        for _ in range(50)
    ]
    whole = decode(pcap([build(data) for data in sent], apart_s=0, step_us=0), tmp_path)
    before = [said(row) for row in rows(tmp_path)]
    parts = [part for i, data in enumerate(sent) for part in fragments(build(data), 64, i)]
    report = decode(pcap(parts, apart_s=0, step_us=0), tmp_path)
    assert [said(row) for row in rows(tmp_path)] == before
    assert report["records"] == whole["records"] == {"CAT048": 250}
    assert (report["datagrams"], report["fragments_joined"]) == (50, len(parts))
    assert (report["packets_passed_over"], report["refused"]) == (0, {})
    some = decode(pcap(parts[1:], apart_s=0, step_us=0), tmp_path)
    assert some["records"] == {"CAT048": 245}
    missing = "capture: a UDP datagram of which fragments are missing or contradict"
    assert some["refused"] == {missing: 1}


def test_fragments_and_packets_cut_by_the_capture_are_said(tmp_path: Path) -> None:
    whole = udp(PLOTS)
    fragment = fragments(whole, 64)[0]
    behind = fragments(udp6(PLOTS), 64)[-1]
    other = whole[:9] + b"\x06" + whole[10:]
    report = decode(pcap([whole, fragment, behind, whole[:40], behind[:-1], other]), tmp_path)
    assert report["datagrams"] == 1
    assert report["packets_passed_over"] == 3
    assert report["refused"] == {
        "capture: a UDP datagram of which fragments are missing or contradict": 2,
        "capture: a UDP datagram of which the capture holds only the beginning": 2,
    }


def test_a_compressed_capture_is_told(tmp_path: Path) -> None:
    for name in ("a.pcap.gz", "a.pcap"):
        with pytest.raises(DecodeError, match="compressed: unpack it first"):
            decode(gzip.compress(pcap([udp(PLOTS)])), tmp_path, name)


def test_a_target_that_cannot_be_is_named_as_it_was_given(tmp_path: Path) -> None:
    source = tmp_path / "a.pcap"
    source.write_bytes(pcap([udp(PLOTS)]))
    for target in (tmp_path / "out.json", tmp_path / "nowhere" / "out.csv"):
        with pytest.raises(ConfigError) as caught:
            decode_file(source, target, {}, lambda share: None)
        assert caught.value.path == str(target)
