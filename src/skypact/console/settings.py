"""Who the node is and what is fixed on its map; the settings themselves are in `config`."""

from typing import Annotated

import msgspec

from skypact.core.messages import Context

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class NodeIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Whose console this is. nation: the node's name in messages; display_name: for people."""

    nation: Name
    context: Context
    display_name: Name


class MapSite(msgspec.Struct, frozen=True, kw_only=True):
    """Something fixed on the map: a defended place or an own sensor. range_m: its reach, 0 none."""

    name: Name
    kind: Annotated[str, msgspec.Meta(pattern="^(place|sensor)$")]
    nation: Name
    lat_deg: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    range_m: Annotated[float, msgspec.Meta(ge=0, le=1e7)] = 0.0
