"""Settings of the sharing room."""

from typing import Annotated

import msgspec

from skypact.sharing.treaty.labels import LabelSettings
from skypact.sharing.umbrella.settings import UmbrellaSettings

Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class Partner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner and the secret that turns our internal ids into references for it alone.

    The composition root reads the secret from its file; it is never written in a configuration.
    """

    name: Name
    reference_key: Annotated[bytes, msgspec.Meta(min_length=16, max_length=64)]

    def __repr__(self) -> str:
        return f"Partner(name={self.name!r}, reference_key=...)"


Corner = tuple[
    Annotated[float, msgspec.Meta(ge=-89, le=89)], Annotated[float, msgspec.Meta(ge=-180, le=180)]
]


class DeclaredArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where our sensors hold every aircraft above a height (over the ellipsoid), as people have
    decided to declare it. area_deg: corners (lat, lon) of a polygon; sensors: while one of these
    does not look, the area is not declared."""

    area_deg: Annotated[tuple[Corner, ...], msgspec.Meta(min_length=3, max_length=256)]
    height_min_m: Annotated[float, msgspec.Meta(ge=-500, le=100_000)] = 0.0
    sensors: tuple[str, ...] = ()


class SharingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """refresh_s: an unchanged track is released again after this long; link_dead_s: a link is dead
    when nothing was heard for this long (three heartbeats and some slack); partner_hold_s: after
    this long without an update a partner's track no longer counts as held; clock_tolerance_s: a
    best-effort frame older or newer than this is refused; held_frames_max: warning frames kept
    until the missing one before them arrives; memory_s: how long the reference of a cleared warning
    is remembered; labels: how we mark what we hold; coverage: what we declare to partners whose
    agreement asks for it; partners, umbrella: filled in by the composition root.
    """

    refresh_s: Positive = 5.0
    link_dead_s: Positive = 3.5
    partner_hold_s: Positive = 30.0
    clock_tolerance_s: Positive = 60.0
    held_frames_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 256
    memory_s: Positive = 86_400.0
    labels: LabelSettings = LabelSettings()
    coverage: Annotated[tuple[DeclaredArea, ...], msgspec.Meta(max_length=32)] = ()
    partners: tuple[Partner, ...] = ()
    umbrella: UmbrellaSettings = UmbrellaSettings()
