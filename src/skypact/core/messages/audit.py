"""What nodes tell each other of their audit logs, and what people are told when one is wrong."""

from typing import Annotated

import msgspec

from skypact.core.messages.header import Message
from skypact.core.messages.release import Stream

AUDIT_BYTES_MAX = 49_152


class FrameTaken(Message, frozen=True, kw_only=True, tag="frame_taken"):
    """A partner's frame was read and is as it should be. sent_ns: when it left, by its clock."""

    partner: str
    stream: Stream
    epoch: int
    sequence: int
    sent_ns: int


class TellAudit(Message, frozen=True, kw_only=True, tag="tell_audit"):
    """The node's edge has something of the log to tell: it leaves with the next heartbeat."""

    partner: str
    body: Annotated[bytes, msgspec.Meta(max_length=AUDIT_BYTES_MAX)]


class PartnerAudit(Message, frozen=True, kw_only=True, tag="partner_audit"):
    """What a partner tells of its log, as it came; the node's edge, which has the log, reads it."""

    partner: str
    body: Annotated[bytes, msgspec.Meta(max_length=AUDIT_BYTES_MAX)]


class AuditFault(Message, frozen=True, kw_only=True, tag="audit_fault"):
    """A partner's log tells something that cannot be, or the partner says so of ours (`accused`).

    fault: signature, unreadable, rollback, two-faced, altered, dropped, reordered, invented,
    unrecorded or accused; number: of the first entry concerned; entry_ns: its time, 0 unknown.
    """

    partner: str
    fault: str
    number: int
    entry_ns: int
    text: str
