"""What people at the console ask for, and who they are: commands of the page to the node."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec

from skypact.config.settings import ConsoleSettings
from skypact.console.auth import Session
from skypact.console.board import Board
from skypact.console.orders import alerts, identities
from skypact.console.orders.alerts import OrderAlert
from skypact.console.orders.identities import Identify
from skypact.console.settings import NodeIdentity
from skypact.console.views import may_acknowledge, may_release
from skypact.core.errors import DecodeError, SkypactError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    Message,
    ReleaseAllClear,
    ReportShown,
    ResumeAgreement,
    SuspendAgreement,
)
from skypact.core.messages.agreement import AgreementName, ClauseName, Reason

Submit = Callable[[Message], Awaitable[str]]
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
PageTime = Annotated[float, msgspec.Meta(ge=0, le=1e14)]
_SUBMIT_S = 10.0
_SHOWN_AT_ONCE = 32


class _Ask(msgspec.Struct, frozen=True, tag_field="ask", forbid_unknown_fields=True):
    pass


class Watch(_Ask, frozen=True, tag="watch"):
    """A person begins the watch at this seat."""

    person: Annotated[str, msgspec.Meta(max_length=80)]


class Acknowledge(_Ask, frozen=True, tag="acknowledge"):
    """The person on watch has understood a warning. The name is the session's, never the page's."""

    warning_id: Reference


class AllClear(_Ask, frozen=True, tag="all_clear"):
    """The person on watch releases the all-clear of an own warning."""

    warning_id: Reference


class Shown(_Ask, frozen=True, tag="shown"):
    """Rows that were painted, each (warning_id, ms between painting and sending). sent_ms: when
    this was sent, by the page's clock."""

    rows: Annotated[
        list[tuple[Reference, Annotated[float, msgspec.Meta(ge=0, le=600_000)]]],
        msgspec.Meta(max_length=64),
    ]
    sent_ms: PageTime = 0.0


class Hush(_Ask, frozen=True, tag="hush"):
    """Silence the alarm at all seats for a minute."""


class Got(_Ask, frozen=True, tag="got"):
    """The page has taken a picture, or heard a tick."""

    picture: bool = False
    sent_ms: PageTime = 0.0


class _Agreed(_Ask, frozen=True):
    agreement: AgreementName
    reason: Reason
    clause: ClauseName = ""


class Suspend(_Agreed, frozen=True, tag="suspend"):
    """The person on watch suspends an agreement, or a clause of it."""


class Resume(_Agreed, frozen=True, tag="resume"):
    """The person on watch takes a suspension back."""


Ask = Watch | Acknowledge | AllClear | Shown | Hush | Got | Suspend | Resume | Identify | OrderAlert
_decoder: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)


