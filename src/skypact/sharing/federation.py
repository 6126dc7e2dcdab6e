"""The only door for what partners send: check, order, and turn into messages of our own."""

from collections.abc import Sequence
from typing import Any

import msgspec

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    FrameRefused,
    FrameTaken,
    FrameUnopened,
    Message,
    OutboxAcknowledged,
    PartnerAcknowledgement,
    PartnerAudit,
    PartnerFrame,
    PartnerWarning,
    Stream,
)
from skypact.sharing import tracks_in, wire
from skypact.sharing.coalition.heard import Heard, HeardState, why_not
from skypact.sharing.identities import heard
from skypact.sharing.links import Link, LinkRecordState
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.agreements import COALITION, Agreement, Pact
from skypact.sharing.treaty.labels import in_words
from skypact.sharing.umbrella.umbrella import Umbrella
from skypact.sharing.warnings_out import WarningsOut, told_by

S = 1_000_000_000
DAMAGED = "the frame cannot be read"
REPEATED = "a repeat, or older than what is here"


class Refused(Exception):  # noqa: N818 - it is what happened, not a failure of ours
    """A frame or its body cannot be accepted; the text says why in one sentence. told: what of it
    is taken all the same."""

    def __init__(self, why: str, *told: Message) -> None:
        super().__init__(why)
        self.told = told


class FederationState(msgspec.Struct, frozen=True, kw_only=True):
    """Links by partner; refusals of the running second; what was passed on to us."""

    links: dict[str, LinkRecordState]
    refused: list[tuple[str, str, int]]
    heard: HeardState = HeardState()


