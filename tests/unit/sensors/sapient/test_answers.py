from typing import Any

from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage as Theirs
from sapient_msg_pydantic.bsi_flex_335_v2_0.sapient_message import SapientMessage

from skypact.core.messages import Context
from skypact.sensors.sapient.answers import answer
from tests.unit.sensors.sapient import messages

ME = "11111111-2222-4333-8444-555555555555"


def reply(made: Any, context: Context = Context.EXERCISE) -> SapientMessage | None:
    data = answer(made.SerializeToString(), ME, messages.START_NS, context)
    return SapientMessage.from_pb2(Theirs.FromString(data)) if data else None


def test_a_sensor_is_told_that_it_is_registered() -> None:
    said = reply(messages.registration())
    assert said is not None
    assert said.registration_ack is not None
    assert said.registration_ack.acceptance is True
    assert (said.node_id, said.destination_id) == (ME, messages.RADAR)
    assert said.additional_information == "EXERCISE EXERCISE EXERCISE"


def test_an_effector_and_who_says_too_little_are_told_why_not() -> None:
    bare = messages.registration()
    bare.registration.ClearField("icd_version")
    drill = messages.registration(text="TEST TEST TEST")
    for made, why in (
        (messages.registration(kinds=("KINETIC",)), "is an effector"),
        (bare, "registration: icd_version is missing"),
        (drill, "belongs to another context"),
    ):
        said = reply(made)
        assert said is not None
        assert said.registration_ack is not None
        assert said.registration_ack.acceptance is False
        assert said.registration_ack.ack_response_reason[0].startswith(why)


def test_a_task_is_rejected() -> None:
    said = reply(messages.task(), Context.OPERATION)
    assert said is not None
    assert said.task_ack is not None
    assert (said.task_ack.task_id, said.task_ack.task_status) == (messages.REPORT, 2)
    assert said.additional_information is None


def test_nothing_else_is_answered() -> None:
    bad = messages.task()
    bad.task.task_id = "7"
    for made in (messages.detection(), messages.status(), messages.message(), bad):
        assert reply(made) is None
    assert answer(b"\xff\xff", ME, 0, Context.TEST) == b""
    nobody = messages.registration("radar")
    assert reply(nobody) is None
