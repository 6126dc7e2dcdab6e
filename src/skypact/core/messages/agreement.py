"""Agreements while they run: people suspend them and take them up again."""

from typing import Annotated

import msgspec

from skypact.core.messages.header import Message

AgreementName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}-[a-z][a-z0-9-]{0,31}$")]
ClauseName = Annotated[str, msgspec.Meta(pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
Person = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SuspendAgreement(Message, frozen=True, kw_only=True, tag="suspend_agreement"):
    """A named person stops what an agreement lets go, in whole or one clause of it.

    agreement: owner and partner, as in "auria-borvia"; clause: its id, "" the whole agreement;
    reason: told to the other party, the name is not.
    """

    agreement: AgreementName
    clause: ClauseName = ""
    person: Person
    reason: Reason


class ResumeAgreement(Message, frozen=True, kw_only=True, tag="resume_agreement"):
    """A named person takes a suspension of the own nation back."""

    agreement: AgreementName
    clause: ClauseName = ""
    person: Person
    reason: Reason


class AgreementSuspended(Message, frozen=True, kw_only=True, tag="agreement_suspended"):
    """A party has suspended an agreement or a clause. party: the nation; person: "" for a
    partner's."""

    agreement: AgreementName
    clause: ClauseName = ""
    party: str
    person: str
    reason: str


class AgreementResumed(Message, frozen=True, kw_only=True, tag="agreement_resumed"):
    """A party has taken its suspension back."""

    agreement: AgreementName
    clause: ClauseName = ""
    party: str
    person: str
    reason: str