class Federation:
    """Links to the partners with whom there is an agreement in either direction."""

    def __init__(
        self,
        issuer: Issuer,
        partners: Sequence[str],
        clock_tolerance_ns: int,
        held_frames_max: int,
        agreements: Sequence[Agreement] = (),
        umbrella: Umbrella | None = None,
    ) -> None:
        self._issuer, self._agreements, self._umbrella = issuer, agreements, umbrella
        self.links = {partner: Link(partner) for partner in partners}
        self._tolerance_ns, self._held_max = clock_tolerance_ns, held_frames_max
        self._refused: dict[tuple[str, str], int] = {}
        self.heard = Heard()

    def take(
        self, message: PartnerFrame, releaser: Releaser, warnings: WarningsOut, now_ns: int
    ) -> list[Message]:
        """Return what a partner's frame says, or why it was refused."""
        try:
            link, frame = self._opened(message, now_ns)
            match frame.stream:
                case Stream.TRACK:
                    out = self._tracks(link, frame, now_ns)
                case Stream.COALITION:
                    out = self._passed_on(link, frame, now_ns)
                case Stream.HEARTBEAT:
                    out = self._heartbeat(link, frame, now_ns)
                case Stream.RECEIPT:
                    out = self._receipt(link, frame, releaser, now_ns)
                case Stream.KEYS:
                    raise Refused("keys are not sent in frames")
                case Stream.WARNING:
                    out = self._durable(link, frame, message, releaser, warnings, now_ns)
        except Refused as why:
            return [*why.told, *self._refuse(message.partner, str(why), now_ns)]
        link.hear(frame.epoch, frame.sent_ns, now_ns)
        if label := _label(frame):
            link.arrived.labels[label] = now_ns
        if frame.agreement:
            link.arrived.other_text = frame.agreement not in self._digests(frame.sender)
        return [*out, self._taken(frame, now_ns)]

    def _digests(self, sender: str) -> set[bytes]:
        """Return hashes of the texts of all agreements between us and a partner."""
        return {a.digest for a in self._agreements if isinstance(a, Pact) and sender in a.parties}

    def _taken(self, frame: wire.Frame, now_ns: int) -> FrameTaken:
        return FrameTaken(
            **self._issuer.header(frame.sent_ns, now_ns),
            partner=frame.sender,
            stream=frame.stream,
            epoch=frame.epoch,
            sequence=frame.sequence,
            sent_ns=frame.sent_ns,
        )

    def unopened(self, message: FrameUnopened, now_ns: int) -> list[Message]:
        """Count what could not even be opened; tell the first of its kind in a second."""
        return self._refuse(message.partner, message.reason, now_ns, message.count)

    def _opened(self, message: PartnerFrame, now_ns: int) -> tuple[Link, wire.Frame]:
        """Return the link and the frame, every header field checked."""
        link = self.links.get(message.partner)
        if link is None:
            raise Refused("there is no agreement with this sender")
        frame = _decoded(wire.frame_decoder, message.frame)
        if frame.version != wire.VERSION:
            raise Refused(f"wire version {frame.version} is not spoken here")
        if frame.context is not self._issuer.context:
            raise Refused(f"the frame is of context {frame.context}")
        if frame.sender != message.partner:
            raise Refused("the frame names another sender than its link")
        if frame.recipient != self._issuer.nation:
            raise Refused("the frame is for another nation")
        if frame.stream is not message.stream:
            raise Refused("the frame came on the wrong stream")
        if frame.sequence < 1 or frame.epoch < 1:
            raise Refused("the frame has no sequence or epoch")
        early = frame.sent_ns - now_ns
        # A warning may have waited in the partner's outbox for hours; it can't be from the future.
        late = -early if frame.stream is not Stream.WARNING else 0
        if max(early, late) > self._tolerance_ns:
            raise Refused("the frame's clock and ours are too far apart")
        if frame.stream is not Stream.TRACK and len(frame.body) > wire.SMALL_BODY_BYTES:
            raise Refused("the body is too large")
        return link, frame

    def _refuse(self, partner: str, reason: str, now_ns: int, count: int = 1) -> list[Message]:
        """Tell the first of its kind in a second, count the others."""
        key = (partner, reason)
        first = key not in self._refused
        self._refused[key] = self._refused.get(key, 0) + count
        return [self._refusal(partner, reason, now_ns)] if first else []

    def _refusal(self, partner: str, reason: str, now_ns: int) -> FrameRefused:
        header = self._issuer.header(now_ns, now_ns)
        return FrameRefused(**header, partner=partner, reason=reason)

    def tell_refused(self, now_ns: int) -> list[FrameRefused]:
        """Return how many more frames were refused since the last call."""
        refused, self._refused = self._refused, {}
        return [
            self._refusal(partner, f"{reason} ({count - 1} more)", now_ns)
            for (partner, reason), count in refused.items()
            if count > 1
        ]

    def _tracks(self, link: Link, frame: wire.Frame, now_ns: int) -> list[Message]:
        body = _decoded(wire.track_decoder, frame.body)
        why = tracks_in.why_not(body, now_ns + self._tolerance_ns)
        if why:
            raise Refused(why)
        if not link.track_is_new(frame.epoch, frame.sequence):
            raise Refused(REPEATED)
        link.saw(array(body, "number"), body.ended, now_ns)
        observed_ns = int(array(body, "time_ns").max(initial=0)) or frame.sent_ns
        header = self._issuer.header(observed_ns, now_ns)
        return [tracks_in.told(link.partner, body, _label(frame), header)]

    def _passed_on(self, link: Link, frame: wire.Frame, now_ns: int) -> list[Message]:
        body = _decoded(wire.coalition_decoder, frame.body)
        why = why_not(body, now_ns + self._tolerance_ns, tracks_in.LOWEST_M)
        if why:
            raise Refused(why)
        if not self.heard.is_new(link.partner, frame.epoch, frame.sequence):
            raise Refused(REPEATED)
        header = self._issuer.header(body.time_ns, now_ns)
        return [self.heard.tracks(link.partner, body, header)]

    def _heartbeat(self, link: Link, frame: wire.Frame, now_ns: int) -> list[Message]:
        body = _decoded(wire.heartbeat_decoder, frame.body)
        a = link.arrived
        if not link.beat_is_new(frame.epoch, frame.sequence, body.track_sequence):
            raise Refused(REPEATED)
        header = self._issuer.header(frame.sent_ns, now_ns)
        told = PartnerAudit(**header, partner=link.partner, body=body.audit)
        a.revision = body.revision
        a.warning_promised = max(body.warning_sequence, a.warning_upto)
        # A heartbeat may be overtaken by a warning that was sent after it.
        if body.warning_sequence < a.warning_upto and frame.sent_ns > a.warning_sent_ns:
            raise Refused(
                f"the partner's warnings went back from {a.warning_upto} to "
                f"{body.warning_sequence}: it has lost its memory and must enrol again",
                # Its log has gone back too, and its own signature says so.
                *([told] if body.audit else ()),
            )
        return [told] if body.audit else []

    def _receipt(
        self, link: Link, frame: wire.Frame, releaser: Releaser, now_ns: int
    ) -> list[Message]:
        upto = _decoded(wire.receipt_decoder, frame.body).upto_sequence
        if upto > releaser.newest(link.partner, Stream.WARNING):
            raise Refused(f"a receipt for warning {upto}, which was never sent")
        if upto <= link.arrived.receipt_upto:
            return []
        link.receipted(upto, now_ns)
        header = self._issuer.header(now_ns, now_ns)
        return [OutboxAcknowledged(**header, partner=link.partner, upto_sequence=upto)]

    def _durable(
        self,
        link: Link,
        frame: wire.Frame,
        message: PartnerFrame,
        releaser: Releaser,
        warnings: WarningsOut,
        now_ns: int,
    ) -> list[Message]:
        """Take WARNING frames in the order of their sequence, each once."""
        a = link.arrived
        if a.warning_upto < frame.sequence <= a.warning_upto + self._held_max:
            a.held[frame.sequence] = message.frame
        out: list[Message] = []
        while a.warning_upto + 1 in a.held:
            a.warning_upto += 1
            ready = wire.frame_decoder.decode(a.held.pop(a.warning_upto))
            a.warning_sent_ns = ready.sent_ns
            try:
                kind = _decoded(wire.kind_decoder, ready.body).type
                if kind in wire.DURABLE_KINDS:
                    out += self._durable_body(link.partner, ready, releaser, warnings, now_ns)
                elif link.note_unknown(kind):
                    why = (
                        f"a message of the kind {kind!r}, which is not known here: a newer program"
                    )
                    out.append(self._refusal(link.partner, why, now_ns))
            except Refused as why:
                # It would never become readable: the stream goes on without it.
                out += self._refuse(link.partner, str(why), now_ns)
        a.warning_promised = max(a.warning_promised, frame.sequence)
        body = wire.ReceiptBody(upto_sequence=a.warning_upto)
        return [*out, releaser.make(link.partner, Stream.RECEIPT, (), body, now_ns, now_ns)]

    def _durable_body(
        self,
        partner: str,
        frame: wire.Frame,
        releaser: Releaser,
        warnings: WarningsOut,
        now_ns: int,
    ) -> list[Message]:
        body = _decoded(wire.durable_decoder, frame.body)
        if isinstance(body, wire.UmbrellaBody):
            umbrella = self._umbrella
            follows = umbrella.take(partner, body, releaser, now_ns) if umbrella else None
            if follows is None:
                raise Refused("it is not the part of this sender to say that to us")
            return follows
        if isinstance(body, wire.WarningBody):
            if body.assessed_ns > now_ns + self._tolerance_ns:
                raise Refused("a warning from the future")
            header = self._issuer.header(body.assessed_ns, now_ns)
            origin = COALITION if body.coalition else partner
            warning = told_by(origin, body, frame.clauses, _label(frame), now_ns)
            if body.coalition:
                warnings.passed_on(warning.warning_id, partner)
            return [PartnerWarning(**header, partner=origin, warning=warning, label=_label(frame))]
        if isinstance(body, wire.CoverageBody):
            self.heard.declared[partner] = body
            return []
        if isinstance(body, wire.AgreementBody):
            return [self._suspension(partner, body, now_ns)]
        if isinstance(body, wire.IdentityBody | wire.ProposalBody):
            if body.since_ns > now_ns + self._tolerance_ns:
                raise Refused("an identity from the future")
            header = self._issuer.header(body.since_ns, now_ns)
            return [heard(header, partner, self._issuer.nation, body)]
        told = warnings.find(partner, body.reference)
        if told is None:
            raise Refused("an answer to a warning that was never released to this partner")
        if told.nation != partner:
            raise Refused("an answer from a nation that was not the one warned")
        return [
            PartnerAcknowledgement(
                **self._issuer.header(
                    body.acknowledged_ns or body.shown_ns or body.received_ns, now_ns
                ),
                partner=partner,
                warning_id=told.warning_id,
                event=body.event,
                person=body.person or f"duty officer of {partner}",
                received_ns_partner=body.received_ns,
                shown_ns=body.shown_ns,
                acknowledged_ns=body.acknowledged_ns,
                released_ns=told.released_ns,
            )
        ]

    def _suspension(self, partner: str, body: wire.AgreementBody, now_ns: int) -> Message:
        pair = {partner, self._issuer.nation}
        known = [
            a for a in self._agreements if a.name == body.agreement and {a.owner, a.partner} == pair
        ]
        if not known:
            raise Refused("a suspension of an agreement that is not between the two")
        if body.clause and not any(c.id == body.clause for a in known for c in a.clauses):
            raise Refused("a suspension of a clause that the agreement does not have")
        kind = AgreementSuspended if body.suspended else AgreementResumed
        return kind(
            **self._issuer.header(min(body.since_ns, now_ns), now_ns),
            agreement=body.agreement,
            clause=body.clause,
            party=partner,
            person="",
            reason=body.reason or "no reason was given",
        )

    def state(self) -> FederationState:
        """Return the content for a snapshot."""
        return FederationState(
            links={partner: link.state() for partner, link in self.links.items()},
            refused=[(p, r, n) for (p, r), n in self._refused.items()],
            heard=self.heard.state(),
        )

    def restore(self, state: FederationState) -> None:
        """Take over a state."""
        for partner, link in self.links.items():
            if partner in state.links:
                link.restore(state.links[partner])
        self._refused = {(p, r): n for p, r, n in state.refused}
        self.heard.restore(state.heard)


def _label(frame: wire.Frame) -> str:
    """Return how the sender has marked a frame, in words, "" for not at all."""
    return in_words(frame.label) if isinstance(frame.label, wire.Label) else ""


def _decoded(decoder: "msgspec.msgpack.Decoder[Any]", data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{DAMAGED}: {error}") from error
    except RecursionError as error:
        raise Refused(f"{DAMAGED}: it is nested too deeply") from error
