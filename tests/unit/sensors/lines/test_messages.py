"""What lines become passes every bound of its message."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core import codec
from skypact.core.columns import array, fault
from skypact.core.ids import Issuer
from skypact.core.messages import Bearings, Context, LaunchDetections, Message, Scan, Sightings
from skypact.sensors.lines.messages import messages
from skypact.sensors.lines.reader import Piece, read
from tests.unit.sensors.lines.written import ALL, START_S

S = 1_000_000_000


def made(data: bytes, form: str) -> list[Message]:
    pieces = [Piece(data, START_S * S)]
    reading, _ = read(b"", pieces, form, False, frozenset({"r1"}), 60.0)
    return messages(Issuer("auria", "sensors", Context.EXERCISE), "feed", reading, START_S * S)


def test_a_message_a_kind_and_sensor() -> None:
    data = b"\n".join(w.csv for w in ALL)
    found = [m for form in ("lines", "sightings", "launches") for m in made(data, form)]
    assert [type(m) for m in found] == [Scan, Bearings, Sightings, LaunchDetections]
    for message in found:
        assert fault(message) == ""  # type: ignore[arg-type]
        assert message.observed_ns == START_S * S + S // 4
        assert codec.decode(codec.encode(message), "test") == message


def test_values_are_in_si() -> None:
    [scan] = made(ALL[0].json, "lines")
    assert isinstance(scan, Scan)
    row = {name: array(scan, name)[0] for name in Scan.COLUMNS}
    assert row["azimuth_rad"] == pytest.approx(1.5 * np.pi)
    assert row["elevation_rad"] == pytest.approx(np.radians(2))
    assert (row["address"], row["mode3a"], row["detection"]) == (0x3C660C, 0o7000, 3)
    assert (row["range_rate_mps"], row["altitude_pressure_m"]) == (-150, 3000)


EDGES = st.sampled_from([-360, -180, -90, -1e-300, 0, 1e-300, 45, 90, 180, 359.99999, 360])


@settings(deadline=None, max_examples=300)
@given(EDGES, EDGES, EDGES, st.sampled_from([0.001, 1, 180, 1e6]))
def test_no_accepted_line_breaks_the_bounds(lat: float, lon: float, az: float, sd: float) -> None:
    for line, form in (
        (f"plot,r1,,{sd},{az},{lat}", "lines"),
        (f"bearing,r1,,{az},{lat}", "lines"),
        (f"sighting,a,,{lat},{lon},{az},{sd},{lat},{sd},drone,true", "sightings"),
        (f"launch,o,{START_S},{lat},{lon},{sd},{sd},{az},{sd},1,{az}", "launches"),
    ):
        for message in made(line.encode(), form):
            assert fault(message) == ""  # type: ignore[arg-type]
