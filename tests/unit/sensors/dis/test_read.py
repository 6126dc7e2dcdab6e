import math
from typing import Any

import msgspec
import numpy as np
import pytest

from skypact.core.errors import InvariantError
from skypact.core.geodesy import ecef_from_geodetic, velocity_ecef_from_enu
from skypact.core.messages import Context
from skypact.sensors.dis import pdu
from skypact.sensors.dis.read import Reader, Reading
from skypact.sensors.dis.times import timestamp
from skypact.sensors.settings import FeedSettings
from tests.unit.sensors.samples import START_NS

LAT, LON = math.radians(-32), math.radians(-18)
FEED = msgspec.convert(
    {
        "name": "sim",
        "source": "udp://127.0.0.1:3000",
        "format": "dis",
        "period_s": 5,
        "dis": {"exercise_id": 7, "position_sd_m": 25},
    },
    FeedSettings,
)


def rows(count: int = 1, **changed: Any) -> pdu.Rows:
    made = np.zeros(count, pdu.ROW)
    made["exercise"], made["kind"], made["domain"], made["character_set"] = 7, 1, 2, 1
    made["timestamp"] = timestamp(START_NS)
    made["position_ecef_m"] = ecef_from_geodetic(LAT, LON, 3_000)
    made["velocity_ecef_mps"] = velocity_ecef_from_enu([100, -50, 2], LAT, LON)
    made["marking"] = b"SKY7"
    for name, value in changed.items():
        made[name] = value
    return made


def give(made: pdu.Rows, later_ns: int = 0) -> Reading:
    reader = Reader(FEED, Context.EXERCISE)
    return reader.read([(data, START_NS + later_ns) for data in pdu.write(made)])


def test_an_entity_becomes_a_report() -> None:
    reading = give(rows())
    assert reading.reports is not None
    one = {name: column[0] for name, column in reading.reports.items()}
    assert (one["lat_rad"], one["lon_rad"]) == pytest.approx((LAT, LON))
    assert one["height_wgs84_m"] == pytest.approx(3_000, abs=1e-3)
    assert one["velocity_enu_mps"].tolist() == pytest.approx([100, -50, 2], abs=1e-3)
    assert (one["position_sd_m"], one["callsign"]) == (25, b"SKY7")
    assert abs(int(one["time_ns"]) - START_NS) < 2_000
    assert (reading.records, reading.refusals, reading.unknown) == (1, [], {})


@pytest.mark.parametrize("context", [Context.OPERATION, Context.TEST])
def test_a_node_that_is_no_exercise_has_no_simulated_entities(context: Context) -> None:
    with pytest.raises(InvariantError, match="belong to an exercise"):
        Reader(FEED, context)


@pytest.mark.parametrize(
    ("changed", "later_ns", "reason"),
    [
        ({"exercise": 8}, 0, "of another exercise"),
        ({}, 61 * 10**9, "time too far from the arrival"),
        ({"position_ecef_m": 0}, 0, "a place that is none"),
        ({"position_ecef_m": np.nan}, 0, "a place that is none"),
        ({"position_ecef_m": 1e300}, 0, "a place that is none"),
    ],
)
def test_what_does_not_belong_is_refused(
    changed: dict[str, Any], later_ns: int, reason: str
) -> None:
    reading = give(rows(2, **changed), later_ns)
    assert [(r.reason, r.count) for r in reading.refusals] == [(f"an entity state: {reason}", 2)]
    assert (reading.records, reading.reports) == (0, None)


@pytest.mark.parametrize(
    ("kind", "domain", "flies"),
    [
        *((1, 2, True), (1, 5, True), (2, 0, True), (2, 3, True)),
        *((1, 1, False), (1, 3, False), (3, 1, False), (5, 2, False)),
    ],
)
def test_only_what_flies_is_of_use(kind: int, domain: int, flies: bool) -> None:
    reading = give(rows(kind=kind, domain=domain))
    assert (reading.reports is not None, reading.records) == (flies, int(flies))
    assert sum(reading.unknown.values()) == int(not flies)


def test_an_entity_that_left_gives_no_report() -> None:
    reading = give(rows(appearance=pdu.DEACTIVATED))
    assert (reading.records, reading.reports) == (1, None)


def test_other_pdus_count_as_unknown() -> None:
    fire = bytearray(pdu.write(rows())[0])
    fire[2] = 2
    reading = Reader(FEED, Context.EXERCISE).read([(bytes(fire), START_NS)])
    assert reading.unknown == {"PDU type 2 is not read": 1}


@pytest.mark.parametrize(
    ("marking", "characters", "callsign"),
    [(b"EAGLE 01XYZ", 1, b"EAGLE 01"), (b"A\x00B", 1, b"A"), (b"A\xe9", 1, b""), (b"A", 2, b"")],
)
def test_a_marking_is_a_call_sign_if_it_is_ascii(
    marking: bytes, characters: int, callsign: bytes
) -> None:
    reading = give(rows(marking=marking, character_set=characters))
    assert reading.reports is not None
    assert reading.reports["callsign"].tolist() == [callsign]


def test_a_speed_that_is_none_is_not_known() -> None:
    reading = give(rows(velocity_ecef_mps=np.inf))
    assert reading.reports is not None
    assert np.isnan(reading.reports["velocity_enu_mps"]).all()
