"""Agreements and messages for the tests of sharing."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from skypact.core.columns import array, pack
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AirWarning,
    Context,
    Identity,
    IdentityClaim,
    IdentitySet,
    Ledger,
    Message,
    NodeStarted,
    OwnTracks,
    PartnerFrame,
    Release,
    Stream,
    ThreatBatch,
    ThreatClass,
    ThreatenedPlace,
    WarningRaised,
    WarningState,
)
from skypact.sharing import wire
from skypact.sharing.settings import Partner, SharingSettings
from skypact.sharing.sharing import Sharing
from skypact.sharing.treaty.agreements import Agreement, Clause, What
from tests.unit.picture.flights import T0, S, columns, state

ALL = ("unknown", "ballistic", "cruise", "drone", "aircraft", "rocket")
START, END = datetime(2023, 11, 1, tzinfo=UTC), datetime(2023, 12, 1, tzinfo=UTC)
ISSUER = Issuer("auria", "test", Context.EXERCISE)
X = state(0, 0, 200, 0)


def clause(what: str = "track", **given: Any) -> Clause:
    return Clause(**{"id": "1", "what": What(what), "classes": ALL, **given})


def agreement(*clauses: Clause, **given: Any) -> Agreement:
    base = {"owner": "auria", "partner": "borvia", "valid_from": START, "valid_until": END}
    return Agreement(**{**base, "clauses": clauses, **given})


def everything(owner: str = "auria", partner: str = "borvia", **given: Any) -> Agreement:
    """An agreement that allows all."""
    return agreement(
        clause(id="track", show_callsign=True, show_address=True),
        clause("warning", id="warn", show_impact=True),
        clause("acknowledgement", id="ack", show_person=True),
        owner=owner,
        partner=partner,
        **given,
    )


def sharing(*agreements: Agreement, nation: str = "auria", **settings: Any) -> Sharing:
    names = [n for n in ("auria", "borvia", "cestia") if n != nation]
    partners = tuple(Partner(name=n, reference_key=n.encode() * 4) for n in names)
    chosen = SharingSettings(**{"partners": partners, **settings})
    room = Sharing(Issuer(nation, "sharing", Context.EXERCISE), chosen, agreements)
    room.handle(started(T0), T0)
    return room


def started(now_ns: int, epoch: int = 1) -> NodeStarted:
    return NodeStarted(**ISSUER.header(now_ns, now_ns), epoch=epoch, version="test")


def own(numbers: list[int], states: Any, now_ns: int, **given: Any) -> OwnTracks:
    n = len(numbers)
    times = {"detected_ns": np.full(n, now_ns), "confirmed_ns": np.full(n, now_ns)}
    packed = pack(OwnTracks, **columns(numbers, states, now_ns, **given), **times)
    ends = {"ended": given.get("ended", ()), "successors": given.get("successors", ())}
    return OwnTracks(**ISSUER.header(now_ns, now_ns), **ends, count=n, **packed)


def classes(now_ns: int, **given: int) -> ThreatBatch:
    """classes(now, n105=2): the class of each number."""
    numbers = [int(k[1:]) for k in given]
    values = list(given.values())
    packed = pack(ThreatBatch, number=numbers, threat_class=values, probability=[1.0] * len(values))
    return ThreatBatch(**ISSUER.header(now_ns, now_ns), count=len(values), **packed)


def identified(
    now_ns: int, number: int, identity: Identity, nation: str = "auria", **given: Any
) -> IdentitySet:
    """What a nation holds of an object is new."""
    claim = IdentityClaim(
        **{
            "claim_id": f"{nation}-c{number}",
            "nation": nation,
            "track": number,
            "identity": identity,
            "version": 1,
            "area": "west",
            "person": "K. Ito",
            "reason": "a test",
            "evidence": (),
            "since_ns": now_ns,
            **given,
        }
    )
    header = ISSUER.header(now_ns, now_ns)
    return IdentitySet(**header, claim=claim, threat_class=ThreatClass.UNKNOWN)


def warning(**given: Any) -> AirWarning:
    base = {
        "warning_id": "auria-warning-77",
        "origin": "auria",
        "nation": "borvia",
        "track": 105,
        "threat_class": ThreatClass.CRUISE,
        "class_probability": 0.876,
        "state": WarningState.RAISED,
        "version": 1,
        "places": (place("port", "borvia"), place("base", "cestia")),
        "assessed_ns": T0,
        "reason": "secret reason",
        "ledger": Ledger(detected_ns=T0 - 3 * S, tracked_ns=T0 - 2 * S, raised_ns=T0 - S),
    }
    return AirWarning(**{**base, **given})


def place(name: str, nation: str) -> ThreatenedPlace:
    return ThreatenedPlace(name=name, nation=nation, time_to_go_s=100.0, time_spread_s=5.0)


def told(kind: type, now_ns: int, **given: Any) -> Any:
    return kind(**ISSUER.header(now_ns, now_ns), warning=warning(**given))


def raised(now_ns: int, **given: Any) -> WarningRaised:
    return told(WarningRaised, now_ns, **given)


def releases(messages: Any, stream: Stream, partner: str = "borvia") -> list[Release]:
    found = [m for m in messages if isinstance(m, Release)]
    return [r for r in found if r.stream is stream and r.partner == partner]


def opened(release: Release) -> tuple[wire.Frame, Any]:
    frame = wire.frame_decoder.decode(release.frame)
    decoders = {
        Stream.TRACK: wire.track_decoder,
        Stream.WARNING: wire.durable_decoder,
        Stream.HEARTBEAT: wire.heartbeat_decoder,
        Stream.RECEIPT: wire.receipt_decoder,
    }
    return frame, decoders[release.stream].decode(frame.body)


def shown(messages: Any, partner: str = "borvia") -> dict[int, np.ndarray]:
    """Return number -> position of the tracks that leave."""
    out = {}
    for release in releases(messages, Stream.TRACK, partner):
        body = opened(release)[1]
        numbers = array(body, "number").tolist()
        out.update(zip(numbers, array(body, "position_ecef_m"), strict=True))
    return out


def arrived(release: Release, now_ns: int) -> PartnerFrame:
    """Return the frame as it comes out of the partner's network edge."""
    return PartnerFrame(
        **ISSUER.header(now_ns, now_ns),
        partner=release.origin,
        stream=release.stream,
        frame=release.frame,
    )


def only(messages: Any, kind: type) -> Any:
    found = [m for m in messages if isinstance(m, kind)]
    assert len(found) == 1, [type(m).__name__ for m in messages]
    return found[0]


def of(messages: Any, kind: type) -> list[Message]:
    return [m for m in messages if isinstance(m, kind)]
