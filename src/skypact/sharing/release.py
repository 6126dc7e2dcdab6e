"""The only maker of `Release`: numbers each stream to each partner and wraps bodies in frames.

Only bodies of sharing/wire leave, and they have no field that an agreement cannot allow.
"""

from collections.abc import Sequence

import msgspec

from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import Release, Stream
from skypact.sharing import wire
from skypact.sharing.treaty.agreements import Agreement, Pact, ns_of

Body = (
    wire.TrackBody
    | wire.WarningBody
    | wire.AcknowledgementBody
    | wire.AgreementBody
    | wire.IdentityBody
    | wire.ProposalBody
    | wire.CoverageBody
    | wire.CoalitionBody
    | wire.HeartbeatBody
    | wire.ReceiptBody
    | wire.UmbrellaBody
)
NAMED = (Stream.TRACK, Stream.COALITION, Stream.WARNING)
"""Streams that carry something an agreement must have allowed."""


class ReleaserState(msgspec.Struct, frozen=True, kw_only=True):
    """sequences: newest of each "partner stream"; WARNING goes on across epochs."""

    epoch: int
    sequences: dict[str, int]


class Releaser:
    """Holds the epoch and the sequences."""

    def __init__(self, issuer: Issuer, agreements: Sequence[Agreement] = ()) -> None:
        self._issuer = issuer
        self.adopt(agreements)
        self._epoch = 0
        self._sequences: dict[str, int] = {}

    def adopt(self, agreements: Sequence[Agreement]) -> None:
        """Name these agreements by the hash of their text in frames from now on."""
        self._pacts = [
            (a.name, ns_of(a.valid_from), ns_of(a.valid_until), a.digest)
            for a in agreements
            if isinstance(a, Pact)
        ]

    def _digest(self, name: str, now_ns: int) -> bytes:
        """Return the hash of the agreement of a name that is in force, b"" for none."""
        held = (d for n, start, end, d in self._pacts if n == name and start <= now_ns < end)
        return next(held, b"")

    def start(self, epoch: int) -> None:
        """Begin a new epoch: best-effort streams count from 1 again, WARNING goes on."""
        self._epoch = epoch
        self._sequences = {
            key: value
            for key, value in self._sequences.items()
            if key.endswith(f" {Stream.WARNING}")
        }

    def newest(self, partner: str, stream: Stream) -> int:
        """Return the newest sequence of a stream, 0 for none."""
        return self._sequences.get(f"{partner} {stream}", 0)

    def make(
        self,
        partner: str,
        stream: Stream,
        clauses: tuple[str, ...],
        body: Body,
        observed_ns: int,
        now_ns: int,
        label: wire.Label | None = None,
    ) -> Release:
        """Return the next Release of a stream. label: of all that is in the body."""
        if stream in NAMED and not clauses:
            raise InvariantError(f"a {stream} release to {partner} names no clause")
        sequence = self.newest(partner, stream) + 1
        self._sequences[f"{partner} {stream}"] = sequence
        frame = wire.Frame(
            version=wire.VERSION,
            context=self._issuer.context,
            sender=self._issuer.nation,
            recipient=partner,
            stream=stream,
            epoch=self._epoch,
            sequence=sequence,
            clauses=clauses,
            sent_ns=now_ns,
            body=wire.encode(body),
            agreement=self._digest(
                clauses[0].partition("/")[0] if clauses else f"{self._issuer.nation}-{partner}",
                now_ns,
            ),
            label=label or msgspec.UNSET,
        )
        return Release(
            **self._issuer.header(observed_ns, now_ns),
            partner=partner,
            stream=stream,
            epoch=self._epoch,
            sequence=sequence,
            clauses=clauses,
            frame=wire.encode(frame),
        )

    def state(self) -> ReleaserState:
        """Return the content for a snapshot."""
        return ReleaserState(epoch=self._epoch, sequences=self._sequences)

    def restore(self, state: ReleaserState) -> None:
        """Take over a state."""
        self._epoch, self._sequences = state.epoch, dict(state.sequences)
