"""People at the posts: they see what is delivered and act on it after a reaction time.

A person acknowledges a warning of the own nation once, and ends a warning that the own nation
raised when the all-clear is proposed. Reaction times are log-normal around the person's median.
"""

from typing import NamedTuple

import numpy as np

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    Delivery,
    Message,
    ReleaseAllClear,
    ReportShown,
    WarningState,
)
from skypact.exercise.dice import generator
from skypact.exercise.scenario import Person, Scenario

SECOND_NS = 1_000_000_000
OPEN = (WarningState.RAISED, WarningState.ESCALATED)


class Reaction(NamedTuple):
    """What someone will do at `due_ns`, if it still makes sense then."""

    due_ns: int
    command: type[ReportShown | AcknowledgeWarning | ReleaseAllClear]
    nation: str
    person: Person
    warning_id: str


class People:
    """All people of a scenario."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._people = {(n.name, p.post): p for n in scenario.nations for p in n.people}
        self._dice = {who: generator(seed, "person", *who) for who in self._people}
        self._seen: dict[tuple[str, str, str], WarningState] = {}
        self._clearing: set[tuple[str, str, str]] = set()

    def react(self, nation: str, delivery: Delivery, now_ns: int) -> list[Reaction]:
        """Return what follows from a delivery to a post of `nation`."""
        person = self._people.get((nation, delivery.post))
        if person is None:
            return []
        warning = delivery.warning
        key = (nation, delivery.post, warning.warning_id)
        known = key in self._seen
        self._seen[key] = warning.state
        shown_ns = now_ns + round(person.shown_s * SECOND_NS)
        reactions: list[Reaction] = []
        if not known:
            reactions.append(Reaction(shown_ns, ReportShown, nation, person, warning.warning_id))
            acts = warning.nation == nation and warning.state in OPEN
            if acts and not self._overlooks(nation, person):
                due_ns = shown_ns + self._reaction_ns(nation, person)
                reactions.append(
                    Reaction(due_ns, AcknowledgeWarning, nation, person, warning.warning_id)
                )
        proposed = warning.state is WarningState.CLEAR_PROPOSED
        if proposed and warning.origin == nation and key not in self._clearing:
            self._clearing.add(key)
            if self._overlooks(nation, person):
                return reactions
            due_ns = shown_ns + self._reaction_ns(nation, person)
            reactions.append(Reaction(due_ns, ReleaseAllClear, nation, person, warning.warning_id))
        return reactions

    def act(self, reaction: Reaction, issuer: Issuer, now_ns: int) -> Message | None:
        """Return the command, None when what the post last saw makes it pointless."""
        post, warning_id = reaction.person.post, reaction.warning_id
        key = (reaction.nation, post, warning_id)
        state = self._seen[key]
        header = issuer.header(now_ns, now_ns)
        if reaction.command is ReportShown:
            return ReportShown(**header, warning_id=warning_id, post=post)
        person = reaction.person.name
        if reaction.command is AcknowledgeWarning:
            if state not in OPEN:
                return None
            return AcknowledgeWarning(**header, warning_id=warning_id, person=person, post=post)
        self._clearing.discard(key)
        if state is not WarningState.CLEAR_PROPOSED:
            return None
        return ReleaseAllClear(**header, warning_id=warning_id, person=person, post=post)

    def _overlooks(self, nation: str, person: Person) -> bool:
        """Return whether the person sees it and never acts on it; draws only for who may."""
        if not person.overlooks:
            return False
        return self._dice[nation, person.post].random() < person.overlooks

    def _reaction_ns(self, nation: str, person: Person) -> int:
        spread = self._dice[nation, person.post].standard_normal() * person.reaction_spread
        return round(person.reaction_s * float(np.exp(spread)) * SECOND_NS)
