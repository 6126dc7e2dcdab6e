"""The sharing room: what may leave, to whom, in what detail; and what partners send."""

from collections.abc import Sequence

import msgspec
import numpy as np

from skypact.core.columns import array
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    CommandRefused,
    ConflictResolved,
    FeedView,
    FrameUnopened,
    IdentityProposed,
    IdentitySet,
    LinkView,
    Message,
    NodeStarted,
    NumbersWanted,
    OwnTracks,
    PartnerFrame,
    PartnerTracks,
    PartnerWarning,
    ResumeAgreement,
    Stream,
    SuspendAgreement,
    SystemTracksDeleted,
    TellAudit,
    ThreatBatch,
    WarningEvent,
)
from skypact.sharing import wire
from skypact.sharing.asked.explain import explained, not_held
from skypact.sharing.coalition.coalition import Coalition, CoalitionState
from skypact.sharing.federation import Federation, FederationState
from skypact.sharing.identities import IdentitiesOut, IdentitiesState
from skypact.sharing.lines import NONE, DelayLine, Known, LineState
from skypact.sharing.release import Releaser, ReleaserState
from skypact.sharing.settings import SharingSettings
from skypact.sharing.tracks_out import Outlet, OutletState, Reported
from skypact.sharing.treaty.agreements import DELAY_MAX_S, Agreement, in_force
from skypact.sharing.treaty.commands import ordered
from skypact.sharing.treaty.labels import Labels
from skypact.sharing.treaty.policy import Policy
from skypact.sharing.treaty.suspension import Suspension, Suspensions
from skypact.sharing.umbrella.umbrella import Umbrella, UmbrellaState
from skypact.sharing.warnings_out import WarningsOut, WarningsOutState
from skypact.sharing.withheld import Withheld, WithheldState

S = 1_000_000_000
HASTE_NS = 100_000_000
RENAMED_NS = round((DELAY_MAX_S + 10) * S)


class _State(msgspec.Struct, frozen=True, kw_only=True):
    issued: int
    next_wake_ns: int
    started_ns: int
    successors: list[tuple[int, int, int]]
    lines: dict[int, LineState]
    outlets: dict[str, OutletState]
    warnings: WarningsOutState
    federation: FederationState
    releaser: ReleaserState
    withheld: WithheldState
    suspensions: list[Suspension] = []
    changed: list[int] = []
    hastened_ns: int = 0
    second_ns: int = 0
    audits: dict[str, bytes] = {}
    reporting: dict[int, int] = {}
    identities: IdentitiesState = IdentitiesState()
    coalition: CoalitionState = CoalitionState()
    umbrella: UmbrellaState = UmbrellaState()


