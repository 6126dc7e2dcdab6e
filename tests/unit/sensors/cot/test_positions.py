"""Positions that others report, as XML, as TAK streams and as TAK datagrams."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from takproto import TAKProtoVer, xml2proto

from skypact.sensors.cot.event import NOT_KNOWN, Element, Event, event_xml
from skypact.sensors.cot.positions import UNKNOWN_SD_M, Positions, read_positions
from skypact.sensors.cot.stream import framed
from tests.unit.sensors.cot.samples import NOW_NS

MINUTE_NS = 60_000_000_000


def flight(uid: str = "ICAO-3C660C", **fields: object) -> Event:
    said: dict[str, object] = {
        "kind": "a-f-A-C-F", "how": "m-g", "time_ns": NOW_NS, "start_ns": NOW_NS,
        "stale_ns": NOW_NS + MINUTE_NS, "lat_deg": -32.1, "lon_deg": -20.4, "hae_m": 9_144.0,
        "ce_m": 30.0, "le_m": 50.0,
        "elements": (
            Element("contact", (("callsign", "DLH 4AB"),)),
            Element("track", (("speed", "231.5"), ("course", "270.0"))),
        ),
    } | fields  # fmt: skip
    return Event(uid, **said)  # type: ignore[arg-type]


def positions(*pieces: bytes, stream: bool = True, live: bool = False) -> Positions:
    made, pending = read_positions(
        b"", [(piece, NOW_NS + 5_000_000) for piece in pieces],
        stream=stream, clock_error_max_s=60.0, refuse_simulated=live,
    )  # fmt: skip
    assert pending == b"" or stream
    return made


ENCODED = {
    "xml": event_xml(flight()),
    "tak stream": framed(flight(), tak=True),
    "another's mesh": bytes(xml2proto(bytearray(event_xml(flight())), TAKProtoVer.MESH)),
    "another's stream": bytes(xml2proto(bytearray(event_xml(flight())), TAKProtoVer.STREAM)),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED)
def test_a_flight_comes_in_si_and_radians(data: bytes) -> None:
    made = positions(data, stream=False)
    assert made.refusals == []
    assert made.records == 1
    columns = {name: values.tolist() for name, values in made.columns.items()}
    assert columns["time_ns"] == [NOW_NS]
    assert columns["lat_rad"] == [pytest.approx(math.radians(-32.1))]
    assert columns["lon_rad"] == [pytest.approx(math.radians(-20.4))]
    assert columns["height_wgs84_m"] == [9_144.0]
    assert columns["velocity_enu_mps"][0][:2] == pytest.approx([-231.5, 0.0], abs=1e-9)
    assert math.isnan(columns["velocity_enu_mps"][0][2])
    assert columns["position_sd_m"] == [30.0]
    assert columns["address"] == [0x3C660C]
    assert columns["callsign"] == [b"DLH4AB"]


@pytest.mark.parametrize("identity", "puafnshjkox.")
def test_what_a_sender_calls_itself_changes_nothing(identity: str) -> None:
    made = positions(event_xml(flight(kind=f"a-{identity}-A-M-F")))
    friend = positions(event_xml(flight()))
    assert made.records == 1
    for name, values in made.columns.items():
        np.testing.assert_array_equal(values, friend.columns[name])


@pytest.mark.parametrize("kind", ["a-f-G-U-C", "a-n-S", "b-m-p-s", "t-x-c-t", "a-f-AX", "u-d-f"])
def test_what_does_not_fly_is_counted_and_left_aside(kind: str) -> None:
    made = positions(event_xml(flight(kind=kind)))
    assert made.unknown == {kind: 1}
    assert (made.records, made.refusals) == (0, [])


def test_invented_types_fill_no_memory() -> None:
    made = positions(b"".join(event_xml(flight(kind=f"a-f-G-{n}")) for n in range(300)))
    assert sum(made.unknown.values()) == 300
    assert len(made.unknown) <= 51


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"time_ns": NOW_NS - 61 * 1_000_000_000}, "too far"),
        ({"time_ns": NOW_NS + 62 * 1_000_000_000}, "too far"),
        ({"stale_ns": NOW_NS - 1_000_000}, "stale"),
    ],
)
def test_what_is_not_of_now_is_refused(fields: dict[str, object], why: str) -> None:
    made = positions(event_xml(flight(**fields)))
    assert made.records == 0
    assert [why in refusal.reason for refusal in made.refusals] == [True]


@pytest.mark.parametrize(
    ("opex", "live", "taken"),
    [("e-x", True, 0), ("s", True, 0), ("o-x", True, 1), ("", True, 1), ("e-x", False, 1)],
)
def test_live_duty_takes_no_exercise(opex: str, live: bool, taken: int) -> None:
    made = positions(event_xml(flight(opex=opex)), live=live)
    assert made.records == taken
    assert len(made.refusals) == 1 - taken


def test_what_is_not_said_is_not_invented() -> None:
    event = flight("x", elements=(), hae_m=NOT_KNOWN, ce_m=NOT_KNOWN)
    columns = positions(event_xml(event)).columns
    assert np.isnan(columns["velocity_enu_mps"]).all()
    assert np.isnan(columns["height_wgs84_m"]).all()
    assert columns["position_sd_m"].tolist() == [UNKNOWN_SD_M]
    assert columns["address"].tolist() == [0]
    assert columns["callsign"].tolist() == [b""]
    nothing = positions(event_xml(flight(ce_m=0.0))).columns
    assert nothing["position_sd_m"].tolist() == [UNKNOWN_SD_M], "no sensor is exact"


def test_a_stream_cut_anywhere_and_damaged_loses_only_what_is_damaged() -> None:
    parts = [event_xml(flight(f"ICAO-{n:06X}")) for n in range(1, 9)]
    parts[3] = parts[3].replace(b"<point", b"<p\x00int")
    stream = b"\n".join(parts)
    made = positions(*(stream[at : at + 97] for at in range(0, len(stream), 97)))
    assert made.columns["address"].tolist() == [1, 2, 3, 5, 6, 7, 8]
    assert len(made.refusals) == 1


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_do_more_than_be_refused(junk: bytes, stream: bool) -> None:
    made = positions(junk, event_xml(flight()), stream=stream)
    assert made.records <= 1
