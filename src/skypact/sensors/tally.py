"""What is counted of a feed, and which of its datagrams are doubles."""

import hashlib
from collections.abc import Iterable

import msgspec

from skypact.core.messages import DatagramsDropped, FeedState, PacketsRefused, SourceState
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.settings import FeedSettings

REFUSALS_KEPT = 5
DOUBLES_KEPT = 8_192
CLOCK_QUESTION = "is the sender's clock right?"
"""How every refusal ends that is for a time too far from the arrival."""


SOURCES_KEPT = 64


class Said(msgspec.Struct, kw_only=True):
    """What a data source last said of itself. fault: "" when all is well."""

    last_ns: int
    fault: str


class Tally(msgspec.Struct, kw_only=True):
    """Counters of one feed since the node's first start. untimely: of those refused, the ones
    whose time is too far from the arrival; sources: by SAC * 256 + SIC; named: sources without
    them."""

    records: int = 0
    refused: int = 0
    untimely: int = 0
    unknown: int = 0
    doubled: int = 0
    dropped: int = 0
    last_ns: int = 0
    last_refusals: list[str] = msgspec.field(default_factory=list[str])
    sources: dict[int, Said] = msgspec.field(default_factory=dict[int, Said])
    named: dict[str, Said] = msgspec.field(default_factory=dict[str, Said])

    def hear(self, source: tuple[int, int], fault: str, now_ns: int) -> None:
        """Keep what a source says of itself; a change is noted. Those silent longest go first."""
        code = source[0] << 8 | source[1]
        before = self.sources.pop(code, None)
        self.sources[code] = Said(last_ns=now_ns, fault=fault)
        self._tell(f"SAC {source[0]} SIC {source[1]}", before, fault)
        while len(self.sources) > SOURCES_KEPT:
            del self.sources[next(iter(self.sources))]

    def hear_named(self, name: str, fault: str, now_ns: int) -> None:
        """The same of a source that has a name."""
        before = self.named.pop(name, None)
        self.named[name] = Said(last_ns=now_ns, fault=fault)
        self._tell(name, before, fault)
        while len(self.named) > SOURCES_KEPT:
            del self.named[next(iter(self.named))]

    def _tell(self, who: str, before: Said | None, fault: str) -> None:
        if fault != (before.fault if before else ""):
            self.note(f"{who}: {fault or 'all is well again'}")

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Count refusals and keep the last few as text."""
        for refusal in refusals:
            self.refused += refusal.count
            self.untimely += refusal.count * refusal.reason.endswith(CLOCK_QUESTION)
            self.note(f"byte {refusal.offset}: {refusal.reason}")

    def lose(self, message: DatagramsDropped | PacketsRefused) -> None:
        """Count what never came to be read."""
        if isinstance(message, DatagramsDropped):
            self.dropped += message.dropped
        else:
            self.refused += message.count
            self.note(message.reason)

    def note(self, text: str) -> None:
        """Keep a text; said again it moves to the end instead of filling the list."""
        kept = [old for old in self.last_refusals if old != text]
        self.last_refusals = [*kept, text][-REFUSALS_KEPT:]

    def state(self, feed: FeedSettings, *, alive: bool) -> FeedState:
        """Return the counters as a message shows them; alive: heard within two periods."""
        return FeedState(
            name=feed.name,
            format=feed.format,
            records=self.records,
            refused=self.refused,
            unknown=self.unknown,
            doubled=self.doubled,
            dropped=self.dropped,
            last_ns=self.last_ns,
            alive=alive,
            last_refusals=tuple(self.last_refusals),
            sources=tuple(
                SourceState(sac=code >> 8, sic=code & 255, last_ns=said.last_ns, fault=said.fault)
                for code, said in sorted(self.sources.items())
            )
            + tuple(
                SourceState(sac=0, sic=0, name=name, last_ns=said.last_ns, fault=said.fault)
                for name, said in sorted(self.named.items())
            ),
        )


class Doubles:
    """Datagrams heard lately on one group of redundant networks.

    `heard`: digest of the datagram -> arrival_ns, in order of arrival.
    """

    def __init__(self, heard: dict[bytes, int] | None = None) -> None:
        self.heard = heard or {}

    def is_double(self, datagram: bytes, arrival_ns: int, window_ns: int) -> bool:
        """Return whether the same bytes arrived within the window; remember these if not."""
        digest = hashlib.blake2b(datagram, digest_size=16).digest()
        before = self.heard.get(digest)
        if before is not None and abs(arrival_ns - before) <= window_ns:
            return True
        self.heard.pop(digest, None)
        self.heard[digest] = arrival_ns
        while self.heard:
            oldest = next(iter(self.heard))
            if len(self.heard) <= DOUBLES_KEPT and arrival_ns - self.heard[oldest] <= window_ns:
                break
            del self.heard[oldest]
        return False
