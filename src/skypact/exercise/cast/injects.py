"""Injects: what the exercise control lets happen at a time of the night."""

from typing import Annotated

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import Message, ResumeAgreement, SuspendAgreement
from skypact.core.messages.agreement import AgreementName, ClauseName
from skypact.exercise.cast.threats import Name, Seconds

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SensorOut(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what",
    tag="sensor_out",
):  # fmt: skip
    """A radar that is off from `at_s` until `until_s`: not even its marks are heard."""

    at_s: Seconds
    until_s: Seconds
    sensor: Name


class Suspend(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what",
    tag="suspend",
):  # fmt: skip
    """A person of `nation` suspends an agreement, or one clause of it."""

    at_s: Seconds
    nation: Name
    agreement: AgreementName
    clause: ClauseName = ""
    person: Text = "exercise control"
    reason: Text = "an inject of the exercise"


class Resume(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what",
    tag="resume",
):  # fmt: skip
    """A person of `nation` takes its suspension back."""

    at_s: Seconds
    nation: Name
    agreement: AgreementName
    clause: ClauseName = ""
    person: Text = "exercise control"
    reason: Text = "an inject of the exercise"


Inject = SensorOut | Suspend | Resume


def command(inject: Suspend | Resume, issuer: Issuer, now_ns: int) -> Message:
    """Return the command that a person gives."""
    kind = SuspendAgreement if isinstance(inject, Suspend) else ResumeAgreement
    return kind(
        **issuer.header(now_ns, now_ns),
        agreement=inject.agreement,
        clause=inject.clause,
        person=inject.person,
        reason=inject.reason,
    )
