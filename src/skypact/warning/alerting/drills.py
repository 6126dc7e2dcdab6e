"""Test calls, once a day: whether each recipient can be reached is known before it matters."""

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    DeliveryState,
    Message,
    Notice,
    NoticeReported,
    Stage,
    TestedState,
    ThreatClass,
)
from skypact.warning.alerting.procedure import AlertingSettings, Recipient
from skypact.warning.phrases.phrases import say

S = 1_000_000_000
MINUTE_NS, DAY_NS = 60 * S, 86_400 * S
WITHIN_NS = 120 * S


class DrillsState(msgspec.Struct, kw_only=True):
    """issued: how many tests there were; tested: the newest of each recipient; running: recipient
    by notice."""

    issued: int = 0
    tested: dict[str, TestedState] = {}
    running: dict[str, str] = {}
    next_ns: dict[str, int] = {}


class Drills:
    """Tests the first channel of each recipient that says when."""

    def __init__(self, issuer: Issuer, settings: AlertingSettings) -> None:
        self._issuer = issuer
        self._sender = settings.sender or issuer.nation.capitalize()
        self._recipients = {r.name: r for r in settings.recipients if r.test_at and r.channels()}
        self._held = DrillsState()

    def start(self, now_ns: int) -> None:
        """Plan the tests; one that was missed while the node was down waits for the next day."""
        self._held.next_ns = {
            name: self._held.next_ns.get(name, 0)
            if self._held.next_ns.get(name, 0) > now_ns
            else _next(recipient, now_ns)
            for name, recipient in self._recipients.items()
        }

    def next_ns(self) -> int | None:
        """Return when the next test is due."""
        return min(self._held.next_ns.values(), default=None)

    def wake(self, now_ns: int) -> list[Message]:
        """Return the tests that are due."""
        out: list[Message] = []
        for name, due_ns in self._held.next_ns.items():
            if due_ns <= now_ns:
                recipient = self._recipients[name]
                self._held.next_ns[name] = _next(recipient, now_ns)
                out.append(self._test(recipient, now_ns))
        return out

    def _test(self, recipient: Recipient, now_ns: int) -> Message:
        self._held.issued += 1
        notice_id = f"{self._issuer.nation}-t{self._held.issued}"
        channel = recipient.channels()[0]
        running = {n: r for n, r in self._held.running.items() if r != recipient.name}
        self._held.running = {**running, notice_id: recipient.name}
        self._held.tested[recipient.name] = TestedState(
            recipient=recipient.name,
            channel=channel,
            tested_ns=now_ns,
            state=DeliveryState.QUEUED,
            evidence="",
        )
        context = self._issuer.context
        words = say(
            recipient.language, Stage.TEST, ThreatClass.UNKNOWN, (), 0.0, 0.0, self._sender, context
        )
        return Notice(
            **self._issuer.header(now_ns, now_ns),
            notice_id=notice_id,
            event_id=notice_id,
            procedure="",
            recipient=recipient.name,
            channel=channel,
            address=recipient.address(channel),
            attempt=1,
            language=recipient.language,
            stage=Stage.TEST,
            threat_class=ThreatClass.UNKNOWN,
            title=words.title,
            text=words.text,
            speech=words.speech,
            areas=(),
            references=(),
            answer=True,
            expires_ns=now_ns + WITHIN_NS,
        )

    def take(self, report: NoticeReported, now_ns: int) -> bool:
        """Take how far a test has come; return whether it is one, and that is new."""
        name = self._held.running.get(report.notice_id)
        if name is None:
            return False
        told = self._held.tested[name]
        self._held.tested[name] = msgspec.structs.replace(
            told, state=report.state, evidence=report.evidence
        )
        return self._held.tested[name] != told

    def states(self) -> tuple[TestedState, ...]:
        """Return what came of the newest tests."""
        return tuple(t for n, t in self._held.tested.items() if n in self._recipients)

    def state(self) -> DrillsState:
        """Return the content for a snapshot."""
        return self._held

    def restore(self, state: DrillsState) -> None:
        """Take over a state."""
        self._held = state


def _next(recipient: Recipient, now_ns: int) -> int:
    hours, minutes = recipient.test_at.split(":")
    at_ns = now_ns // DAY_NS * DAY_NS + (int(hours) * 60 + int(minutes)) * MINUTE_NS
    return at_ns if at_ns > now_ns else at_ns + DAY_NS
