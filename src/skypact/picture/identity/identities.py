"""Identities of the picture's tracks: claims of nations, kept with their objects.

Software sets pending and unknown. Everything else is somebody's claim: it goes with its object from
number to number, is never overwritten, and contradicts others in the open.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.ids import Issuer
from skypact.core.messages import (
    STATED,
    CommandRefused,
    ConflictResolved,
    Identity,
    IdentityCarried,
    IdentityClaim,
    IdentityConflict,
    IdentityProposed,
    IdentitySet,
    Message,
    PartnerIdentity,
    ProposeIdentity,
    ResolveConflict,
    SetIdentity,
    ThreatClass,
)
from skypact.core.messages.identity import RESOLVES_MAX
from skypact.picture.identity.authority import AuthorityArea, IdentitySettings
from skypact.picture.identity.claims import WORDS, Held, conflicting, live
from skypact.picture.identity.holdings import Holdings, HoldingsState
from skypact.picture.identity.orders import Order, why_not
from skypact.picture.numbers import PROVISIONAL
from skypact.picture.systems import OWN, Changed, Ended, Systems, report_key

Place = Callable[[int, int], tuple[float, float]]


class IdentityState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot needs. open: conflicts that were told."""

    holdings: HoldingsState = HoldingsState()
    open: dict[int, tuple[str, ...]] = {}
    counter: int = 0


