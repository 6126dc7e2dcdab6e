"""What passes between the coordinator and the others besides what all nations share.

All of it goes by the durable stream: on the sender's disk before it leaves, taken once, in order.
It needs an agreement between the two, of any kind; no clause lets anything else go by it.
"""

from collections.abc import Sequence

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    CoordinatorState,
    Message,
    NumbersLeased,
    NumbersWanted,
    Release,
    RolesPublished,
    Stream,
)
from skypact.sharing.links import Link
from skypact.sharing.release import Releaser
from skypact.sharing.umbrella.pool import Pool, PoolState
from skypact.sharing.umbrella.settings import UmbrellaSettings
from skypact.sharing.wire import LeaseBody, NumbersBody, RolesBody, UmbrellaBody

NUMBERS, ROLES = ("umbrella/numbers",), ("umbrella/roles",)
"""What allows these frames: the coordinator's role, not an agreement's clause."""


class UmbrellaState(msgspec.Struct, frozen=True, kw_only=True):
    """published: what each partner was told last."""

    pool: PoolState = PoolState()
    published: dict[str, RolesBody] = {}


class Umbrella:
    """One side of it: the coordinator's, or that of a nation below it."""

    def __init__(self, issuer: Issuer, settings: UmbrellaSettings, partners: Sequence[str]) -> None:
        self._issuer, self._settings, self._partners = issuer, settings, tuple(partners)
        self._pool = Pool(settings.pool, len(self._partners))
        self._published: dict[str, RolesBody] = {}

    @property
    def ours(self) -> bool:
        """Return whether this node is the coordinator."""
        return self._settings.coordinator == self._issuer.nation

    def ask(self, wanted: NumbersWanted, releaser: Releaser, now_ns: int) -> list[Release]:
        """Ask the coordinator for numbers; it answers each question once, however late."""
        coordinator = self._settings.coordinator
        if self.ours or coordinator not in self._partners:
            return []
        body = NumbersBody(wanted=wanted.wanted, held=wanted.held)
        return [releaser.make(coordinator, Stream.WARNING, NUMBERS, body, now_ns, now_ns)]

    def take(
        self, partner: str, body: UmbrellaBody, releaser: Releaser, now_ns: int
    ) -> list[Message] | None:
        """Return what follows from what a partner says, None when that is not for it to say."""
        if isinstance(body, NumbersBody):
            return self._lease(partner, body, releaser, now_ns) if self.ours else None
        if self.ours or partner != self._settings.coordinator:
            return None
        return self._heard(partner, body, now_ns)

    def _lease(
        self, partner: str, body: NumbersBody, releaser: Releaser, now_ns: int
    ) -> list[Message]:
        """Answer a nation that asks for numbers."""
        self._pool.note_held(partner, body.held)
        if not body.wanted:
            return []
        answer = LeaseBody(numbers=self._pool.lease(partner, body.wanted))
        return [releaser.make(partner, Stream.WARNING, NUMBERS, answer, now_ns, now_ns)]

    def _heard(self, partner: str, body: LeaseBody | RolesBody, now_ns: int) -> list[Message]:
        """Return what the coordinator says as messages of ours."""
        header = self._issuer.header(now_ns, now_ns)
        if isinstance(body, LeaseBody):
            return [NumbersLeased(**header, coordinator=partner, numbers=body.numbers)]
        self._published[partner] = body
        return [self._roles(partner, body, now_ns)]

    def known(self, now_ns: int) -> list[Message]:
        """Return the roles as last published to us: after a start people see them again."""
        if self.ours:
            return []
        return [self._roles(p, body, now_ns) for p, body in self._published.items()]

    def publish(self, partner: str, releaser: Releaser, now_ns: int) -> list[Release]:
        """Tell a partner who may what, when it is not what it was told last. It learns of those
        only who may speak to it."""
        body = self._body(partner)
        if not self.ours or self._published.get(partner) == body:
            return []
        self._published[partner] = body
        return [releaser.make(partner, Stream.WARNING, ROLES, body, now_ns, now_ns)]

    def state_of(
        self, links: dict[str, Link], started_ns: int, dead_ns: int, now_ns: int
    ) -> CoordinatorState | None:
        """Return whether the coordinator is there, None when we have none or are it."""
        name = self._settings.coordinator
        if not name or self.ours:
            return None
        link = links.get(name)
        heard_ns = max(link.arrived.last_heard_ns if link else 0, started_ns)
        absent = now_ns - heard_ns > dead_ns
        return CoordinatorState(nation=name, absent_since_ns=heard_ns if absent else 0)

    def _body(self, partner: str) -> RolesBody:
        said = self._settings
        pairs = [{a, b} for a, b in said.pairs]
        members = {n for pair in pairs if partner in pair for n in pair} | {partner}
        return RolesBody(
            members=tuple(sorted(members)),
            hubs=said.hubs,
            areas=tuple(a for a in said.areas if a.nation in members | {self._issuer.nation}),
        )

    def _roles(self, partner: str, body: RolesBody, now_ns: int) -> RolesPublished:
        return RolesPublished(
            **self._issuer.header(now_ns, now_ns),
            coordinator=partner,
            members=body.members,
            hubs=body.hubs,
            areas=body.areas,
        )

    def state(self) -> UmbrellaState:
        """Return the content for a snapshot."""
        return UmbrellaState(pool=self._pool.state(), published=self._published)

    def restore(self, state: UmbrellaState) -> None:
        """Take over a state."""
        self._pool.restore(state.pool)
        self._published = dict(state.published)
