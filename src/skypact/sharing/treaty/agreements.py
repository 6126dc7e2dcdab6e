"""An agreement: what one nation releases to another, written by people in TOML. Default nothing."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from skypact.core.messages import DEPENDENT, PRIMARY, SECONDARY, Context, ThreatClass

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
OneName = Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9-]{0,31})?$")]
ClauseId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
ClassName = Literal["unknown", "ballistic", "cruise", "drone", "aircraft", "rocket"]
IdentityName = Literal["unknown", "assumed_friend", "friend", "neutral", "suspect", "hostile"]
Detection = Literal["primary", "secondary", "dependent", "other"]
Marking = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9][A-Z0-9 _-]{0,39}$")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Latitude = Annotated[float, msgspec.Meta(ge=-89.9, le=89.9)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Height = Annotated[float, msgspec.Meta(ge=-1e4, le=1e7)]
DELAY_MAX_S = 300.0


class What(StrEnum):
    """What a clause is about. UNNAMED: the partner may pass on what it gets, as "coalition";
    COALITION: what is passed on so."""

    TRACK = "track"
    WARNING = "warning"
    ACKNOWLEDGEMENT = "acknowledgement"
    IDENTITY = "identity"
    COVERAGE = "coverage"
    UNNAMED = "unnamed"
    COALITION = "coalition"


COALITION = "coalition"
"""What a nation is called by those who may not know its name; no nation is called so."""
DETECTIONS: dict[Detection, int] = {
    "primary": PRIMARY,
    "secondary": SECONDARY,
    "dependent": DEPENDENT,
}
CLASSLESS = frozenset({What.COVERAGE, What.COALITION})
"""Clauses that are about no class of objects."""
PASSED_ON = frozenset({What.UNNAMED, What.COALITION})
"""Clauses about what is passed on: never what its owner has marked."""


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One permission.

    classes: threat classes it covers; area_deg: polygon of (lat, lon), () everywhere;
    height_min_m, height_max_m: band above the ellipsoid; position_grid_m, velocity_grid_mps: 0 is
    full precision, else values are rounded and the covariance says so; delay_s: how late;
    for_nations: nations whose warnings this partner is told of, () the partner's own only; of an
    UNNAMED clause who may see it; history_h: how many hours back it is told, when it begins, of
    warnings that are over; contexts: only at nodes of these, () any; identities: only what the
    owner holds as one of these, () any; detections: only what nothing else has detected, () any;
    classifications, caveats: of what the owner has marked, only what is marked with one of these
    and with no caveat but these; among: nations in whose declared coverage a track must lie to be
    passed on, all of them, as well as in the owner's; tracks_max: rows of each frame of the
    coalition.
    """

    id: ClauseId
    what: What
    classes: tuple[ClassName, ...] = ()
    area_deg: tuple[tuple[Latitude, Longitude], ...] = ()
    height_min_m: Height = -1e4
    height_max_m: Height = 1e7
    position_grid_m: Annotated[float, msgspec.Meta(ge=0, le=200_000)] = 0.0
    velocity_grid_mps: Annotated[float, msgspec.Meta(ge=0, le=5_000)] = 0.0
    delay_s: Annotated[float, msgspec.Meta(ge=0, le=DELAY_MAX_S)] = 0.0
    show_callsign: bool = False
    show_address: bool = False
    show_impact: bool = False
    show_person: bool = False
    for_nations: tuple[Name, ...] = ()
    history_h: Annotated[float, msgspec.Meta(ge=0, le=24)] = 0.0
    contexts: tuple[Context, ...] = ()
    identities: tuple[IdentityName, ...] = ()
    detections: tuple[Detection, ...] = ()
    classifications: tuple[Marking, ...] = ()
    caveats: tuple[Marking, ...] = ()
    among: tuple[Name, ...] = ()
    tracks_max: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 64

    @property
    def exact(self) -> bool:
        """Return whether it shows tracks as they are, without delay."""
        return self.what is What.TRACK and not self.position_grid_m and not self.delay_s

    def covers(self) -> tuple[ThreatClass, ...]:
        """Return the threat classes."""
        return tuple(ThreatClass[name.upper()] for name in self.classes)


class Agreement(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"clauses": "clause"},
):
    """What `owner` releases to `partner` from `valid_from` until `valid_until`.

    bloc: in a text, the group of nations to each of which it releases, in place of a partner; in an
    agreement with a member, the bloc through which it came about. Clauses are read in order, the
    first that admits a track decides. lease_s: tracks stop when nothing was heard from the partner
    for this long.
    """

    version: Literal[1] = 1
    owner: Name
    partner: OneName = ""
    bloc: OneName = ""
    valid_from: Instant
    valid_until: Instant
    lease_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 60.0
    clauses: tuple[Clause, ...] = ()

    @property
    def name(self) -> str:
        """Return how frames and people call it: owner and partner."""
        return f"{self.owner}-{self.partner or self.bloc}"

    @property
    def parties(self) -> tuple[str, str]:
        """Return owner and partner."""
        return self.owner, self.partner

    @property
    def receiver(self) -> str:
        """Return to whom it releases, for people."""
        return self.partner or f"the bloc {self.bloc}"


class Pact(Agreement, frozen=True, kw_only=True):
    """An agreement between two nations with the SHA-256 of the text that both signed."""

    digest: bytes = b""


def detected_by(bits: int) -> tuple[Detection, ...]:
    """Return by what an object was detected, in the words of a clause."""
    return tuple(name for name, bit in DETECTIONS.items() if bits & bit) or ("other",)


def ns_of(instant: datetime) -> int:
    """Return an instant of a text as ns UTC."""
    return int(instant.timestamp()) * 1_000_000_000 + instant.microsecond * 1000


def in_force(agreements: Iterable[Agreement], pair: set[str], now_ns: int) -> bool:
    """Say whether any agreement between two nations is in force, in either direction."""
    return any(
        {a.owner, a.partner} == pair and ns_of(a.valid_from) <= now_ns < ns_of(a.valid_until)
        for a in agreements
    )


class Bloc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of nations, named in a text that its members sign."""

    version: Literal[1] = 1
    bloc: Name
    members: tuple[Name, ...]
    valid_from: Instant
    valid_until: Instant