class Identities:
    """What is held of every track. place: latitude and longitude of a system track at a time;
    reporter: index of a nation among those who report, -1 for none."""

    def __init__(
        self,
        issuer: Issuer,
        settings: IdentitySettings,
        systems: Systems,
        place: Place,
        reporter: Callable[[str], int],
    ) -> None:
        self._issuer, self._settings, self._systems = issuer, settings, systems
        self._place, self._reporter = place, reporter
        self.holdings = Holdings(systems, settings.steps_max)
        self._open: dict[int, tuple[str, ...]] = {}
        self._counter = 0

    def command(
        self, order: SetIdentity | ProposeIdentity | ResolveConflict, now_ns: int
    ) -> list[Message]:
        """Do what a person asks, or say why not."""
        number, nation = order.number, self._issuer.nation
        there = self._systems.exists(number)
        area = self._area(number, now_ns) if there else None
        case = Order(order, there, area, nation, self.holdings.of(number))
        why = why_not(case, self._settings)
        header = self._issuer.header(now_ns, now_ns)
        if why:
            return [CommandRefused(**header, command_id=order.id, reason=why)]
        if isinstance(order, ProposeIdentity):
            return [self._proposed(order, area, now_ns)]
        resolving = isinstance(order, ResolveConflict)
        settled = live(self.holdings.of(number)) if resolving else []
        out = self._restate(order, case.area_held, [h.claim.mark for h in settled], now_ns)
        return [*out, *self._judge(now_ns)]

    def _proposed(
        self, order: ProposeIdentity, area: AuthorityArea | None, now_ns: int
    ) -> IdentityProposed:
        text = f"{order.person} proposes {WORDS[order.identity]}: {order.reason}"
        self.holdings.note(order.number, text, now_ns)
        return IdentityProposed(
            **self._issuer.header(now_ns, now_ns),
            nation=self._issuer.nation,
            decider=area.nation if area else "",
            number=order.number,
            identity=order.identity,
            evidence=order.evidence,
            person=order.person,
            reason=order.reason,
            threat_class=self._class(order.number),
        )

    def _restate(
        self,
        order: SetIdentity | ResolveConflict,
        area: str,
        resolves: list[str],
        now_ns: int,
    ) -> list[Message]:
        """Replace what we hold of a track by what a person of ours says."""
        nation = self._issuer.nation
        mine = [h for h in self.holdings.of(order.number) if h.claim.nation == nation]
        out: list[Message] = [m for h in mine[1:] for m in self._end(h, now_ns)]
        before = mine[0].claim if mine else None
        if before is None:
            self._counter += 1
        # What an earlier decision of ours has settled stays settled.
        marks = dict.fromkeys((*(before.resolves if before else ()), *resolves))
        claim = IdentityClaim(
            claim_id=before.claim_id if before else f"{nation}-{self._counter}",
            nation=nation,
            track=order.number,
            identity=order.identity,
            version=before.version + 1 if before else 1,
            area=area,
            person=order.person,
            reason=order.reason,
            evidence=order.evidence,
            since_ns=now_ns,
        )
        kept = [mark for mark in marks if mark != claim.mark]
        claim = msgspec.structs.replace(claim, resolves=tuple(kept[-RESOLVES_MAX:]))
        self.holdings.put(
            Held(
                claim=claim,
                system=order.number,
                authorised=bool(area),
                held_ns=now_ns,
                decides=bool(kept),
            )
        )
        verb = "decided" if resolves else "set"
        self.holdings.note(order.number, _said(claim, verb), now_ns)
        header = self._issuer.header(now_ns, now_ns)
        kind = ConflictResolved if resolves else IdentitySet
        return [*out, kind(**header, claim=claim, threat_class=self._class(order.number))]

    def hear(self, message: PartnerIdentity, now_ns: int) -> list[Message]:
        """Take what a partner holds of an object."""
        claim = message.claim
        before = self.holdings.held.get(claim.claim_id)
        if before is not None and before.claim.version >= claim.version:
            return []
        same = before is not None and before.claim.mark == claim.mark
        held = Held(
            claim=claim,
            system=before.system if before else 0,
            authorised=self._settings.holds(claim.nation, claim.area),
            held_ns=before.held_ns if before and same else now_ns,
            decides=before is not None
            and before.decides
            and before.claim.resolves == claim.resolves,
            lost_ns=before.lost_ns if before else now_ns,
        )
        self.holdings.put(held)
        return [*self._attach(held, now_ns, news=not same), *self._judge(now_ns)]

    def _attach(self, held: Held, now_ns: int, news: bool) -> list[Message]:
        """Find the track that a partner's claim is about; say what it says when that is new."""
        claim, before = held.claim, held.system
        held.system = int(self._tracks([held])[0])
        if not held.system:
            held.lost_ns = held.lost_ns or now_ns
            return []
        held.lost_ns = 0
        if before == held.system and not news:
            return []
        self.holdings.note(held.system, _said(claim, "holds"), now_ns)
        if not claim.resolves or held.decides:
            return []
        lat, lon = self._place(held.system, now_ns)
        held.decides = self._settings.decides(claim.nation, claim.area, lat, lon)
        if not held.decides:
            why = f"{claim.nation} decided, but by our map it has no authority there"
            self.holdings.note(held.system, why, now_ns)
            return []
        header = self._issuer.header(now_ns, now_ns)
        threat = self._class(held.system)
        return [ConflictResolved(**header, claim=claim, threat_class=threat)]

    def _tracks(self, claims: Sequence[Held]) -> NDArray[np.int64]:
        """Return the track of each partner's claim: the one its nation reports under the number it
        says, else the one it was about before, else the one of that number, else 0."""
        systems = self._systems
        reporters = [self._reporter(h.claim.nation) for h in claims]
        keys = [
            report_key(reporter, h.claim.track) if reporter > OWN else -1
            for reporter, h in zip(reporters, claims, strict=True)
        ]
        rows = systems.reports.rows(keys)
        reported = np.append(systems.reports["system"], 0)[rows]
        before = np.array([h.system for h in claims], np.int64)
        named = np.array([self.holdings.latest(h.claim.track) for h in claims], np.int64)
        named[systems.systems.rows(named) < 0] = 0
        kept = np.where(systems.systems.rows(before) >= 0, before, named)
        return np.where(reported > 0, reported, kept)

    def follow(self, changed: Changed, now_ns: int) -> list[Message]:
        """Let claims go with their objects where numbers changed, ended, or tracks were split."""
        out: list[Message] = []
        for ended in changed.ended:
            out += self._renumber(ended, now_ns) if ended.successor else self._drop(ended, now_ns)
        for rest, left in changed.parted:
            out += self._split(self.holdings.latest(rest), self.holdings.latest(left), now_ns)
        return out

    def _renumber(self, ended: Ended, now_ns: int) -> list[Message]:
        old, new, out = ended.number, ended.successor, list[Message]()
        if old in self._open:
            self._open.setdefault(new, self._open.pop(old))
        for held in self.holdings.rename(old, new, now_ns):
            if held.claim.nation == self._issuer.nation:
                out += self._moved(held, now_ns)
            if held.claim.identity in STATED:
                out.append(self._carried(held.claim, new, old, 0, ended.reason, now_ns))
        return [*out, *self._fold(new, now_ns)]

    def _fold(self, number: int, now_ns: int) -> list[Message]:
        """Two tracks of ours that are one object and were said to be the same: one claim is enough.
        Claims that differ both stay, and are a conflict."""
        mine = [h for h in live(self.holdings.of(number)) if h.claim.nation == self._issuer.nation]
        seen: dict[Identity, None] = {}
        out: list[Message] = []
        for held in mine:
            if held.claim.identity in seen and not held.claim.resolves:
                out += self._end(held, now_ns)
            seen[held.claim.identity] = None
        return out

    def _moved(self, held: Held, now_ns: int) -> list[Message]:
        """Tell partners that our claim has another number now."""
        claim = msgspec.structs.replace(
            held.claim, track=held.system, version=held.claim.version + 1
        )
        held.claim = claim
        if held.system >= PROVISIONAL:
            return []
        header = self._issuer.header(now_ns, now_ns)
        return [IdentitySet(**header, claim=claim, threat_class=self._class(held.system))]

    def _drop(self, ended: Ended, now_ns: int) -> list[Message]:
        out: list[Message] = []
        for held in self.holdings.of(ended.number):
            if held.claim.nation == self._issuer.nation:
                out += self._end(held, now_ns)
            elif held.claim.ended:
                self.holdings.drop(held)
            else:
                held.system, held.lost_ns = 0, now_ns
        self.holdings.forget(ended.number)
        return out

    def _end(self, held: Held, now_ns: int) -> list[Message]:
        claim = msgspec.structs.replace(held.claim, version=held.claim.version + 1, ended=True)
        self.holdings.drop(held)
        header = self._issuer.header(now_ns, now_ns)
        return [IdentitySet(**header, claim=claim, threat_class=self._class(claim.track))]

    def _split(self, rest: int, left: int, now_ns: int) -> list[Message]:
        """Say which part of a split track keeps what was set: the part that the nation which set it
        reports. The other part starts without an identity."""
        self._reattach(now_ns)
        out: list[Message] = []
        for number, other in ((rest, left), (left, rest)):
            for claim in (
                h.claim for h in live(self.holdings.of(number)) if h.claim.identity in STATED
            ):
                text = f"split from {number}, which keeps {WORDS[claim.identity]}"
                self.holdings.note(other, text, now_ns)
                out.append(self._carried(claim, number, number, other, "decorrelated", now_ns))
        return out

    def _carried(
        self, claim: IdentityClaim, number: int, former: int, pending: int, reason: str, now_ns: int
    ) -> IdentityCarried:
        if number != former:
            self.holdings.note(
                number, f"{WORDS[claim.identity]} came from {former}: {reason}", now_ns
            )
        return IdentityCarried(
            **self._issuer.header(now_ns, now_ns),
            number=number,
            former=former,
            pending=pending,
            identity=claim.identity,
            nation=claim.nation,
            reason=reason,
        )

    def _reattach(self, now_ns: int) -> list[Message]:
        nation = self._issuer.nation
        theirs = [h for h in self.holdings.held.values() if h.claim.nation != nation]
        tracks: list[int] = self._tracks(theirs).tolist()
        moved = [h for h, track in zip(theirs, tracks, strict=True) if h.system != track]
        return [m for h in moved for m in self._attach(h, now_ns, news=False)]

    def look(self, now_ns: int) -> list[Message]:
        """Each second: find the tracks of claims anew, and what contradicts."""
        if not self.holdings.held and not self._open:
            return []
        out = self._reattach(now_ns)
        self.holdings.forget_old(now_ns)
        return [*out, *self._judge(now_ns)]

    def _judge(self, now_ns: int) -> list[Message]:
        """Return conflicts that began, changed or are over."""
        out: list[Message] = []
        now_open: dict[int, tuple[str, ...]] = {}
        for number, held in self.holdings.by_track().items():
            if conflicting(held):
                stated = self._stated(number)
                now_open[number] = tuple(c.mark for c in stated)
                if self._open.get(number) != now_open[number]:
                    out.append(self._conflict(number, stated, now_ns))
        over = [number for number in self._open if number not in now_open]
        out += [self._conflict(number, [], now_ns) for number in over]
        self._open = now_open
        return out

    def _conflict(
        self, number: int, claims: Sequence[IdentityClaim], now_ns: int
    ) -> IdentityConflict:
        area = self._area(number, now_ns) if self._systems.exists(number) else None
        if claims:
            said = ", ".join(f"{c.nation} says {WORDS[c.identity]}" for c in claims)
            self.holdings.note(number, f"conflict: {said}", now_ns)
        return IdentityConflict(
            **self._issuer.header(now_ns, now_ns),
            number=number,
            claims=tuple(claims),
            decider=area.nation if area else "",
            area=area.name if area else "",
            deciders=area.who if area else (),
            open=bool(claims),
        )

    def _stated(self, number: int) -> list[IdentityClaim]:
        """Return the claims of a track that say something and are not settled."""
        held = live(self.holdings.of(number))
        return [h.claim for h in held if h.claim.identity in STATED]

    def _area(self, number: int, now_ns: int) -> AuthorityArea | None:
        return self._settings.at(*self._place(number, now_ns))

    def _class(self, number: int) -> ThreatClass:
        row = int(self._systems.systems.rows([number])[0])
        return ThreatClass(int(self._systems.systems["threat_class"][row]) if row >= 0 else 0)

    def state(self) -> IdentityState:
        """Return the content for a snapshot."""
        return IdentityState(holdings=self.holdings.state(), open=self._open, counter=self._counter)

    def restore(self, state: IdentityState) -> None:
        """Take over a state."""
        self.holdings.restore(state.holdings)
        self._open, self._counter = dict(state.open), state.counter


def _said(claim: IdentityClaim, verb: str) -> str:
    by = f"{claim.person} of {claim.nation}" if claim.person else claim.nation
    under = f" as authority of {claim.area}" if claim.area else ""
    why = f": {claim.reason}" if claim.reason else ""
    return f"{by} {verb} {WORDS[claim.identity]}{under}{why}"
