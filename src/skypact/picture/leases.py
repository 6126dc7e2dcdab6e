"""When to ask the coordinator for system track numbers: early, and once until it answers."""

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import NumbersLeased, NumbersWanted
from skypact.picture.numbers import Numbers
from skypact.picture.settings import PictureSettings

S = 1_000_000_000
AGAIN_NS = 600 * S
"""After an answer without numbers."""


class LeasesState(msgspec.Struct, frozen=True, kw_only=True):
    """told: the coordinator knows what we hold; waiting: it has not answered yet; not_before_ns: it
    had none left."""

    told: bool = False
    waiting: bool = False
    not_before_ns: int = 0


class Leases:
    """The question waits in the outbox as long as the coordinator is away, and is never lost: so it
    is asked once."""

    def __init__(self, issuer: Issuer, settings: PictureSettings, numbers: Numbers) -> None:
        self._issuer, self._settings, self._numbers = issuer, settings, numbers
        self.told = self.waiting = False
        self.not_before_ns = 0

    def look(self, now_ns: int) -> list[NumbersWanted]:
        """Return the question, when it is time for one. The first one is said early, and says what
        we hold from elsewhere."""
        settings = self._settings
        if not settings.asks or self.waiting or now_ns < self.not_before_ns:
            return []
        low = self._numbers.ready(now_ns) < settings.number_reserve
        if self.told and not low:
            return []
        self.told, self.waiting = True, low
        wanted = settings.number_lease if low else 0
        header = self._issuer.header(now_ns, now_ns)
        return [NumbersWanted(**header, wanted=wanted, held=self._numbers.held)]

    def take(self, lease: NumbersLeased, now_ns: int) -> None:
        """Take what the coordinator leased."""
        self.waiting = False
        self._numbers.lease(lease.numbers)
        self.not_before_ns = 0 if lease.numbers else now_ns + AGAIN_NS

    def state(self) -> LeasesState:
        """Return the content for a snapshot."""
        return LeasesState(told=self.told, waiting=self.waiting, not_before_ns=self.not_before_ns)

    def restore(self, state: LeasesState) -> None:
        """Take over a state."""
        self.told, self.waiting = state.told, state.waiting
        self.not_before_ns = state.not_before_ns
