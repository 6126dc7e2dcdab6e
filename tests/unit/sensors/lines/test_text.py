"""Lines are found however a stream is cut; each is read or refused with an example."""

import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.sensors.lines import text
from tests.unit.sensors.lines.written import ALL, BEARING, LAUNCH, PLOT, POSITION, SIGHTING, Written


@dataclass
class Read:
    """What a stream held. lines: (offset in the whole stream, text)."""

    lines: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    refused: list[int] = field(default_factory=list[int])


def read(chunks: list[bytes], stream: bool = True) -> Read:
    found, pending, at = Read(), b"", 0
    for chunk in chunks:
        lines, refusals, pending = text.split(pending, chunk, stream)
        found.lines += [(at + offset, line) for offset, line in lines]
        found.refused += [at + r.offset for r in refusals]
        at += len(chunk)
    return found


LINES = st.lists(st.sampled_from([b"one", b"", b"  two\r", b"# three", b"x" * 5_000, b"four"]))


@settings(deadline=None, max_examples=200)
@given(LINES, st.lists(st.integers(0, 6_000), max_size=12))
def test_cuts_change_nothing(written: list[bytes], cuts: list[int]) -> None:
    data = b"".join(line + b"\n" for line in written)
    whole = read([data])
    at, chunks = 0, []
    for cut in [*cuts, len(data)]:
        chunks.append(data[at : at + cut])
        at += cut
    cut_up = read(chunks)
    assert [line for _, line in cut_up.lines] == [line for _, line in whole.lines]
    assert len(cut_up.refused) == len(whole.refused) == written.count(b"x" * 5_000)
    if not whole.refused:
        assert cut_up == whole


def test_a_line_that_never_ends_is_not_kept() -> None:
    pending = b""
    for _ in range(100):
        _, _, pending = text.split(pending, b"x" * 3_000, stream=True)
    assert len(pending) == text.LINE_BYTES_MAX + 1
    lines, refusals, pending = text.split(pending, b"\nnext\n", stream=True)
    assert ([line for _, line in lines], len(refusals), pending) == ([b"next"], 1, b"")


def test_a_datagram_needs_no_last_line_end() -> None:
    assert text.split(b"", b"one\ntwo", stream=False)[0] == [(0, b"one"), (4, b"two")]
    assert text.split(b"", b"one\ntwo", stream=True)[0] == [(0, b"one")]


@pytest.mark.parametrize("written", ALL, ids=lambda w: w.kind)
def test_json_and_csv_say_the_same(written: Written) -> None:
    json, csv = (text.record(line, written.form) for line in (written.json, written.csv))
    if written is LAUNCH:
        assert json.time.timestamp() == csv.time
        json, csv = (repr(record).split("lat_deg")[1] for record in (json, csv))
    assert json == csv


@pytest.mark.parametrize(
    ("line", "form", "reason"),
    [
        (
            PLOT.json.replace(b"20000", b"-1"),
            "lines",
            r"`float` >= 0.0 - at `\$.range_m`: \{\"kind",
        ),
        (PLOT.json.replace(b"range_m", b"range"), "lines", "unknown field `range`"),
        (PLOT.json.replace(b'"plot"', b'"launch"'), "lines", "Invalid value 'launch'"),
        (b'{"sensor":"r1"}', "lines", "missing required field `kind`"),
        (LAUNCH.json.replace(b'"confidence":0.9,', b""), "launches", "field `confidence`"),
        (LAUNCH.json.replace(b"+00:00", b""), "launches", "timezone"),
        (SIGHTING.csv, "lines", "begins with { or one of plot, position, bearing: sighting,a1"),
        (PLOT.csv + b",x", "lines", "12 values where a plot has 11"),
        (PLOT.csv.replace(b"-90", b"nan"), "lines", "azimuth_deg"),
        (POSITION.csv.replace(b"-32.5", b""), "lines", "missing required field `lat_deg`"),
        (b"plot\xff,", "lines", r"can't decode byte 0xff.*: plot\\xff,"),
        (b"{" + b'"a":[' * 2_000, "lines", "."),
    ],
)
def test_what_is_wrong_is_said_with_an_example(line: bytes, form: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        text.record(line, form)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(ALL), st.binary(max_size=60), st.integers(0, 200), st.integers(0, 20))
def test_any_bytes_are_a_record_or_a_refusal(
    written: Written, other: bytes, at: int, gone: int
) -> None:
    for good in (written.json, written.csv):
        line = good[:at] + other + good[at + gone :]
        with contextlib.suppress(ValueError):
            assert isinstance(text.record(line, written.form), text.Record)


ENDS = [bytes([10 ^ 1 << bit]) for bit in range(8)]


@pytest.mark.parametrize("name", [b"*plot,", b"A*plot,J", b"Jbearing", b'J{"A'])
def test_a_name_that_looks_like_a_damaged_end_costs_nothing(name: bytes) -> None:
    in_json = BEARING.json.replace(b'"r1"', b'"' + name.replace(b'"', b'\\"') + b'"')
    lines = [in_json, *([] if name.endswith((b",", b"J")) else [BEARING.csv.replace(b"r1", name)])]
    for line in lines:
        [(_, record)] = text.records(0, line, "lines")
        assert isinstance(record, text.BearingLine)
        assert record.sensor.encode() == name


@pytest.mark.parametrize("written", ALL, ids=lambda w: w.kind)
@pytest.mark.parametrize("end", ENDS)
def test_a_damaged_end_costs_no_line(written: Written, end: bytes) -> None:
    for one in (written.json, written.csv):
        for other in (written.json, written.csv):
            (begun, first), (at, second) = text.records(7, one + end + other, written.form)
            assert (begun, at) == (7, 7 + len(one) + 1)
            assert first == text.record(one, written.form)
            assert second == text.record(other, written.form)


@pytest.mark.parametrize("end", ENDS)
def test_what_no_part_makes_sense_of_is_refused_once(end: bytes) -> None:
    line = PLOT.json.replace(b"range_m", end + b'{"') + end + b"plot,"
    [(at, refused)] = text.records(5, line, "lines")
    assert at == 5
    assert isinstance(refused, text.Refusal)
    (_, refused), (at, second) = text.records(5, b"plot,r1" + end + PLOT.csv, "lines")
    assert isinstance(refused, text.Refusal)
    assert (at, second) == (13, text.record(PLOT.csv, "lines"))
