"""From bytes of a feed to columns: known sensors only, right clocks only, nothing fatal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.sensors.lines.reader import LinesReading, Piece, read
from tests.unit.sensors.lines.written import ALL, BEARING, LAUNCH, PLOT, POSITION, SIGHTING, START_S

S = 1_000_000_000


def reading(data: bytes, form: str = "lines", at_s: float = START_S) -> LinesReading:
    pieces = [Piece(data, round(at_s * S))]
    return read(b"", pieces, form, False, frozenset({"r1"}), 60.0)[0]


def test_each_kind_goes_to_its_message() -> None:
    found = reading(b"\n".join([PLOT.json, PLOT.csv, POSITION.json, BEARING.csv]))
    assert (found.records, found.refusals, found.unknown) == (4, [], {})
    assert found.plots["r1"]["range_m"].tolist() == [20_000, 20_000]
    assert found.bearings["r1"]["time_ns"].tolist() == [START_S * S + S // 4]
    assert found.positions is not None
    assert found.sightings is None
    assert reading(SIGHTING.json, "sightings").sightings is not None
    assert list(reading(LAUNCH.json, "launches").launches) == ["orbit"]


def test_a_line_without_a_time_has_that_of_its_arrival() -> None:
    found = reading(b"bearing,r1,,10\nplot,r1,,900,10", at_s=START_S + 5)
    assert found.bearings["r1"]["time_ns"].tolist() == [(START_S + 5) * S]
    assert found.plots["r1"]["time_ns"].tolist() == [(START_S + 5) * S]


def test_sensors_nobody_configured_are_counted() -> None:
    found = reading(PLOT.json.replace(b'"r1"', b'"x"') + b"\n" + BEARING.csv.replace(b"r1", b"y"))
    assert (found.unknown, found.records, found.plots) == ({"x": 1, "y": 1}, 0, {})


def test_a_wrong_clock_and_a_wrong_line_are_refused_and_the_next_is_read() -> None:
    found = reading(PLOT.csv + b"\nplot,r1\n" + BEARING.csv)
    assert (found.records, len(found.refusals)) == (2, 1)
    assert found.refusals[0].offset == len(PLOT.csv) + 1
    late = reading(PLOT.csv, at_s=START_S + 61)
    assert (late.records, late.refusals[0].reason[:8]) == (0, "time too")


def test_a_line_in_two_pieces_is_one() -> None:
    pending = b""
    first, pending = read(
        b"", [Piece(PLOT.csv[:20], START_S * S)], "lines", True, frozenset({"r1"}), 9
    )
    assert (first.records, pending) == (0, PLOT.csv[:20])
    tail = Piece(PLOT.csv[20:] + b"\n", START_S * S)
    second, pending = read(pending, [tail], "lines", True, frozenset({"r1"}), 9)
    assert (second.records, pending) == (1, b"")


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["lines", "sightings", "launches"]),
    st.lists(
        st.sampled_from([w.json for w in ALL] + [w.csv for w in ALL]) | st.binary(max_size=40)
    ),
    st.booleans(),
)
def test_every_line_is_counted_once(form: str, lines: list[bytes], stream: bool) -> None:
    data = b"".join(line.replace(b"\n", b" ").replace(b"#", b" ") + b"\n" for line in lines)
    sent = sum(1 for line in data.split(b"\n") if line.strip())
    found, pending = read(b"", [Piece(data, START_S * S)], form, stream, frozenset({"r1"}), 60.0)
    assert pending == b""
    assert found.records + len(found.refusals) + sum(found.unknown.values()) == sent


@pytest.mark.parametrize("form", ["lines", "sightings", "launches"])
def test_a_format_takes_its_own_kinds_only(form: str) -> None:
    found = reading(b"\n".join(w.csv for w in ALL), form)
    own = [w for w in ALL if w.form == form]
    assert (found.records, len(found.refusals)) == (len(own), len(ALL) - len(own))
