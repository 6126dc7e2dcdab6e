"""The [picture.identity] table of a node's configuration: who may set which identity where."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, off_area_m, within
from skypact.core.messages import Identity, RolesPublished

Nation = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
AreaName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$")]
Who = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Latitude = Annotated[float, msgspec.Meta(ge=-89.9, le=89.9)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
OpenToOthers = Literal["pending", "unknown", "assumed_friend", "neutral"]
BORDER_M = 20_000.0
"""Nations see an object at slightly different places: so far beyond the border of an area a
decision of its authority still counts."""


class AuthorityArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a nation decides about identities. name: the same at every nation; area_deg: polygon of
    (lat, lon), () everywhere; who: names of persons or posts on watch, of the own nation only."""

    name: AreaName
    nation: Nation
    area_deg: tuple[tuple[Latitude, Longitude], ...] = ()
    who: tuple[Who, ...] = ()

    def off_m(self, lat_rad: float, lon_rad: float) -> float:
        """Return how far a place is from the area, 0 inside."""
        if not self.area_deg:
            return 0.0
        return off_area_m(np.radians(np.array(self.area_deg)), lat_rad, lon_rad)

    def covers(self, lat_rad: F64, lon_rad: F64) -> NDArray[np.bool_]:
        """Say which places (N,) lie in the area."""
        if not self.area_deg:
            return np.ones(lat_rad.shape, np.bool_)
        return within(np.radians(np.array(self.area_deg)), lat_rad, lon_rad)


def contradictions(ours: Sequence[AuthorityArea], theirs: RolesPublished) -> tuple[str, ...]:
    """Return in words where the coordinator says of an area what our settings don't; ours count."""
    held = {area.name: area for area in ours}
    said = {area.name: area for area in theirs.areas}
    out = [
        f"{theirs.coordinator} says that {said[name].nation} decides in area {name}, "
        f"our settings say {held[name].nation if name in held else 'nobody'}"
        for name in said
        if name not in held or held[name].nation != said[name].nation
    ]
    out += [
        f"{theirs.coordinator} draws area {name} of {said[name].nation} otherwise than our settings"
        for name in said.keys() & held.keys()
        if held[name].nation == said[name].nation
        and tuple(degrees for corner in held[name].area_deg for degrees in corner)
        != said[name].area_deg
    ]
    return tuple(sorted(out))


class IdentitySettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"areas": "area"},
):
    """areas: read in order, the first that covers a place decides; others_may_set: what persons
    without the authority may set, they propose the rest; steps_max: history kept of a track."""

    areas: tuple[AuthorityArea, ...] = ()
    others_may_set: tuple[OpenToOthers, ...] = ("pending", "unknown")
    steps_max: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 32

    def open_to_others(self) -> tuple[Identity, ...]:
        """Return what anybody on watch may set."""
        return tuple(Identity[name.upper()] for name in self.others_may_set)

    def at_each(self, lat_rad: F64, lon_rad: F64) -> list[AuthorityArea | None]:
        """Return the area that decides about each place (N,)."""
        chosen = np.full(lat_rad.shape, -1)
        for i, area in reversed(list(enumerate(self.areas))):
            chosen[area.covers(lat_rad, lon_rad)] = i
        return [self.areas[i] if i >= 0 else None for i in chosen.tolist()]

    def at(self, lat_rad: float, lon_rad: float) -> AuthorityArea | None:
        """Return the area that decides about a place."""
        return self.at_each(np.array([lat_rad]), np.array([lon_rad]))[0]

    def holds(self, nation: str, area: str) -> bool:
        """Say whether a nation holds the authority of an area by our map."""
        return any(a.name == area and a.nation == nation for a in self.areas)

    def decides(self, nation: str, area: str, lat_rad: float, lon_rad: float) -> bool:
        """Say whether a nation may decide about an object that we see at this place, as the
        authority of an area."""
        named = [a for a in self.areas if (a.name, a.nation) == (area, nation)]
        return any(a.off_m(lat_rad, lon_rad) <= BORDER_M for a in named)
