"""Our checks and sapient-pydantic's agree on what a message lacks."""

from collections.abc import Callable
from typing import Any

import pytest
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage as Theirs
from sapient_msg_pydantic.bsi_flex_335_v2_0.sapient_message import SapientMessage

from skypact.sensors.sapient.checks import fault
from skypact.sensors.sapient.schema import message_class
from tests.unit.sensors.sapient import messages

GOOD = {
    "registration": messages.registration(),
    "detection": messages.detection(),
    "polar": messages.polar(),
    "status": messages.status(said=(("WARNING", "rain"),), origin=(-32, -18, 50)),
    "alert": messages.alert(),
    "task": messages.task(),
}


def pydantic_accepts(message: Any) -> bool:
    try:
        SapientMessage.from_pb2(Theirs.FromString(message.SerializeToString()))
    except ValueError:
        return False
    return True


def copy(message: Any) -> Any:
    return message_class().FromString(message.SerializeToString())


@pytest.mark.parametrize("name", GOOD)
def test_whole_messages_are_accepted_by_both(name: str) -> None:
    assert fault(GOOD[name]) == ""
    assert pydantic_accepts(GOOD[name])


def holes(message: Any) -> list[tuple[str, Any]]:
    """Return copies of a message, each without one of its fields, however deep."""
    found: list[tuple[str, Any]] = []

    def walk(reach: Callable[[Any], Any], path: str) -> None:
        for field, value in reach(message).ListFields():
            made = copy(message)
            reach(made).ClearField(field.name)
            found.append((f"{path}.{field.name}", made))
            if field.type != field.TYPE_MESSAGE or field.message_type.file.package.startswith(
                "google"
            ):
                continue
            if field.is_repeated:
                for i in range(len(value)):
                    walk(lambda m, n=field.name, i=i: getattr(reach(m), n)[i], path)
            else:
                walk(lambda m, n=field.name: getattr(reach(m), n), f"{path}.{field.name}")

    walk(lambda m: m, "")
    return found


@pytest.mark.parametrize("name", GOOD)
def test_a_message_with_one_hole_is_accepted_by_both_or_by_neither(name: str) -> None:
    judged = {path: (fault(made) == "", pydantic_accepts(made)) for path, made in holes(GOOD[name])}
    assert {path: both for path, both in judged.items() if both[0] != both[1]} == {}
    assert {both[0] for both in judged.values()} == {True, False}


def test_ids_must_be_what_the_standard_says() -> None:
    for change, why in (
        ({"node_id": "radar-1"}, "node_id: is no UUID"),
        ({"destination_id": "x"}, "destination_id: is no UUID"),
    ):
        made = messages.detection()
        for name, value in change.items():
            setattr(made, name, value)
        assert fault(made) == why
        assert not pydantic_accepts(made)
    made = messages.detection()
    made.detection_report.object_id = "81H7SS2G2H7PQPQ6F1MMCF9BT5"
    assert fault(made) == "detection_report: object_id: is no ULID"
    assert not pydantic_accepts(made)


def test_numbers_that_are_in_no_enumeration_are_refused() -> None:
    made = messages.detection()
    made.detection_report.location.datum = 77
    assert fault(made) == "detection_report: location: datum: 77 is not in the standard"


def test_messages_within_messages_are_checked_however_deep() -> None:
    made = messages.detection()
    inner = made.detection_report.classification.add()
    inner.type = "Air Vehicle"
    for level in range(1, 20):
        inner = inner.sub_class.add()
        inner.type, inner.level = "x", level
    assert fault(made) == ""
    inner.ClearField("level")
    assert fault(made).endswith("sub_class: level is missing")
