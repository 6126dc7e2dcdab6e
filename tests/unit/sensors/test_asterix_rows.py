"""Rows of `skypact decode` say what libasterix says of the same bytes, in the units they name."""

import random
from collections.abc import Iterator
from typing import Any

import asterix.base as base
import numpy as np
import pytest

from skypact.sensors.asterix_columns import CELLS, COLUMNS, LSBS, TIMES
from skypact.sensors.asterix_rows import NO_TIME, USUAL, RowReader, Rows
from tests.unit.sensors import oracle

DAY_S, DAY_NS = 86_400, 86_400_000_000_000
ARRIVAL_NS = 20_000 * DAY_NS + 43_200_000_000_000
MILE_M, FOOT_M = 1852.0, 0.3048
SI = {"NM": MILE_M, "NM/s": MILE_M, "FL": 100 * FOOT_M, "ft": FOOT_M, "ft/min": FOOT_M / 60}


def read(data: list[bytes], arrivals: list[int], reader: RowReader | None = None) -> Rows:
    bounds = np.concatenate([[0], np.cumsum([len(d) for d in data])])
    joined = np.frombuffer(bytearray(b"".join(data)), np.uint8)
    made = reader or RowReader({})
    return made.read(joined, bounds, np.array(arrivals, np.int64))[0]


def said(record: Any) -> dict[str, Any]:
    """Return path -> element of a record libasterix parsed."""
    found: dict[str, Any] = {}
    for name, item in record.items_regular.items():
        for path, element in elements(name, item):
            found.setdefault(path, element)
    return found


def elements(path: str, kind: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, base.RuleVariationContextFree | base.NonSpare | base.Item):
        yield from elements(path, kind.arg)
    elif isinstance(kind, base.Element):
        yield path, kind
    elif isinstance(kind, base.Group | base.Extended):
        parts = [kind.arg] if isinstance(kind, base.Group) else kind.arg
        for item in (item for part in parts for item in part if isinstance(item, base.Item)):
            yield from elements(f"{path}/{item.arg.cv_name}", item.arg)
    elif isinstance(kind, base.Compound):
        for name, item in kind.arg.items():
            yield from elements(f"{path}/{name}", item)


def expected(element: Any, kind: str) -> Any:
    """Return what a cell must say: SI, degrees or text, by libasterix's own units."""
    rule = element._get_rule()
    free = isinstance(rule, base.RuleContentContextFree)
    content = rule._get_content() if free else rule._get_content(None)
    if kind == "f8":
        if isinstance(content, base.ContentQuantity):
            return content._as_quantity() * SI.get(content.cv_unit, 1.0)
        return float(content.as_uint())
    if kind == "octal":
        return f"{content.as_uint():04o}".encode()
    if kind == "hex":
        return f"{content.as_uint():06x}".encode()
    if kind == "text":
        text = content.as_string() if isinstance(content, base.ContentString) else ""
        return text.rstrip().encode()
    return content.as_uint()


@pytest.mark.parametrize("category", sorted(USUAL))
def test_every_cell_is_what_libasterix_reads(category: int) -> None:
    dice = random.Random(category)
    kinds = oracle.profiles(category, USUAL[category])
    checked: set[str] = set()
    for number, (name, kind) in enumerate(kinds.items()):
        typ = str(number) if len(kinds) > 1 else ""
        for _ in range(60):
            data = oracle.record_bytes(kind, dice, 0.7, typ)
            rows = read([oracle.block(category, data)], [ARRIVAL_NS])
            [record, _] = kind._parse(base.ParsingMode.StrictParsing, base.Bits.from_bytes(data))
            assert rows.count == 1
            checked |= compare(rows, said(record), category)
        assert name in kinds
    assert checked >= set(CELLS[category])


def compare(rows: Rows, found: dict[str, Any], category: int) -> set[str]:
    """Check each cell of one row; return the columns for which libasterix had something."""
    checked: set[str] = set()
    for name, kind in COLUMNS:
        paths = [p for p in CELLS[category].get(name, ()) if p in found]
        value = rows.values[name][0]
        if not paths:
            assert value != value or not value, (name, value)
            continue
        checked.add(name)
        if name in rows.there:
            assert rows.there[name][0]
        if kind == "flag":
            assert value == any(expected(found[p], kind) for p in paths)
        elif name == "detection":
            typ = expected(found[paths[0]], kind)
            assert value == ([0, 1, 2, 3, 2, 2, 3, 3][typ] if category == 48 else typ)
        elif kind == "f8":
            # libasterix has 1/16 m/s where the standard says 1/4.
            times = 4 if (category, paths[0]) in LSBS else 1
            told = expected(found[paths[0]], kind) * times
            assert value == pytest.approx(told, rel=1e-12, abs=1e-12)
        elif kind == "text":
            assert readable(value) == readable(expected(found[paths[0]], kind))
        else:
            assert value == expected(found[paths[0]], kind), name
    return checked


