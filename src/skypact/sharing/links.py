"""How each link is doing: what came, what is missing, what is still on its way."""

import msgspec
import numpy as np

from skypact.core.messages import LinkState
from skypact.core.table import Table, TableState, among
from skypact.sharing import wire

S = 1_000_000_000
UNKNOWN_MAX, MORE = 8, "others"
"""So many unknown kinds are told apart."""
DRAIN_NS = 5 * S
"""Tracks wait for warnings no longer than this after the last receipt: the partner's disk may have
failed."""


class Arrived(msgspec.Struct, kw_only=True):
    """Sequences of one partner's streams.

    heard: (epoch, sent_ns) of the newest frame, by the partner's clock: an older one is no sign of
    life; track, beat: newest (epoch, sequence); accounted: TRACK sequence up to which every one is
    either here or counted as lost; promised: TRACK sequence of the heartbeat before; warning_upto:
    WARNING frames up to here were taken; warning_sent_ns: when the last of them was sent, by the
    partner's clock; warning_promised: newest the partner says it has sent;
    held: WARNING frames waiting for the missing one; receipt_upto: our WARNING frames on its disk;
    drain: (our newest WARNING frame when the partner was heard again, when a receipt last came):
    tracks wait for its receipt; revision: of the wire that the partner speaks; unknown: kinds of
    messages that are not known here and were dropped, and how many of each; other_text: it releases
    under another text of the agreement than ours; labels: how it has marked what it sent, in words,
    and when it last did.
    """

    last_heard_ns: int = 0
    heard: tuple[int, int] = (0, 0)
    track: tuple[int, int] = (0, 0)
    accounted: int = 0
    promised: tuple[int, int] = (0, 0)
    beat: tuple[int, int] = (0, 0)
    gaps: int = 0
    warning_upto: int = 0
    warning_sent_ns: int = 0
    warning_promised: int = 0
    held: dict[int, bytes] = {}
    receipt_upto: int = 0
    drain: tuple[int, int] = (0, 0)
    revision: int = 0
    unknown: dict[str, int] = {}
    other_text: bool = False
    labels: dict[str, int] = {}


class LinkRecordState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot needs of one link."""

    arrived: Arrived
    held_tracks: TableState


class Link:
    """One partner's link. `tracks` are the numbers it reports to us and when it last did."""

    def __init__(self, partner: str) -> None:
        self.partner = partner
        self.arrived = Arrived()
        self.tracks = Table({"seen_ns": ("<i8", 1)})

    def alive(self, now_ns: int, dead_ns: int) -> bool:
        """Say whether it was heard lately."""
        heard_ns = self.arrived.last_heard_ns
        return heard_ns > 0 and now_ns - heard_ns <= dead_ns

    def hear(self, epoch: int, sent_ns: int, now_ns: int) -> None:
        """Take a good frame as a sign of life, unless it is a repeat of an old one."""
        a = self.arrived
        if (epoch, sent_ns) > a.heard:
            a.heard, a.last_heard_ns = (epoch, sent_ns), now_ns

    def resume(self, newest: int, now_ns: int) -> None:
        """Let tracks wait until the partner, heard again, has what waited for it. newest: sequence
        of our newest WARNING frame."""
        self.arrived.drain = (newest, now_ns)

    def receipted(self, upto: int, now_ns: int) -> None:
        """Take a receipt for our WARNING frames."""
        a = self.arrived
        a.receipt_upto, a.drain = upto, (a.drain[0], now_ns)

    def draining(self, now_ns: int) -> bool:
        """Say whether warnings that waited still go first."""
        upto, moved_ns = self.arrived.drain
        return self.arrived.receipt_upto < upto and now_ns < moved_ns + DRAIN_NS

    def track_is_new(self, epoch: int, sequence: int) -> bool:
        """Take the sequence of a TRACK frame; False when it is no newer than what is here."""
        a = self.arrived
        if (epoch, sequence) <= a.track:
            return False
        if epoch != a.track[0]:
            a.accounted = 0
        a.gaps += max(0, sequence - a.accounted - 1)
        a.accounted = max(a.accounted, sequence)
        a.track = (epoch, sequence)
        return True

    def beat_is_new(self, epoch: int, sequence: int, track_sequence: int) -> bool:
        """Take a heartbeat; what the one before promised and did not come is lost."""
        a = self.arrived
        if (epoch, sequence) <= a.beat:
            return False
        a.beat = (epoch, sequence)
        promised_epoch, promised = a.promised
        if promised_epoch == epoch:
            if a.track[0] != epoch:
                a.track, a.accounted = (epoch, 0), 0
            a.gaps += max(0, promised - a.accounted)
            a.accounted = max(a.accounted, promised)
        a.promised = (epoch, track_sequence)
        return True

    def note_unknown(self, kind: str) -> bool:
        """Count a message of a kind that is not known here; True for the first of its kind."""
        unknown = self.arrived.unknown
        if kind not in unknown and len(unknown) >= UNKNOWN_MAX:
            kind = MORE
        unknown[kind] = unknown.get(kind, 0) + 1
        return unknown[kind] == 1

    def notes(self) -> tuple[str, ...]:
        """Return in words what people should know of how the partner's program differs."""
        a, out = self.arrived, list[str]()
        if a.unknown:
            named = ", ".join(f"{kind} ({count})" for kind, count in a.unknown.items())
            out.append(f"{self.partner} sends what is not known here and was dropped: {named}")
        if a.other_text:
            out.append(f"{self.partner} releases under another text of the agreement than ours")
        out += [f"{self.partner} marks some of what it sends {label}" for label in sorted(a.labels)]
        return tuple(out)

    def drop_old(self, now_ns: int, hold_ns: int) -> None:
        """Forget tracks without an update, and labels that were not seen again."""
        self.tracks.drop(now_ns - self.tracks["seen_ns"] > hold_ns)
        labels = self.arrived.labels.items()
        self.arrived.labels = {label: ns for label, ns in labels if now_ns - ns <= hold_ns}

    def view(
        self,
        now_ns: int,
        dead_ns: int,
        tracks_out: int,
        warnings_out: int,
        suspended: tuple[str, ...] = (),
    ) -> LinkState:
        """Return how the link is doing; warnings_out: newest WARNING sequence we sent; suspended:
        what of the agreements with it is, in words."""
        a = self.arrived
        return LinkState(
            partner=self.partner,
            alive=self.alive(now_ns, dead_ns),
            last_heard_ns=a.last_heard_ns,
            tracks_in=len(self.tracks),
            tracks_out=tracks_out,
            gaps=a.gaps,
            outbox=max(0, warnings_out - a.receipt_upto),
            warnings_missing=max(0, a.warning_promised - a.warning_upto),
            suspended=suspended,
            wire=f"{wire.VERSION}.{a.revision}" if a.beat[1] else "",
            notes=self.notes(),
        )

    def saw(self, numbers: np.ndarray, ended: tuple[int, ...], now_ns: int) -> None:
        """Note which tracks the partner reports (each once) and which it ended."""
        self.tracks.drop(among(self.tracks.keys, ended))
        self.tracks.put(numbers.astype(np.int64), seen_ns=now_ns)

    def state(self) -> LinkRecordState:
        """Return the content for a snapshot."""
        return LinkRecordState(arrived=self.arrived, held_tracks=self.tracks.state())

    def restore(self, state: LinkRecordState) -> None:
        """Take over a state."""
        self.arrived = state.arrived
        self.tracks.restore(state.held_tracks)
