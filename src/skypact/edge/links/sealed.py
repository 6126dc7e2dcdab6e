"""Frames to and from partners that only the two of them can read or make.

Stands between the rooms and `PartnerLinks`: seals what goes out, opens what comes in, and tells
partners our keys. A partner whose keys are not known yet gets nothing: what waits in the outbox
goes as soon as they are.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping

from cryptography import x509

from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links.envelope import EnvelopeRefused, Opener, Sealer
from skypact.edge.links.frame_keys import (
    KeysRefused,
    OwnKeys,
    PartnerKeys,
    partner_keys,
    read_announcement,
)
from skypact.edge.links.link import Received, Send
from skypact.edge.links.ways import Way, Ways

NEVER = frozenset[str]()
ASK_EVERY_S, TELL_EVERY_S, ANSWER_AT_MOST_EVERY_S = 1.0, 10.0, 0.5
SIGN_AFTER_S, OLD_KEYS_S = 1.0, 10.0
"""New keys are told so long before they sign; those before still count so long."""
EARLY_MAX_FRAMES, EARLY_MAX_BYTES = 64, 65_536

Changed = Callable[[str, Way, bool, Counter[str]], None]
"""Called with partner, way, whether it is up now, and what was dropped as doubled or late."""
Refused = Callable[[str, str], None]
"""Called with the partner and the reason why something of it was refused."""


class SealedLinks:
    """Belongs to one event loop. authorities: certificate of each partner's authority; met: called
    with a partner when its keys are known for the first time or have changed."""

    def __init__(
        self,
        nation: str,
        context: Context,
        authorities: Mapping[str, x509.Certificate],
        own: OwnKeys,
        now_ns: Callable[[], int],
        send: Send,
        received: Received,
        refused: Refused,
        met: Callable[[str], None],
        direct: Collection[str] = NEVER,
        changed: Changed = lambda _partner, _way, _up, _count: None,
    ) -> None:
        """direct: partners with a line of their own beside the hub; changed: called when such a
        partner begins or ceases to be heard by one of the two ways."""
        self._nation, self._context, self._now_ns = nation, context, now_ns
        self._authorities, self._own = dict(authorities), own
        self._send, self._received, self._refused, self._met = send, received, refused, met
        self._signer = own
        self._known: dict[str, PartnerKeys] = {}
        self._before: dict[str, tuple[PartnerKeys, float]] = {}
        self._ends: dict[str, tuple[Sealer, Opener]] = {}
        self._told_s: dict[str, float] = {}
        self._early: dict[str, deque[tuple[Stream, bytes, Way]]] = {}
        self._changed = changed
        self.ways = {partner: Ways() for partner in direct}
        self._up = dict.fromkeys(self.ways, Way(0))
        self._telling: set[asyncio.Task[bool]] = set()

    async def run(self) -> None:
        """Tell partners our keys until cancelled: each second one that is unknown, else rarely."""
        loop = asyncio.get_running_loop()
        while True:
            for partner in list(self._authorities):
                every_s = TELL_EVERY_S if partner in self._known else ASK_EVERY_S
                if loop.time() - self._told_s.get(partner, -TELL_EVERY_S) >= every_s:
                    await self._tell(partner)
            self._look(loop.time())
            await asyncio.sleep(ASK_EVERY_S / 4)

    def _look(self, now_s: float) -> None:
        """Tell which of two ways to a partner has come up or gone down."""
        for partner, ways in self.ways.items():
            up = ways.up(now_s)
            for way in Way:
                if (up ^ self._up[partner]) & way:
                    self._changed(partner, way, bool(up & way), ways.count)
            self._up[partner] = up

    def renewed(self, own: OwnKeys) -> None:
        """Take new keys of our own. Partners are told at once; what is sealed for the new key is
        opened from now on, and frames are signed with it once partners know it."""
        if own.certificates != self._own.certificates:
            self._told_s.clear()
            asyncio.get_running_loop().call_later(SIGN_AFTER_S, self._sign_with, own)
        self._own = own
        self._ends.clear()

    def _sign_with(self, own: OwnKeys) -> None:
        self._signer = own
        self._ends.clear()

    def reconnected(self) -> None:
        """Tell everybody anew: who was away may have missed it."""
        self._told_s.clear()

    def forget(self, partner: str) -> None:
        """Cut a partner off: nothing goes to it, nothing of it is read."""
        self._authorities.pop(partner, None)
        self._before.pop(partner, None)
        self._known.pop(partner, None)
        self._ends.pop(partner, None)
        self._early.pop(partner, None)

    async def send(self, partner: str, stream: Stream, frame: bytes) -> bool:
        """Seal a frame and hand it on; False, at once, if it cannot leave now."""
        ends = self._both_ends(partner)
        if ends is None:
            return False
        return await self._send(partner, stream, ends[0].seal(frame))

    def take(self, partner: str, stream: Stream, data: bytes, way: Way = Way.HUB) -> None:
        """Take what came from a partner: its keys, or a frame that is opened and passed on."""
        ways, now_s = self.ways.get(partner), asyncio.get_running_loop().time()
        if ways is not None and stream is not Stream.KEYS and ways.doubled(way, data, now_s):
            return
        try:
            if stream is Stream.KEYS:
                self._learn(partner, data)
                return
            if partner not in self._authorities:
                raise EnvelopeRefused("there is no card of this sender")
            ends = self._both_ends(partner)
            if ends is None:
                self._wait(partner, stream, data, way)
                return
            frame = self._opened(partner, data, ends[1], now_s)
        except (EnvelopeRefused, KeysRefused) as why:
            self._refused(partner, str(why))
        else:
            if ways is None or not ways.stale(way, stream, data, frame, now_s):
                self._received(partner, stream, frame)

    def _opened(self, partner: str, data: bytes, opener: Opener, now_s: float) -> bytes:
        """Open a frame; what was signed shortly before new keys were announced still counts."""
        before = self._before.get(partner)
        try:
            return opener.open(data)
        except EnvelopeRefused:
            if before is None or now_s >= before[1]:
                raise
            return Opener(self._own, before[0]).open(data)

    def _wait(self, partner: str, stream: Stream, data: bytes, way: Way) -> None:
        """Keep what came before the keys; a few small frames, the outbox sends the others again."""
        if len(data) <= EARLY_MAX_BYTES:
            waiting = self._early.setdefault(partner, deque(maxlen=EARLY_MAX_FRAMES))
            waiting.append((stream, data, way))

    def _both_ends(self, partner: str) -> tuple[Sealer, Opener] | None:
        """Return what seals for a partner and opens what it sent; None while its keys are not known
        or have ended."""
        keys = self._known.get(partner)
        if keys is None or self._now_ns() >= keys.ends_ns:
            self._known.pop(partner, None)
            self._ends.pop(partner, None)
            return None
        if partner not in self._ends:
            self._ends[partner] = Sealer(self._signer, keys), Opener(self._own, keys)
        return self._ends[partner]

    def _learn(self, partner: str, data: bytes) -> None:
        authority = self._authorities.get(partner)
        if authority is None:
            raise KeysRefused("there is no card of this sender")
        said = read_announcement(data)
        found = partner_keys(said, authority, partner, self._context, self._now_ns())
        known = self._known.get(partner)
        if known is not None and found.begins_ns < known.begins_ns:
            raise KeysRefused("older keys than those already announced")
        if known is not None and known.sign_id != found.sign_id:
            until_s = asyncio.get_running_loop().time() + OLD_KEYS_S
            self._before[partner] = (known, until_s)
        self._known[partner] = found
        if found != known:
            self._ends.pop(partner, None)
        if known is None or (known.sign_id, known.seal_id) != (found.sign_id, found.seal_id):
            self._met(partner)
        for stream, early, way in self._early.pop(partner, ()):
            self.take(partner, stream, early, way)
        waited_s = asyncio.get_running_loop().time() - self._told_s.get(partner, -TELL_EVERY_S)
        if said.asks and waited_s >= ANSWER_AT_MOST_EVERY_S:
            task = asyncio.get_running_loop().create_task(self._tell(partner))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, partner: str) -> bool:
        self._told_s[partner] = asyncio.get_running_loop().time()
        data = self._own.announcement(asks=partner not in self._known)
        sent = await self._send(partner, Stream.KEYS, data)
        if not sent:
            del self._told_s[partner]
        return sent