def decode_ask(text: str) -> Ask:
    """Return what the page asks; raises DecodeError."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DecodeError(str(error), feed="console page") from error


class Desk:
    """Turns what pages ask into commands of named persons, each submitted once."""

    def __init__(
        self,
        settings: ConsoleSettings,
        identity: NodeIdentity,
        board: Board,
        submit: Submit,
        now_ns: Callable[[], int],
        issuer: Issuer,
    ) -> None:
        self._settings, self._identity, self._board = settings, identity, board
        self._submit, self._now_ns, self._issuer = submit, now_ns, issuer
        self._submitted: dict[tuple[str, str], int] = {}
        self._reported: dict[str, None] = {}
        self._reporting = asyncio.Semaphore(_SHOWN_AT_ONCE)

    def watch(self, ask: Watch, session: Session) -> dict[str, Any]:
        """Name the person on watch; returns the answer for the page."""
        person = " ".join(ask.person.split())
        if not person or not person.isprintable():
            return _refusal("watch", "", "Say who is on watch.")
        if not self._settings.typed_names and person not in self._settings.roster:
            return _refusal("watch", "", f"{person} is not on the roster of this node.")
        session.person = person
        return {"kind": "done", "ask": "watch", "warning_id": "", "person": person}

    async def decide(self, ask: Acknowledge | AllClear, session: Session) -> dict[str, Any]:
        """Submit a person's decision; returns once it is on disk or refused."""
        name = "acknowledge" if isinstance(ask, Acknowledge) else "all_clear"
        why = self._why_not(ask, name, session)
        if why:
            return _refusal(name, ask.warning_id, why)
        key, person = (name, ask.warning_id), session.person
        self._submitted[key] = self._board.warnings[ask.warning_id].version
        kind = AcknowledgeWarning if isinstance(ask, Acknowledge) else ReleaseAllClear
        now_ns = self._now_ns()
        command = kind(
            **self._issuer.header(now_ns, now_ns),
            warning_id=ask.warning_id,
            person=person,
            post=self._board.posts[ask.warning_id],
        )
        why = await self._submitted_why_not(command)
        if why:
            self._submitted.pop(key, None)
            return _refusal(name, ask.warning_id, why)
        return {"kind": "done", "ask": name, "warning_id": ask.warning_id, "person": person}

    async def agree(self, ask: Suspend | Resume, session: Session) -> dict[str, Any]:
        """Submit a suspension or its end; returns once it is on disk or refused."""
        name = "suspend" if isinstance(ask, Suspend) else "resume"
        if not session.person:
            return _refusal(name, "", "Say who is on watch first.")
        now_ns = self._now_ns()
        command = (SuspendAgreement if isinstance(ask, Suspend) else ResumeAgreement)(
            **self._issuer.header(now_ns, now_ns),
            agreement=ask.agreement,
            clause=ask.clause,
            person=session.person,
            reason=ask.reason,
        )
        why = await self._submitted_why_not(command)
        if why:
            return _refusal(name, "", why)
        return {"kind": "done", "ask": name, "warning_id": "", "person": session.person}

    async def order(self, ask: Identify | OrderAlert, session: Session) -> dict[str, Any]:
        """Submit what a person says of an identity or an alert; returns once it is on disk or
        refused."""
        about = {"about": ask.about} if isinstance(ask, OrderAlert) else {}
        if not session.person:
            return _refusal(ask.order, "", "Say who is on watch first.") | about
        who = (session.person, self._issuer, self._now_ns())
        if isinstance(ask, OrderAlert):
            if why := self._board.alerts.why_not(ask):
                return _refusal(ask.order, "", why) | about
            ask = self._board.alerts.at_post(ask, self._board.posts)
            asked = alerts.command(ask, *who)
        else:
            asked = identities.command(ask, *who)
        why = await self._submitted_why_not(asked)
        if why:
            return _refusal(ask.order, "", why) | about
        return {
            "kind": "done", "ask": ask.order, "warning_id": "", "person": session.person, **about,
        }  # fmt: skip

    async def shown(self, ask: Shown, received_ns: int) -> None:
        """Report rows painted; each warning of this nation once for the whole node."""
        for warning_id, age_ms in ask.rows:
            warning = self._board.warnings.get(warning_id)
            if warning is None or warning.nation != self._identity.nation:
                continue
            if warning.ledger.shown_ns or warning_id in self._reported:
                continue
            self._reported[warning_id] = None
            command = ReportShown(
                **self._issuer.header(received_ns - round(age_ms * 1e6), received_ns),
                warning_id=warning_id,
                post=self._board.posts[warning_id],
            )
            async with self._reporting:
                if await self._submitted_why_not(command):
                    self._reported.pop(warning_id, None)
        if len(self._reported) > 2 * len(self._board.warnings) + 100:
            self._reported = {w: None for w in self._reported if w in self._board.warnings}

    def hush(self, session: Session) -> None:
        """Silence the alarm at all seats and note who did."""
        self._board.take_hush(session.person or "an unnamed seat", self._now_ns())

    def _why_not(self, ask: Acknowledge | AllClear, name: str, session: Session) -> str:
        warning = self._board.warnings.get(ask.warning_id)
        if warning is None:
            return "This node holds no such warning."
        if not session.person:
            return "Say who is on watch first."
        if self._submitted.get((name, ask.warning_id), -1) >= warning.version:
            return "That is already being recorded."
        if name == "acknowledge" and not may_acknowledge(warning, self._identity):
            if warning.acknowledged_by:
                return f"{warning.acknowledged_by} has acknowledged it already."
            return f"It is {warning.state.value} and warns {warning.nation}."
        if name == "all_clear" and not may_release(warning, self._identity):
            return f"It is {warning.state.value}; its all-clear belongs to {warning.origin}."
        return ""

    async def _submitted_why_not(self, command: Message) -> str:
        try:
            return await asyncio.wait_for(self._submit(command), _SUBMIT_S)
        except TimeoutError:
            return f"The node did not confirm within {_SUBMIT_S:.0f} s; look at the row again."
        except SkypactError as error:
            return str(error)


def _refusal(ask: str, warning_id: str, reason: str) -> dict[str, Any]:
    return {"kind": "refused", "ask": ask, "warning_id": warning_id, "reason": reason}
