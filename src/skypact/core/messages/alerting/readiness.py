"""How ready each base or sector is, and what people hold a threat to be."""

from enum import StrEnum
from typing import Annotated

import msgspec

from skypact.core.messages.header import Message
from skypact.core.messages.warning import Person

StateName = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ThreatKind(StrEnum):
    """What people hold a threat to be. No identity: a drill of whom is not said."""

    UNKNOWN = "unknown"
    DRILL = "drill"
    ATTACK = "attack"


class ReadinessStep(msgspec.Struct, frozen=True, kw_only=True):
    """One change, by whom and why; since int ns UTC."""

    state: StateName
    since_ns: int
    person: str
    reason: str


class ReadinessProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule proposes; causes: ids of the warnings that led to it."""

    state: StateName
    since_ns: int
    reason: str
    causes: tuple[str, ...] = ()


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """A base or sector as it is. until_ns: when a person must say it again; expired: nobody has;
    history: the newest last; causes: warnings that led to the present state."""

    name: str
    states: tuple[StateName, ...]
    state: StateName
    since_ns: int
    until_ns: int
    person: str
    reason: str
    expired: bool = False
    causes: tuple[str, ...] = ()
    proposal: ReadinessProposal | None = None
    history: tuple[ReadinessStep, ...] = ()


class ReadinessChanged(Message, frozen=True, kw_only=True, tag="readiness_changed"):
    readiness: Readiness


class SetReadiness(Message, frozen=True, kw_only=True, tag="set_readiness"):
    """A named person sets the state of a base or sector, confirms a proposal, or says it again."""

    name: str
    state: StateName
    person: Person
    reason: Reason


class ClassifyThreat(Message, frozen=True, kw_only=True, tag="classify_threat"):
    """A named person says what the threat of a warning is held to be, on which evidence."""

    warning_id: str
    held: ThreatKind
    evidence: Reason
    person: Person


class ThreatClassified(Message, frozen=True, kw_only=True, tag="threat_classified"):
    """What the threat of some warnings is held to be by now; what it led to is open again.
    before: what it was held to be."""

    warning_ids: tuple[str, ...]
    held: ThreatKind
    before: ThreatKind
    evidence: str
    person: str
