"""One recipient of one step until it is known what became of it.

OPEN --the channel says so--> ACKNOWLEDGED, or INFORMED where no answer was asked for
OPEN --rejected, or no attempt on any channel is left--> ESCALATED with a next in line, else FAILED
OPEN --somebody of the post has answered, or the alert is over--> STOPPED
What comes late or twice changes nothing, but an answer always counts.
"""

from collections.abc import Sequence

import msgspec

from skypact.core.messages import (
    Channel,
    DeliveryState,
    NoticeFailure,
    NoticeReported,
    Outcome,
    Reach,
    Stage,
)
from skypact.warning.alerting.procedure import Step

S = 1_000_000_000
DELIVER_WITHIN_NS = 60 * S
"""A channel that says nothing for so long about what needs no answer has failed."""
ORDER = (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.HEARD)
TIMES = {
    DeliveryState.SENT: "sent_ns",
    DeliveryState.DELIVERED: "delivered_ns",
    DeliveryState.HEARD: "heard_ns",
}
ON_THE_LINE = frozenset({DeliveryState.DELIVERED, DeliveryState.HEARD})
USELESS = frozenset({NoticeFailure.REFUSED})
"""Trying the same way again is of no use."""


class Going(msgspec.Struct, kw_only=True):
    """channels: in the order in which they are tried, `at` the present one; due_ns: when the
    attempt is given up, or with `resting` when the next begins; said: places of the present notice,
    places: all that it was ever told of, before: until the present news; told: ids of its notices
    by channel, the newest last; then: who is next."""

    step: str
    stage: Stage
    recipient: str
    channels: list[Channel]
    asked: bool
    attempts: int
    answer_ns: int
    every_ns: int
    then: list[str] = []
    at: int = 0
    attempt: int = 0
    notice_id: str = ""
    state: DeliveryState = DeliveryState.QUEUED
    outcome: Outcome = Outcome.OPEN
    person: str = ""
    evidence: str = ""
    due_ns: int = 0
    resting: bool = False
    said: list[str] = []
    places: list[str] = []
    before: list[str] = []
    told: dict[Channel, list[str]] = {}
    began_ns: int = 0
    sent_ns: int = 0
    delivered_ns: int = 0
    heard_ns: int = 0
    ended_ns: int = 0

    @property
    def open(self) -> bool:
        """Return whether it is not known yet what became of it."""
        return self.outcome is Outcome.OPEN

    @property
    def channel(self) -> Channel:
        """Return the way it is told by now."""
        return self.channels[min(self.at, len(self.channels) - 1)]

    def begin(self, notice_id: str, places: Sequence[str], now_ns: int) -> None:
        """Begin the next attempt, under its id."""
        self.attempt += 1
        self.state, self.notice_id, self.resting = DeliveryState.QUEUED, notice_id, False
        self.said = [*places]
        self.places = [*dict.fromkeys((*self.places, *places))]
        self.began_ns = self.began_ns or now_ns
        if notice_id not in (known := self.told.setdefault(self.channel, [])):
            known.append(notice_id)
        self.due_ns = now_ns + (self.answer_ns if self.asked else DELIVER_WITHIN_NS)

    def again(self, now_ns: int) -> None:
        """Tell it anew, as there is news: all channels, all attempts."""
        self.outcome, self.state = Outcome.OPEN, DeliveryState.QUEUED
        self.at = self.attempt = self.ended_ns = 0
        self.before = [*self.places]
        self.person, self.resting, self.due_ns = "", True, now_ns

    def take(self, report: NoticeReported, now_ns: int) -> bool:
        """Take what a channel says; return whether it changed anything. What ends an attempt
        without an answer is left to `fail`."""
        if report.state is DeliveryState.ACKNOWLEDGED:
            if self.outcome is Outcome.ACKNOWLEDGED:
                return False
            self.evidence = report.evidence
            self.end(Outcome.ACKNOWLEDGED, now_ns, report.person or "")
            self.state = report.state
            return True
        if not self.open or self.resting or report.attempt != self.attempt:
            return False
        if report.state not in ORDER or ORDER.index(report.state) <= ORDER.index(self.state):
            return False
        self.state, self.evidence = report.state, report.evidence
        for state in ORDER[1 : ORDER.index(report.state) + 1]:
            if not getattr(self, TIMES[state]):
                setattr(self, TIMES[state], now_ns)
        if not self.asked and self.state is not DeliveryState.QUEUED:
            self.end(Outcome.INFORMED, now_ns)
        elif self.state in ON_THE_LINE:
            # Nobody hangs up on a person who is just listening.
            self.due_ns = max(self.due_ns, now_ns + self.answer_ns)
        return True

    def fail(self, state: DeliveryState, why: str, useless: bool, now_ns: int) -> bool:
        """End the attempt; return whether another one follows."""
        self.state, self.evidence = state, why
        if self.attempt < self.attempts and not useless:
            self.resting, self.due_ns = True, now_ns + self.every_ns
            return True
        if self.at + 1 < len(self.channels):
            self.at, self.attempt = self.at + 1, 0
            self.resting, self.due_ns = True, now_ns
            return True
        return False

    def end(self, outcome: Outcome, now_ns: int, person: str = "") -> None:
        """Say what became of it."""
        self.outcome, self.ended_ns, self.person = outcome, now_ns, person
        self.due_ns, self.resting = 0, False

    def reach(self) -> Reach:
        """Return it for people."""
        return Reach(
            step=self.step,
            stage=self.stage,
            recipient=self.recipient,
            channel=self.channel,
            attempt=self.attempt,
            state=self.state,
            outcome=self.outcome,
            notice_id=self.notice_id,
            asked=self.asked,
            person=self.person,
            evidence=self.evidence,
            queued_ns=self.began_ns,
            sent_ns=self.sent_ns,
            delivered_ns=self.delivered_ns,
            heard_ns=self.heard_ns,
            ended_ns=self.ended_ns,
        )


def going(step: Step, recipient: str, channels: Sequence[Channel], then: Sequence[str]) -> Going:
    """Return what is to be done about one recipient of a step."""
    return Going(
        step=step.id,
        stage=step.began_by,
        recipient=recipient,
        channels=[*channels],
        asked=step.answer,
        attempts=step.attempts,
        answer_ns=round(step.answer_within_s * S),
        every_ns=round(step.every_s * S),
        then=[*then],
    )
