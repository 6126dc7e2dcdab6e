"""What the standard expects in return: registrations are acknowledged, tasks are rejected."""

from typing import Any

from skypact.sensors.sapient import checks, nodes
from skypact.sensors.sapient.marks import MARKS, Context, context_of
from skypact.sensors.sapient.read import ALIEN
from skypact.sensors.sapient.schema import decode_error, message_class, number

SECOND_NS = 1_000_000_000


def envelope(node_id: str, now_ns: int, context: Context) -> Any:
    """Return an empty message of a node: its id, the time, and the mark of its context."""
    message = message_class()()
    message.node_id = node_id
    message.timestamp.seconds, message.timestamp.nanos = divmod(now_ns, SECOND_NS)
    if MARKS[context]:
        message.additional_information = MARKS[context]
    return message


def answer(data: bytes, node_id: str, now_ns: int, context: Context) -> bytes:
    """Return the answer to a message, b"" for one that is owed none.

    Answers to what can't be read, to errors and to answers would go round for ever: there are none.
    """
    try:
        message = message_class().FromString(data)
    except decode_error():
        return b""
    content = message.WhichOneof("content")
    if content not in ("registration", "task") or not checks.UUID.fullmatch(message.node_id):
        return b""
    reply = envelope(node_id, now_ns, context)
    reply.destination_id = message.node_id
    if content == "task":
        if not checks.ULID.fullmatch(message.task.task_id):
            return b""
        reply.task_ack.task_id = message.task.task_id
        reply.task_ack.task_status = number("TaskAck.TaskStatus", "TASK_STATUS_REJECTED")
        reply.task_ack.reason.append(ALIEN["task"])
    else:
        why = refusal(message, context)
        reply.registration_ack.acceptance = not why
        if why:
            reply.registration_ack.ack_response_reason.append(why)
    return reply.SerializeToString()


def refusal(message: Any, context: Context) -> str:
    """Return why a registration is not accepted, "" when it is."""
    if context_of(message) not in (None, context):
        return "belongs to another context"
    return checks.fault(message) or nodes.refusal(message.registration)