def readable(text: bytes) -> bytes:
    """Return a text without the characters that are not defined, which each reader shows as it
    likes."""
    return bytes(c for c in text if chr(c).isalnum() and chr(c).isascii())


def test_times_are_utc_near_the_arrival() -> None:
    mark = oracle.made(34, "1.29", [{"010": 0x0709, "000": 1, "030": 128 * 43_190}])
    rows = read([mark], [ARRIVAL_NS])
    assert rows.values["time_ns"].tolist() == [ARRIVAL_NS - 10 * 10**9]
    beyond = oracle.made(34, "1.29", [{"010": 0x0709, "000": 1, "030": 128 * DAY_S}])
    assert not read([beyond], [ARRIVAL_NS]).there["time_ns"][0]


def test_a_file_without_times_goes_on_over_midnight_and_over_pieces() -> None:
    times_s = [86_390, 86_399, 3, 2, 30_000, 60_000, 10]
    marks = [
        oracle.made(34, "1.29", [{"010": 0x0709, "000": 1, "030": 128 * second}])
        for second in times_s
    ]
    reader = RowReader({})
    first = read(marks[:3], [NO_TIME] * 3, reader)
    rest = read(marks[3:], [NO_TIME] * 4, reader)
    found = [*first.values["time_ns"].tolist(), *rest.values["time_ns"].tolist()]
    days = [0, 0, 1, 1, 1, 1, 2]
    assert found == [(day * DAY_S + s) * 10**9 for day, s in zip(days, times_s, strict=True)]
    assert not first.there["arrival_ns"].any()


@pytest.mark.parametrize("known", [True, False])
def test_a_truncated_time_goes_by_the_clock_of_its_radar(known: bool) -> None:
    """The radar's clock is 300 s ahead; only its CAT002 says so."""
    second = 43_500
    mark = oracle.made(2, USUAL[2], [{"010": 0x0709, "000": 1, "030": 128 * second}])
    plot = oracle.record_bytes(
        oracle.profiles(1, USUAL[1])["plot"], random.Random(3), share=0.0, typ="0"
    )
    assert plot[0] == 0xC0
    timed = bytes([plot[0] | 0x02]) + plot[1:3] + plot[3:] + (128 * second & 0xFFFF).to_bytes(2)
    sent = [mark] * known + [oracle.block(1, timed.replace(plot[1:3], b"\x07\x09", 1))]
    rows = read(sent, [ARRIVAL_NS] * len(sent))
    error_s = (int(rows.values["time_ns"][-1]) - ARRIVAL_NS) / 1e9
    assert error_s == (300 if known else 300 - 512)


def test_rows_come_in_order_and_faults_are_counted() -> None:
    mark = oracle.made(34, "1.29", [{"010": 0x0709, "000": 1, "030": 0}])
    state = oracle.made(65, USUAL[65], [{"010": 0x0102, "000": 1, "015": 2, "030": 0}])
    reader = RowReader({})
    sent = [mark + state, b"\x30\x00\x04\x00", b"\x30\xff\xff", b"\xc8\x00\x04\x00", state, mark]
    data = np.frombuffer(bytearray(b"".join(sent)), np.uint8)
    bounds = np.concatenate([[0], np.cumsum([len(d) for d in sent])])
    rows, faulty = reader.read(data, bounds, np.full(len(sent), ARRIVAL_NS))
    assert rows.values["category"].tolist() == [34, 65, 65, 34]
    assert rows.values["datagram"].tolist() == [0, 0, 4, 5]
    assert rows.values["offset_bytes"].tolist() == [3, 3 + len(mark), 3, 3]
    assert faulty.tolist() == [1, 2, 3]
    assert reader.counts.records == {34: 2, 65: 2}
    assert reader.counts.refused == {
        "CAT048 record: no data source (SAC, SIC)": 1,
        "CAT048 block of a wrong length": 1,
    }
    assert reader.counts.unknown_blocks == {200: 1}


def test_reasons_are_counted_up_to_a_limit() -> None:
    counts = RowReader({}).counts
    for number in range(2000):
        counts.refuse(f"reason {number}")
    assert len(counts.refused) == 1001
    assert counts.refused["other reasons"] == 1000


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no edition"):
        RowReader({48: "9.9"})
    with pytest.raises(ValueError, match="not read"):
        RowReader({200: "1.0"})


def test_every_category_has_cells_and_times() -> None:
    assert set(CELLS) == set(TIMES) == set(USUAL)
