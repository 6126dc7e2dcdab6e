"""Warnings of nations that are not named, passed on as the coalition's: on whole seconds, without
what would tell who raised them or when its sensors looked."""

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from skypact.core.messages import (
    AirWarning,
    Release,
    Stream,
    ThreatenedPlace,
    WarningState,
)
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.policy import Rule
from skypact.sharing.warnings_out import REFERENCE_BYTES, Told, WarningsOut
from skypact.sharing.wire import WarningBody

S = 1_000_000_000
STEP_S = 10.0
"""Times to go are told in steps of this."""


class PassingState(msgspec.Struct, frozen=True, kw_only=True):
    """waiting: by partner and warning id; told: what each partner has of it; issued: references
    given to each."""

    waiting: dict[str, dict[str, AirWarning]] = {}
    told: dict[str, dict[str, WarningBody]] = {}
    issued: dict[str, int] = {}


class Passing:
    """Warnings on their way from an owner to others."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self._waiting: dict[str, dict[str, AirWarning]] = {}
        self._told: dict[str, dict[str, WarningBody]] = {}
        self._issued: dict[str, int] = {}

    def take(self, partner: str, warning: AirWarning) -> None:
        """Keep the newest of a warning until the next whole second."""
        self._waiting.setdefault(partner, {})[warning.warning_id] = warning

    def tick(
        self,
        partner: str,
        rule: Rule,
        number: Callable[[AirWarning], int],
        releaser: Releaser,
        warnings: WarningsOut,
        now_ns: int,
    ) -> list[Release]:
        """Return what a partner is told now. number: under which it sees the track, 0 when it does
        not."""
        out: list[Release] = []
        told = self._told.setdefault(partner, {})
        for warning_id, warning in self._waiting.pop(partner, {}).items():
            known = told.get(warning_id)
            if known is None and warning.over:
                continue
            reference = known.reference if known else self._reference(partner)
            body = self._body(reference, warning, number(warning), now_ns)
            body = _followed(known, body, now_ns)
            if body is None:
                continue
            told[warning_id] = body
            warnings.note(partner, body.reference, _told(warning, now_ns))
            args = (partner, Stream.WARNING, (rule.name,), body, now_ns, now_ns)
            out.append(releaser.make(*args))
            if warning.over:
                del told[warning_id]
        return out

    def _reference(self, partner: str) -> str:
        """Return a new reference: of how many there were, not of the warning."""
        self._issued[partner] = count = self._issued.get(partner, 0) + 1
        said, key = count.to_bytes(8, "big"), self._keys[partner]
        return blake2b(said, key=key, digest_size=REFERENCE_BYTES, person=b"coalition").hexdigest()

    def _body(self, reference: str, warning: AirWarning, number: int, now_ns: int) -> WarningBody:
        """Return what a partner may know, field by field."""
        return WarningBody(
            reference=reference,
            nation=warning.nation,
            track=number,
            threat_class=warning.threat_class,
            class_probability=round(warning.class_probability, 1),
            state=_public(warning.state),
            version=1,
            places=tuple(_coarse(p) for p in warning.places if p.nation == warning.nation),
            assessed_ns=now_ns,
            acknowledge_by_ns=-(-warning.acknowledge_by_ns // S) * S,
            detected_ns=0,
            tracked_ns=0,
            raised_ns=now_ns,
            released_ns=now_ns,
            coalition=True,
        )

    def state(self) -> PassingState:
        """Return the content for a snapshot."""
        return PassingState(waiting=self._waiting, told=self._told, issued=self._issued)

    def restore(self, state: PassingState) -> None:
        """Take over a state."""
        self._waiting = {p: dict(w) for p, w in state.waiting.items()}
        self._told = {p: dict(t) for p, t in state.told.items()}
        self._issued = dict(state.issued)


def _followed(known: WarningBody | None, body: WarningBody, now_ns: int) -> WarningBody | None:
    """Return what follows on what a partner knows, None when that is no news."""
    if known is None:
        return body
    replace = msgspec.structs.replace
    same = replace(
        body, version=known.version, assessed_ns=known.assessed_ns, raised_ns=known.raised_ns,
        released_ns=known.released_ns,
    )  # fmt: skip
    return None if same == known else replace(same, version=known.version + 1, assessed_ns=now_ns)


def _coarse(place: ThreatenedPlace) -> ThreatenedPlace:
    to_go_s, spread_s = place.time_to_go_s, place.time_spread_s
    return msgspec.structs.replace(
        place,
        time_to_go_s=to_go_s // STEP_S * STEP_S,
        time_spread_s=(spread_s // STEP_S + 2) * STEP_S,
    )


def _public(state: WarningState) -> WarningState:
    raised = (WarningState.CLEAR_PROPOSED, WarningState.ESCALATED)
    return WarningState.RAISED if state in raised else state


def _told(warning: AirWarning, now_ns: int) -> Told:
    return Told(
        warning_id=warning.warning_id,
        nation=warning.nation,
        threat_class=warning.threat_class,
        released_ns=now_ns,
        cleared_ns=now_ns if warning.over else 0,
    )
