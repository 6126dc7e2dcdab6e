"""The part of the sharing room that is about nations which some know as "coalition" only: it holds
what they let us pass on, and tells each partner its view of it once a second."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import AirWarning, PartnerTracks, PartnerWarning, Release
from skypact.core.table import TableState
from skypact.sharing.coalition.blur import COAST_MAX_S
from skypact.sharing.coalition.course import Course
from skypact.sharing.coalition.coverage import Coverage, CoverageState
from skypact.sharing.coalition.held import Held, HeldState
from skypact.sharing.coalition.passing import Passing, PassingState
from skypact.sharing.coalition.view import View, ViewState
from skypact.sharing.release import Releaser
from skypact.sharing.settings import DeclaredArea
from skypact.sharing.treaty.agreements import Agreement, What
from skypact.sharing.treaty.policy import Policy, Rule
from skypact.sharing.treaty.suspension import Suspensions
from skypact.sharing.warnings_out import WarningsOut
from skypact.sharing.wire import CoverageBody
from skypact.sharing.withheld import Withheld

S = 1_000_000_000
SLOT_NS = 10 * S
"""What is passed on goes by the state at these times: longer than most radars take for a turn."""


class CoalitionState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot needs."""

    held: HeldState = HeldState(tracks=TableState(keys=b"", columns={}), serials=[], issued=0)
    views: dict[str, ViewState] = {}
    coverage: CoverageState = CoverageState()
    passing: PassingState = PassingState()
    slot_ns: int = 0


class Coalition:
    """What others let us pass on, and to whom."""

    def __init__(
        self,
        issuer: Issuer,
        agreements: Sequence[Agreement],
        policies: Mapping[str, Policy],
        keys: Mapping[str, bytes],
        declared: Sequence[DeclaredArea],
    ) -> None:
        """policies: what we release to each partner; keys: a secret for each."""
        self._nation, self._policies = issuer.nation, policies
        owners = dict.fromkeys(a.owner for a in agreements if a.partner == issuer.nation)
        self._given = {o: Policy(agreements, o, issuer.nation, issuer.context) for o in owners}
        self._held, self._passing = Held(), Passing(dict(keys))
        self.coverage = Coverage(declared, policies)
        rules = [
            (owner, rule)
            for owner, policy in self._given.items()
            for term in policy.terms
            for rule in term.rules
            if rule.clause.what is What.UNNAMED
        ]
        self._views: dict[str, View] = {}
        for partner, policy in policies.items():
            if any(r.clause.what is What.COALITION for t in policy.terms for r in t.rules):
                courses = [
                    Course(owner, rule, partner)
                    for owner, rule in rules
                    if partner in rule.clause.for_nations and partner != owner
                ]
                self._views[partner] = View(partner, keys[partner], courses)
        self._slot_ns = 0
        self._owners = {c.owner for v in self._views.values() for c in v.courses}

    def hear(self, message: PartnerTracks | PartnerWarning, now_ns: int) -> None:
        """Take what a partner tells, if some may see it as the coalition's: what it has marked none
        may."""
        if message.partner not in self._owners:
            return
        if isinstance(message, PartnerTracks):
            self._held.hear(message)
            return
        if message.label:
            return
        warning = message.warning
        view = self._views.get(warning.nation)
        for course in view.courses if view else ():
            named = warning.threat_class in course.rule.clause.covers()
            if course.owner == warning.origin and named and self._allowed(course, now_ns):
                self._passing.take(warning.nation, warning)
                return

    def restrict(self, suspensions: Suspensions) -> None:
        """Leave out what parties have suspended."""
        for owner, policy in self._given.items():
            policy.suspend({s.clause for s in suspensions.of(f"{owner}-{self._nation}")})

    def tick(
        self,
        declared: Mapping[str, CoverageBody],
        leased: Mapping[str, bool],
        releaser: Releaser,
        warnings: WarningsOut,
        withheld: Withheld,
        now_ns: int,
    ) -> list[Release]:
        """Return what leaves in this whole second. declared: by each partner that is
        heard; leased: which partners tracks may go to at all."""
        out = self.coverage.tick(releaser, now_ns)
        slot, self._slot_ns = now_ns // SLOT_NS != self._slot_ns // SLOT_NS, now_ns
        if slot and self._views:
            self._held.forget(now_ns - round(2 * COAST_MAX_S) * S)
        for partner, view in self._views.items():
            rule = self._rule(partner, now_ns)
            if rule is None:
                view.close()
                continue
            number = partial(self._number, view)
            out += self._passing.tick(partner, rule, number, releaser, warnings, now_ns)
            if not leased[partner]:
                view.close()
                continue
            if slot:
                self._look(view, declared, now_ns)
            release, left_out = view.frame(rule, releaser, now_ns)
            withheld.count(partner, What.COALITION, "no room in the frame", left_out)
            out.append(release)
        return out

    def _look(self, view: View, declared: Mapping[str, CoverageBody], now_ns: int) -> None:
        """Decide what a partner sees until the next slot."""
        declared = {**declared, self._nation: self.coverage.own()}
        for course in view.courses:
            if not self._allowed(course, now_ns):
                course.close()
                continue
            entering = course.look(self._held, declared, now_ns)
            view.enter(course, entering.serials, entering.state, self._held, now_ns)
        view.freeze(self._held, now_ns)

    def _number(self, view: View, warning: AirWarning) -> int:
        """Return under which number a partner sees the track of a warning, 0 when it does not."""
        serial = self._held.serial(warning.origin, warning.track)
        numbers = [view.number(c, serial) for c in view.courses if c.owner == warning.origin]
        return max(numbers, default=0)

    def _rule(self, partner: str, now_ns: int) -> Rule | None:
        term = self._policies[partner].term(now_ns)
        rules = term.rules if term else ()
        return next((r for r in rules if r.clause.what is What.COALITION), None)

    def _allowed(self, course: Course, now_ns: int) -> bool:
        """Say whether the owner's clause is in force."""
        term = self._given[course.owner].term(now_ns)
        return term is not None and any(r.name == course.rule.name for r in term.rules)

    def state(self) -> CoalitionState:
        """Return the content for a snapshot."""
        return CoalitionState(
            held=self._held.state(),
            views={partner: view.state() for partner, view in self._views.items()},
            coverage=self.coverage.state(),
            passing=self._passing.state(),
            slot_ns=self._slot_ns,
        )

    def restore(self, state: CoalitionState) -> None:
        """Take over a state, also under changed agreements."""
        self._held.restore(state.held)
        self.coverage.restore(state.coverage)
        self._passing.restore(state.passing)
        self._slot_ns = state.slot_ns
        for partner, view in self._views.items():
            if partner in state.views:
                view.restore(state.views[partner])
