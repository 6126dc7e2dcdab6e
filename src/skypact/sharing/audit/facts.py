"""What of an input and its outputs goes into the log."""

from collections.abc import Sequence
from typing import NamedTuple

from skypact.core.codec import encode
from skypact.core.messages import (
    AcknowledgeWarning,
    CommandRefused,
    FrameRefused,
    FrameTaken,
    Message,
    NodeStarted,
    OutboxAcknowledged,
    PartnerFrame,
    Release,
    ReleaseAllClear,
    ResolveConflict,
    ResumeAgreement,
    SetIdentity,
    SuspendAgreement,
)
from skypact.sharing.audit.leaves import Numbered, digest

Decision = (
    AcknowledgeWarning
    | ReleaseAllClear
    | SuspendAgreement
    | ResumeAgreement
    | SetIdentity
    | ResolveConflict
)
"""Commands by which a person decides."""


class Sent(NamedTuple):
    """A frame was released to a partner."""

    partner: str
    frame: Numbered
    clauses: tuple[str, ...]
    length: int


class Received(NamedTuple):
    """A partner's frame was taken. sent_ns: when it left, by the partner's clock."""

    partner: str
    frame: Numbered
    sent_ns: int


class Confirmed(NamedTuple):
    """A partner says that it has our WARNING frames up to `upto` on disk; said_ns: when, by its
    clock."""

    partner: str
    upto: int
    said_ns: int


class Turned(NamedTuple):
    """A partner's frame was refused."""

    partner: str
    reason: str


class Decided(NamedTuple):
    """A person decided; digest: of the command as the journal has it; refused: why it could not be
    carried out, "" when it was."""

    what: str
    about: str
    person: str
    digest: bytes
    refused: str


class Began(NamedTuple):
    """The node started."""

    epoch: int
    version: str


Fact = Sent | Received | Confirmed | Turned | Decided | Began


def facts(message: Message, outputs: Sequence[Message]) -> list[Fact]:
    """Return what an input was and led to, in order."""
    found: list[Fact] = []
    said_ns = 0
    if isinstance(message, NodeStarted):
        found.append(Began(message.epoch, message.version))
    for output in outputs:
        # What was taken is told after what it led to: look ahead for its time.
        if isinstance(output, FrameTaken) and isinstance(message, PartnerFrame):
            said_ns = output.sent_ns
            frame = Numbered(
                output.stream.value, output.epoch, output.sequence, digest(message.frame)
            )
            found.append(Received(output.partner, frame, output.sent_ns))
    if isinstance(message, Decision):
        found.append(_decided(message, outputs))
    for output in outputs:
        match output:
            case Release():
                frame = Numbered(
                    output.stream.value, output.epoch, output.sequence, digest(output.frame)
                )
                found.append(Sent(output.partner, frame, output.clauses, len(output.frame)))
            case OutboxAcknowledged():
                found.append(Confirmed(output.partner, output.upto_sequence, said_ns))
            case FrameRefused():
                found.append(Turned(output.partner, output.reason))
            case _:
                pass
    return found


def _decided(message: Decision, outputs: Sequence[Message]) -> Decided:
    refused = [m.reason for m in outputs if isinstance(m, CommandRefused)]
    if isinstance(message, SuspendAgreement | ResumeAgreement):
        about = f"{message.agreement} {message.clause}".strip()
    elif isinstance(message, SetIdentity | ResolveConflict):
        about = f"track {message.number} {message.identity.name.lower()}"
    else:
        about = message.warning_id
    return Decided(
        what=str(type(message).__struct_config__.tag),
        about=about,
        person=message.person,
        digest=digest(encode(message)),
        refused=refused[0] if refused else "",
    )
