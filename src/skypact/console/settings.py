"""Settings of the console, as written in TOML under [console], and who the node is."""

from typing import Annotated

import msgspec

from skypact.core.messages import Context

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class ConsoleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """host: a loopback address, nothing else is accepted; port: 0 lets the system choose.

    roster: names offered in "who is on watch"; typed_names: a name that is not in the roster may
    be typed; overlay: path of a GeoJSON file drawn over the base map (properties `name`, `kind`);
    centre_*, zoom: first view of the map; coast_after_s: a track not updated for longer is greyed;
    links and sessions end by themselves after *_lifetime_s.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    roster: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)] = ()
    typed_names: bool = True
    overlay: str = ""
    centre_lat_deg: Annotated[float, msgspec.Meta(ge=-85, le=85)] = -32.0
    centre_lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)] = -18.0
    zoom: Annotated[float, msgspec.Meta(ge=0, le=16)] = 5.2
    coast_after_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 15.0
    link_lifetime_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 300.0
    session_lifetime_s: Annotated[float, msgspec.Meta(gt=0, le=604_800)] = 43_200.0
    clients_max: Annotated[int, msgspec.Meta(ge=1, le=64)] = 16


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
