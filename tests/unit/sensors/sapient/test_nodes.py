import math
from typing import Any

import pytest

from skypact.core.geoid import undulation_m
from skypact.sensors.sapient import nodes
from tests.unit.sensors.sapient import messages

SENSORS = [
    *("OTHER", "RADAR", "LIDAR", "CAMERA", "SEISMIC", "ACOUSTIC", "PROXIMITY_SENSOR"),
    *("PASSIVE_RF", "HUMAN", "CHEMICAL", "BIOLOGICAL", "RADIATION", "MOBILE_NODE"),
    *("POINTABLE_NODE", "FUSION_NODE"),
]


def refusal(**changed: Any) -> str:
    return nodes.refusal(messages.registration(**changed).registration)


@pytest.mark.parametrize("kind", ["KINETIC", "JAMMER", "CYBER", "LDEW", "RFDEW"])
def test_effectors_are_refused_also_beside_a_sensor(kind: str) -> None:
    assert refusal(kinds=(kind,)) == refusal(kinds=("RADAR", kind))
    assert refusal(kinds=(kind,)).startswith("is an effector")


@pytest.mark.parametrize(
    "changed", [{"capability": "Jammer"}, {"sub_type": "Drone_Interceptor"}, {"sub_type": "HPM"}]
)
def test_effectors_are_refused_by_what_they_call_themselves(changed: dict[str, str]) -> None:
    assert refusal(kinds=("OTHER",), **changed).startswith("is an effector")


@pytest.mark.parametrize(
    "kind",
    SENSORS,
)
def test_sensors_and_fusion_nodes_are_accepted(kind: str) -> None:
    assert refusal(kinds=(kind,)) == ""


def test_who_does_not_say_what_it_is_or_speaks_another_version_is_refused() -> None:
    assert refusal(kinds=("UNSPECIFIED",)) == "does not say what type of node it is"
    assert refusal(version="BSI Flex 335 v1.0").startswith("speaks 'BSI Flex 335 v1.0'")


@pytest.mark.parametrize(
    ("units", "speed"),
    [
        (("SPEED_UNITS_MS",), 1.0),
        (("SPEED_UNITS_KPH",), 1 / 3.6),
        (("SPEED_UNITS_MS", "SPEED_UNITS_KPH"), None),
        (("SPEED_UNITS_UNSPECIFIED",), None),
        ((), None),
    ],
)
def test_the_unit_of_speeds_is_the_announced_one(
    units: tuple[str, ...], speed: float | None
) -> None:
    said = messages.registration(units=units).registration
    assert nodes.registered(said, 5).speed_mps == speed


def test_a_node_is_named_by_what_it_calls_itself_in_one_line() -> None:
    made = nodes.registered(messages.registration(name="Mast\n7\x1b[31m").registration, 5)
    assert (made.name, made.heard_ns) == ("Mast 7 [31m", 5)
    assert nodes.shown("x" * 500) == "x" * nodes.TEXT_MAX


def test_status_is_what_is_wrong() -> None:
    def said(**changed: Any) -> str:
        return nodes.status(messages.status(**changed).status_report)

    assert said() == ""
    assert said(system="SYSTEM_ERROR") == "error"
    assert said(system="SYSTEM_GOODBYE") == "has left"
    assert said(system="SYSTEM_UNSPECIFIED") == "says nothing of its state"
    remarks = (("INFORMATION", "sunny"), ("WARNING", "rain"), ("ERROR", "motor"))
    assert said(system="SYSTEM_WARNING", said=remarks) == "warning; rain; motor"


def test_a_node_stands_where_it_says_above_its_own_datum() -> None:
    made = messages.status(origin=(-32.0, -18.0, 50.0)).status_report
    lat, lon, height_m = nodes.origin(made) or (0, 0, 0)
    assert (math.degrees(lat), math.degrees(lon), height_m) == pytest.approx((-32, -18, 50))
    made.node_location.datum = messages.number("LocationDatum", messages.GEOID)
    above = nodes.origin(made)
    assert above is not None
    assert above[2] == pytest.approx(50 + float(undulation_m(lat, lon)))
    made.node_location.y = 91
    assert nodes.origin(made) is None
    assert nodes.origin(messages.status().status_report) is None
