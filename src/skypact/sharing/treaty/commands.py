"""What people order about agreements: suspend one, or a clause of it, or take it up again."""

from collections.abc import Sequence
from typing import NamedTuple

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    CommandRefused,
    ResumeAgreement,
    SuspendAgreement,
)
from skypact.sharing.treaty.agreements import Agreement
from skypact.sharing.treaty.suspension import Suspensions
from skypact.sharing.wire import AgreementBody

Command = SuspendAgreement | ResumeAgreement


class Ordered(NamedTuple):
    """What a command does. partner: the other party, which is told `body` under `clause`."""

    event: AgreementSuspended | AgreementResumed
    partner: str
    clause: str
    body: AgreementBody


def ordered(
    command: Command,
    issuer: Issuer,
    agreements: Sequence[Agreement],
    suspensions: Suspensions,
    now_ns: int,
) -> Ordered | CommandRefused:
    """Suspend or resume for the own nation, or say why not."""
    nation, suspends = issuer.nation, isinstance(command, SuspendAgreement)
    why = _why_not(command, nation, agreements, suspensions)
    if why:
        header = issuer.header(now_ns, now_ns)
        return CommandRefused(**header, command_id=command.id, reason=why)
    event = (AgreementSuspended if suspends else AgreementResumed)(
        **issuer.header(now_ns, now_ns),
        agreement=command.agreement,
        clause=command.clause,
        party=nation,
        person=command.person,
        reason=command.reason,
    )
    body = AgreementBody(
        agreement=command.agreement,
        clause=command.clause,
        suspended=suspends,
        reason=command.reason,
        since_ns=now_ns,
    )
    one = next(a for a in agreements if a.name == command.agreement)
    partner = one.partner if one.owner == nation else one.owner
    name = f"{command.agreement}/{command.clause}" if command.clause else command.agreement
    return Ordered(event, partner, name, body)


def _why_not(
    command: Command, nation: str, agreements: Sequence[Agreement], suspensions: Suspensions
) -> str:
    """Say why a command can't be carried out, "" when it can."""
    name, clause = command.agreement, command.clause
    known = [a for a in agreements if a.name == name]
    if not known:
        names = ", ".join(dict.fromkeys(a.name for a in agreements)) or "none"
        return f"there is no agreement {name}; there are: {names}"
    if clause and not any(c.id == clause for a in known for c in a.clauses):
        return f"{name} has no clause {clause}"
    resumes = isinstance(command, ResumeAgreement)
    if resumes and not suspensions.has(name, clause, nation):
        return f"{nation} has not suspended that"
    return ""