class Sharing:
    """Nothing leaves without a clause; everything from a partner is checked first.

    Raises InvariantError when an agreement names a partner that the settings do not have (the lint
    of agreements tells people before).
    """

    def __init__(
        self, issuer: Issuer, settings: SharingSettings, agreements: tuple[Agreement, ...]
    ) -> None:
        nation = issuer.nation
        self._issuer, self._settings, self._agreements = issuer, settings, agreements
        keys = {p.name: p.reference_key for p in settings.partners}
        names = [p for p in keys if any({a.owner, a.partner} == {nation, p} for a in agreements)]
        missing = [a.partner for a in agreements if a.owner == nation and a.partner not in keys]
        if missing:
            raise InvariantError(f"no reference key for partner {missing[0]}")
        labels = Labels(settings.labels, nation)
        about = (issuer.context, labels)
        self._policies = {name: Policy(agreements, nation, name, *about) for name in names}
        delays = {0: None} | {d: None for p in self._policies.values() for d in p.delays_ns()}
        self._lines = {delay: DelayLine(delay) for delay in delays}
        refresh_ns = round(settings.refresh_s * S)
        self._reported = reported = Reported()
        self._outlets = {n: Outlet(self._policies[n], refresh_ns, reported) for n in names}
        self._releaser, self._withheld = Releaser(issuer, agreements), Withheld(issuer)
        self._warnings = WarningsOut(nation, self._policies, keys, round(settings.memory_s * S))
        self._identities = IdentitiesOut(nation, self._policies, keys)
        self._umbrella = Umbrella(issuer, settings.umbrella, names)
        self._federation = Federation(
            issuer,
            names,
            round(settings.clock_tolerance_s * S),
            settings.held_frames_max,
            agreements,
            self._umbrella,
        )
        self._suspensions = Suspensions()
        self._coalition = Coalition(issuer, agreements, self._policies, keys, settings.coverage)
        self._hastens = any(c.exact for a in agreements if a.owner == nation for c in a.clauses)
        self._successors: dict[int, tuple[int, int]] = {}
        self._audits: dict[str, bytes] = {}
        self._next_wake_ns = self._started_ns = 0
        # Tracks that changed since the last frame with tracks, and when that was.
        self._changed, self._hastened_ns, self._second_ns = NONE, 0, 0

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take own tracks, classes, warnings, a partner's frame, or the start of the node."""
        match message:
            case PartnerFrame():
                return self._take(message, now_ns)
            case TellAudit() | NumbersWanted():
                return self._tell(message, now_ns)
            case FeedView():
                self._coalition.coverage.look(message)
            case FrameUnopened():
                return self._federation.unopened(message, now_ns)
            case OwnTracks() | ThreatBatch() | SystemTracksDeleted():
                self._feed(message, now_ns)
            case IdentitySet() | ConflictResolved() | IdentityProposed():
                if not isinstance(message, IdentityProposed):
                    self._note_identity(message, now_ns)
                return self._identities.take(message, self._releaser, self._withheld, now_ns)
            case SuspendAgreement() | ResumeAgreement():
                return self._command(message, now_ns)
            case NodeStarted():
                self._releaser.start(message.epoch)
                for outlet in self._outlets.values():
                    outlet.forget()
                self._started_ns = now_ns
                self._next_wake_ns = self._second_ns = (now_ns // S + 1) * S
                return self._umbrella.known(now_ns)
            case _ if isinstance(message, WarningEvent):
                return self._warnings.take(message, self._releaser, self._withheld, now_ns)
            case _:
                pass
        return []

    def _feed(self, message: OwnTracks | ThreatBatch | SystemTracksDeleted, now_ns: int) -> None:
        if isinstance(message, OwnTracks):
            self._note_renamed(message, now_ns)
        known = Known(message)
        for line in self._lines.values():
            line.feed(known, now_ns)
        self._note_changed(message, now_ns)

    def _note_identity(self, message: IdentitySet | ConflictResolved, now_ns: int) -> None:
        """Remember what we hold of an object: a clause may be about it."""
        if message.claim.nation == self._issuer.nation:
            for line in self._lines.values():
                line.feed(message, now_ns)

    def _tell(self, message: TellAudit | NumbersWanted, now_ns: int) -> Sequence[Message]:
        if isinstance(message, NumbersWanted):
            return self._umbrella.ask(message, self._releaser, now_ns)
        self._audits[message.partner] = message.body
        return []

    def _take(self, message: PartnerFrame, now_ns: int) -> Sequence[Message]:
        """Take a partner's frame. One heard again after silence is told at once that we live, and
        our people that it does."""
        name, dead_ns = message.partner, round(self._settings.link_dead_s * S)
        link = self._federation.links.get(name)
        silent = link is not None and not link.alive(now_ns, dead_ns)
        out = list(self._federation.take(message, self._releaser, self._warnings, now_ns))
        for told in (m for m in out if isinstance(m, PartnerTracks | PartnerWarning)):
            self._coalition.hear(told, now_ns)
        events = [m for m in out if isinstance(m, AgreementSuspended | AgreementResumed)]
        for event in events:
            out += self._follow(event, now_ns)
        if link is not None and silent and link.alive(now_ns, dead_ns):
            link.resume(self._releaser.newest(name, Stream.WARNING), now_ns)
            return [*out, self._heartbeat(name, now_ns), self._view(now_ns)]
        return out

    def _command(
        self, command: SuspendAgreement | ResumeAgreement, now_ns: int
    ) -> Sequence[Message]:
        """Suspend or resume for the own nation and tell the other party, or refuse."""
        done = ordered(command, self._issuer, self._agreements, self._suspensions, now_ns)
        if isinstance(done, CommandRefused):
            return [done]
        event, partner, name, body = done
        told = self._releaser.make(partner, Stream.WARNING, (name,), body, now_ns, now_ns)
        return [event, told, *self._follow(event, now_ns)]

    def _follow(
        self, event: AgreementSuspended | AgreementResumed, now_ns: int
    ) -> Sequence[Message]:
        """Let a suspension, or its end, take effect at once."""
        self._suspensions.take(event)
        self._restrict()
        return [*self._settle(now_ns), self._view(now_ns)]

    def _settle(self, now_ns: int) -> list[Message]:
        """Let what is agreed now take effect at once: tracks end, warnings that are owed leave."""
        out: list[Message] = []
        for name, policy in self._policies.items():
            if policy.term(now_ns) is None:
                out += self._outlets[name].cease(self._releaser, now_ns)
            out += self._warnings.settle(name, self._releaser, self._withheld, now_ns)
        return out

    def _restrict(self) -> None:
        for partner, policy in self._policies.items():
            suspended = self._suspensions.of(f"{self._issuer.nation}-{partner}")
            policy.suspend({s.clause for s in suspended})
        self._coalition.restrict(self._suspensions)

    def _note_renamed(self, message: OwnTracks, now_ns: int) -> None:
        self._reported.take(message)
        for old, new in zip(message.ended, message.successors, strict=True):
            if new:
                self._successors[old] = (new, now_ns)

    def _note_changed(
        self, message: OwnTracks | ThreatBatch | SystemTracksDeleted, now_ns: int
    ) -> None:
        """Remember what may leave at once, or a tenth of a second after the last time."""
        if self._hastens and not isinstance(message, SystemTracksDeleted):
            numbers = array(message, "number").astype(np.int64)
            self._changed = np.concatenate([self._changed, numbers])
            due_ns = max(now_ns, self._hastened_ns + HASTE_NS)
            self._next_wake_ns = min(self._second_ns, due_ns)

    def _hasten(self, now_ns: int) -> Sequence[Message]:
        """Release what has changed and may leave before the second is over."""
        numbers, self._changed, self._hastened_ns = np.unique(self._changed), NONE, now_ns
        out, links = list[Message](), self._federation.links
        for name, outlet in self._outlets.items():
            leased = self._leased(name, now_ns) and not links[name].draining(now_ns)
            out += outlet.hasten(self._lines[0], numbers, leased, self._releaser, now_ns)
        return out

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Each whole second: release tracks, say that we live; between: what has changed."""
        if now_ns < self._second_ns:
            self._next_wake_ns = self._second_ns
            return self._hasten(now_ns)
        self._next_wake_ns = self._second_ns = (now_ns // S + 1) * S
        self._changed, self._hastened_ns = NONE, now_ns
        self._successors = {
            old: (new, since)
            for old, (new, since) in self._successors.items()
            if now_ns - since <= RENAMED_NS
        }
        for line in self._lines.values():
            line.advance(now_ns)
        out, links = list[Message](), self._federation.links
        successors = {old: new for old, (new, _) in self._successors.items()}
        lease = {name: self._leased(name, now_ns) for name in self._outlets}
        for name, outlet in self._outlets.items():
            leased = lease[name]
            out += self._warnings.settle(name, self._releaser, self._withheld, now_ns)
            out += self._identities.settle(name, self._releaser, self._withheld, now_ns)
            if leased and links[name].draining(now_ns):
                outlet.forget()
            else:
                out += outlet.tick(
                    self._lines, successors, leased, self._releaser, self._withheld, now_ns
                )
            if in_force(self._agreements, {self._issuer.nation, name}, now_ns):
                out += self._umbrella.publish(name, self._releaser, now_ns)
                out.append(self._heartbeat(name, now_ns))
        second_ns, heard = now_ns // S * S, self._federation.heard
        standing = heard.standing(self._federation.links, second_ns)
        out += self._coalition.tick(
            standing, lease, self._releaser, self._warnings, self._withheld, second_ns
        )
        self._warnings.forget_old(now_ns)
        out += self._withheld.tell(now_ns)
        out += self._federation.tell_refused(now_ns)
        return [*out, self._view(now_ns)]

    def next_wake_ns(self) -> int | None:
        """Return the next whole second."""
        return self._next_wake_ns

    def _leased(self, partner: str, now_ns: int) -> bool:
        """Say whether the partner was heard within the lease; a start counts as heard."""
        term = self._policies[partner].term(now_ns)
        heard_ns = self._federation.links[partner].arrived.last_heard_ns
        return term is not None and now_ns - max(heard_ns, self._started_ns) <= term.lease_ns

    def explain(self, number: int, partner: str, now_ns: int) -> list[str]:
        """Return in words what a partner gets of an own track now, and why."""
        held = self._lines[0].tracks.keys
        if number not in held:
            return [not_held(self._issuer.nation, number, held.tolist())]
        policy = self._policies.get(partner)
        term = policy and policy.term(now_ns)
        halted = [s.words() for s in self._suspensions.of(f"{self._issuer.nation}-{partner}")]
        hidden = f"{partner} does not see track {number}"
        if term is None:
            return [hidden, policy.why_not() if policy else "no agreement is in force", *halted]
        if not self._leased(partner, now_ns):
            return [hidden, f"{partner} was not heard within the lease of {term.lease_ns / S:g} s"]
        return explained(number, partner, term, self._lines, halted)

    def _heartbeat(self, partner: str, now_ns: int) -> Message:
        """Return a sign of life, with what is to be told of the audit log."""
        body = wire.HeartbeatBody(
            audit=self._audits.pop(partner, b""),
            track_sequence=self._releaser.newest(partner, Stream.TRACK),
            warning_sequence=self._releaser.newest(partner, Stream.WARNING),
            revision=wire.REVISION,
        )
        return self._releaser.make(partner, Stream.HEARTBEAT, (), body, now_ns, now_ns)

    def _view(self, now_ns: int) -> LinkView:
        dead_ns = round(self._settings.link_dead_s * S)
        hold_ns = round(self._settings.partner_hold_s * S)
        links = self._federation.links
        for link in links.values():
            link.drop_old(now_ns, hold_ns)
        return LinkView(
            **self._issuer.header(now_ns, now_ns),
            links=tuple(
                link.view(
                    now_ns,
                    dead_ns,
                    self._outlets[name].released,
                    self._releaser.newest(name, Stream.WARNING),
                    self._suspensions.between({self._issuer.nation, name}, self._agreements),
                )
                for name, link in links.items()
            ),
            coordinator=self._umbrella.state_of(links, self._started_ns, dead_ns, now_ns),
        )

    def snapshot(self) -> bytes:
        """Return the whole state."""
        state = _State(
            issued=self._issuer.issued,
            next_wake_ns=self._next_wake_ns,
            started_ns=self._started_ns,
            successors=[(old, new, since) for old, (new, since) in self._successors.items()],
            lines={delay: line.state() for delay, line in self._lines.items()},
            outlets={name: outlet.state() for name, outlet in self._outlets.items()},
            warnings=self._warnings.state(),
            federation=self._federation.state(),
            releaser=self._releaser.state(),
            withheld=self._withheld.state(),
            suspensions=self._suspensions.state(),
            changed=self._changed.tolist(),
            hastened_ns=self._hastened_ns,
            second_ns=self._second_ns,
            audits=self._audits,
            reporting=self._reported.state(),
            identities=self._identities.state(),
            coalition=self._coalition.state(),
            umbrella=self._umbrella.state(),
        )
        return msgspec.msgpack.encode(state)

    def restore(self, state: bytes) -> None:
        """Take over the state that `snapshot` returned, also under changed agreements."""
        held = msgspec.msgpack.decode(state, type=_State)
        self._issuer.issued, self._audits = held.issued, dict(held.audits)
        self._next_wake_ns, self._started_ns = held.next_wake_ns, held.started_ns
        self._hastened_ns, self._second_ns = held.hastened_ns, held.second_ns
        self._changed = np.array(held.changed, np.int64)
        self._successors = {old: (new, since) for old, new, since in held.successors}
        for delay, line in self._lines.items():
            # A delay that is new starts empty: what it may tell is known only from now on.
            if delay in held.lines:
                line.restore(held.lines[delay])
        for name, outlet in self._outlets.items():
            if name in held.outlets:
                outlet.restore(held.outlets[name])
        self._warnings.restore(held.warnings)
        self._federation.restore(held.federation)
        self._releaser.restore(held.releaser)
        self._withheld.restore(held.withheld)
        self._suspensions.restore(held.suspensions)
        self._restrict()
        self._reported.restore(held.reporting)
        self._identities.restore(held.identities)
        self._coalition.restore(held.coalition)
        self._umbrella.restore(held.umbrella)
