"""What people order about agreements is carried out, or refused with a reason."""

import pytest

from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    CommandRefused,
    ResumeAgreement,
    SuspendAgreement,
)
from skypact.sharing.treaty.commands import ordered
from skypact.sharing.treaty.suspension import Suspensions
from tests.unit.picture.flights import T0
from tests.unit.sharing.treaty import ISSUER, everything

BOTH = (everything(), everything("borvia", "auria"))


def command(kind: type, name: str = "auria-borvia", part: str = ""):
    header = ISSUER.header(T0, T0)
    return kind(**header, agreement=name, clause=part, person="Ilse Maren", reason="drill")


@pytest.mark.parametrize("name", ["auria-borvia", "borvia-auria"])
@pytest.mark.parametrize(("part", "told"), [("", ""), ("track", "/track")])
def test_the_other_party_is_told_without_the_person(name: str, part: str, told: str) -> None:
    done = ordered(command(SuspendAgreement, name, part), ISSUER, BOTH, Suspensions(), T0)
    assert not isinstance(done, CommandRefused)
    assert (done.partner, done.clause) == ("borvia", f"{name}{told}")
    assert isinstance(done.event, AgreementSuspended)
    assert (done.event.party, done.event.person) == ("auria", "Ilse Maren")
    assert done.body.suspended
    assert (done.body.clause, done.body.reason, done.body.since_ns) == (part, "drill", T0)


def test_what_we_suspended_we_resume() -> None:
    held = Suspensions()
    held.take(ordered(command(SuspendAgreement), ISSUER, BOTH, held, T0).event)
    done = ordered(command(ResumeAgreement), ISSUER, BOTH, held, T0)
    assert isinstance(done.event, AgreementResumed)
    assert not done.body.suspended


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (
            command(SuspendAgreement, "auria-cestia"),
            "there is no agreement auria-cestia; there are: auria-borvia, borvia-auria",
        ),
        (command(SuspendAgreement, part="9"), "auria-borvia has no clause 9"),
        (command(ResumeAgreement), "auria has not suspended that"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(order, why: str) -> None:
    refused = ordered(order, ISSUER, BOTH, Suspensions(), T0)
    assert isinstance(refused, CommandRefused)
    assert (refused.command_id, refused.reason) == (order.id, why)


def test_without_any_agreement() -> None:
    refused = ordered(command(SuspendAgreement), ISSUER, (), Suspensions(), T0)
    assert refused.reason == "there is no agreement auria-borvia; there are: none"
