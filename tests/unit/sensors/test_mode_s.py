"""Positions from real receiver messages agree with rs1090's own pairing."""

import io
from importlib import resources

import msgspec
import numpy as np
import pytest
import rs1090
from hypothesis import given
from hypothesis import strategies as st

from skypact.sensors.mode_s import Aircraft, Aircrafts, cpr_positions
from tests.unit.sensors.samples import SECOND_NS, START_NS

CALL = bytes.fromhex("8d4840d6202cc371c32ce0576098")
EVEN, ODD = (
    bytes.fromhex(h) for h in ("8D40621D58C382D690C8AC2863A7", "8D40621D58C386435CC412692AD6")
)
GENERATOR = 0x1FFF409


def recorded(count: int) -> list[tuple[bytes, int, int]]:
    """Return the first messages of the package's recording with their arrival."""
    packed = resources.files("skypact").joinpath("data/recorded_traffic.npz").read_bytes()
    with np.load(io.BytesIO(packed)) as data:
        ends = np.cumsum(data["message_bytes"], dtype=np.int64)
        raw, at_us = data["message"].tobytes(), data["message_us"]
    starts = np.concatenate([[0], ends])
    return [(raw[starts[i] : ends[i]], START_NS + int(at_us[i]) * 1000, i) for i in range(count)]


def with_parity(payload: bytes) -> bytes:
    """Return an 11-byte payload with its 24 parity bits."""
    rest = 0
    for byte in payload:
        rest ^= byte << 16
        for _ in range(8):
            rest <<= 1
            if rest & 0x1000000:
                rest ^= GENERATOR
    return payload + (rest & 0xFFFFFF).to_bytes(3, "big")


def test_the_textbook_pair() -> None:
    columns, refusals = Aircrafts().reports([(ODD, START_NS, 0), (EVEN, START_NS + SECOND_NS, 9)])
    assert refusals == []
    assert np.degrees(columns["lat_rad"]).tolist() == pytest.approx([52.2572], abs=1e-4)
    assert np.degrees(columns["lon_rad"]).tolist() == pytest.approx([3.91937], abs=1e-4)
    assert columns["altitude_pressure_m"].tolist() == pytest.approx([38_000 * 0.3048])
    assert columns["address"].tolist() == [0x40621D]


def test_real_messages_agree_with_rs1090() -> None:
    messages = recorded(4_000)
    columns, refusals = Aircrafts().reports(messages)
    assert refusals == []
    hexed, seconds = [m.hex() for m, _, _ in messages], [t / SECOND_NS for _, t, _ in messages]
    theirs = {
        round((d["timestamp"] - START_NS / SECOND_NS) * 1000): d
        for d in rs1090.decode(hexed, seconds)
        if d is not None and d.get("bds") == "05" and d.get("latitude") is not None
    }
    ours = ((columns["time_ns"] - START_NS) / 1e6).round().astype(int).tolist()
    both = [(i, theirs[t]) for i, t in enumerate(ours) if t in theirs]
    assert len(both) > 300
    rows = [i for i, _ in both]
    lat, lon = (np.array([d[k] for _, d in both]) for k in ("latitude", "longitude"))
    np.testing.assert_allclose(np.degrees(columns["lat_rad"][rows]), lat, atol=1e-5)
    np.testing.assert_allclose(np.degrees(columns["lon_rad"][rows]), lon, atol=1e-5)
    assert columns["callsign"][-1] == b"AFR34ZG"
    speed = np.hypot(*columns["velocity_enu_mps"][-1, :2])
    assert 50 < speed < 200
    geometric = columns["height_wgs84_m"] - columns["altitude_pressure_m"]
    assert -100 < np.nanmedian(geometric) < 0


def test_a_pair_too_far_apart_gives_no_position() -> None:
    late_ns = START_NS + 11 * SECOND_NS
    columns, _ = Aircrafts().reports([(ODD, START_NS, 0), (EVEN, late_ns, 0)])
    assert not len(columns["time_ns"])


def test_wrong_parity_is_refused_with_its_offset() -> None:
    _, [refusal] = Aircrafts().reports([(EVEN[:-1] + b"\0", START_NS, 77)])
    assert refusal.offset == 77


def test_formats_without_a_plain_address_are_passed_over() -> None:
    columns, refusals = Aircrafts().reports(
        [(b"\x20" * 7, START_NS, 0), (b"\xa0" * 14, START_NS, 0)]
    )
    assert refusals == []
    assert not len(columns["time_ns"])


def test_aircraft_not_heard_are_forgotten() -> None:
    aircraft = Aircrafts()
    aircraft.reports([(CALL, START_NS, 0)])
    assert aircraft.known[0x4840D6].callsign == "KLM1023"
    aircraft.reports([(EVEN, START_NS + 61 * SECOND_NS, 0)])
    assert list(aircraft.known) == [0x40621D]


def test_state_as_bytes_continues_alike() -> None:
    messages = recorded(1_500)
    whole, _ = Aircrafts().reports(messages)
    first = Aircrafts()
    early, _ = first.reports(messages[:700])
    packed = msgspec.msgpack.encode(first.known)
    second = Aircrafts(msgspec.msgpack.decode(packed, type=dict[int, Aircraft]))
    late, _ = second.reports(messages[700:])
    for name, column in whole.items():
        assert np.concatenate([early[name], late[name]]).tobytes() == column.tobytes()


@given(st.binary(min_size=10, max_size=10), st.booleans())
def test_no_message_of_right_parity_fails(body: bytes, relayed: bool) -> None:
    message = with_parity(bytes([0x90 if relayed else 0x8D]) + body)
    Aircrafts().reports([(message, START_NS, 0), (message, START_NS + 1, 0)])


@given(st.floats(-86, 86), st.floats(-180, 179.9))
def test_cpr_returns_the_position_that_was_packed(lat: float, lon: float) -> None:
    zones = _zones(lat)
    pairs = []
    for odd in (0, 1):
        d_lat = 360 / (60 - odd)
        y = np.floor(2**17 * ((lat % d_lat) / d_lat) + 0.5)
        r_lat = d_lat * (y / 2**17 + np.floor(lat / d_lat))
        d_lon = 360 / max(_zones(r_lat) - odd, 1)
        x = np.floor(2**17 * ((lon % d_lon) / d_lon) + 0.5)
        pairs.append(np.array([[y % 2**17, x % 2**17]]))
    for is_odd in (False, True):
        got_lat, got_lon = np.degrees(cpr_positions(pairs[0], pairs[1], np.array([is_odd])))
        if np.isnan(got_lat[0]):
            assert _zones(lat + 0.001) != zones or _zones(lat - 0.001) != zones
            continue
        assert got_lat[0] == pytest.approx(lat, abs=1e-4)
        assert abs((got_lon[0] - lon + 180) % 360 - 180) < 0.01


def _zones(lat: float) -> int:
    """Count longitude zones the slow way: the table's transition latitudes."""
    for zones in range(59, 1, -1):
        inner = (1 - np.cos(np.pi / 30)) / (1 - np.cos(2 * np.pi / zones))
        if abs(lat) < np.degrees(np.arccos(np.sqrt(inner))):
            return zones
    return 1
