"""What `node.toml` may say. Every table is the Struct of one room; those of the edge and the
console are here."""

from typing import Annotated, Literal

import msgspec

from skypact.config.channels import ChannelsSettings
from skypact.core.messages import Context
from skypact.core.site import SensorSite
from skypact.picture.settings import PictureSettings
from skypact.sensors.settings import FeedSettings, Uuid, split_source
from skypact.sharing.settings import SharingSettings
from skypact.tracking.settings import TrackingSettings
from skypact.warning.readiness.settings import ReadinessSettings
from skypact.warning.settings import Place, WarningSettings

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Address = Annotated[str, msgspec.Meta(pattern=r"^$|^(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}$")]
LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
TrackNumber = Annotated[int, msgspec.Meta(ge=1, le=0x7FFF_FFFF)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """nation: name in messages, subjects and certificates; display_name: for people."""

    nation: Name
    context: Context
    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class HubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more hub of the coordinator, on a machine of its own (`skypact hub`). host: where it
    listens; addresses: the IP addresses under which others reach it, which its certificate names
    (host when left out); leaf_port: for nations; cluster_port: for the other hubs; port: of its
    server on its own machine."""

    name: Name
    host: str
    addresses: tuple[str, ...] = ()
    leaf_port: Port = 7422
    cluster_port: Port = 7423
    port: Port = 4222

    @property
    def reached(self) -> tuple[str, ...]:
        """Return the IP addresses under which others reach it, the usual one first."""
        return self.addresses or (self.host,)


class DirectSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line to one partner beside the hub. to: "host:port" of its door, "" when it comes to
    ours."""

    partner: Name
    to: Address = ""


class LinkSettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"more_hubs": "hub"},
):
    """The node's own message server and the way to the coordinator.

    port: of the own server, loopback only; hubs: "host:port" of the coordinator's leaf doors;
    coordinator: the nation whose doors they are, by the name on its card.
    leaf_* are set on the coordinator alone: where it takes nations' links, and the IP addresses
    under which they reach it, which its certificate names (leaf_host when left out). more_hubs: its
    hubs on other machines; cluster_port: where they meet this one; pool: system track numbers that
    it leases to nations, each (first, last).
    direct: partners with a line of their own; direct_*: where those come that make theirs to us.
    """

    port: Port
    hubs: tuple[str, ...] = ()
    coordinator: Name | Literal[""] = ""
    leaf_port: Port | None = None
    leaf_host: str = "127.0.0.1"
    leaf_addresses: tuple[str, ...] = ()
    pairs: tuple[tuple[Name, Name], ...] = ()
    cluster_port: Port = 7423
    more_hubs: tuple[HubSettings, ...] = ()
    pool: tuple[tuple[TrackNumber, TrackNumber], ...] = ()
    direct_port: Port | None = None
    direct_host: str = "127.0.0.1"
    direct_addresses: tuple[str, ...] = ()
    direct: tuple[DirectSettings, ...] = ()

    @property
    def reached(self) -> tuple[str, ...]:
        """Return the IP addresses under which nations reach the coordinator's own server."""
        return self.leaf_addresses or (self.leaf_host,)


class ConsoleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """host: a loopback address, nothing else is accepted; port: 0 lets the system choose.

    roster: names offered in "who is on watch"; typed_names: a name that is not in the roster may
    be typed; overlay: path of a GeoJSON file drawn over the base map (properties `name`, `kind`);
    centre_*, zoom: first view of the map; coast_after_s: a track not updated for longer is greyed;
    links and sessions end by themselves after *_lifetime_s.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    roster: Annotated[tuple[PersonName, ...], msgspec.Meta(max_length=200)] = ()
    typed_names: bool = True
    overlay: str = ""
    centre_lat_deg: Annotated[float, msgspec.Meta(ge=-85, le=85)] = -32.0
    centre_lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)] = -18.0
    zoom: Annotated[float, msgspec.Meta(ge=0, le=16)] = 5.8
    coast_after_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 15.0
    link_lifetime_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 300.0
    session_lifetime_s: Annotated[float, msgspec.Meta(gt=0, le=604_800)] = 43_200.0
    clients_max: Annotated[int, msgspec.Meta(ge=1, le=64)] = 16


class RoleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program that connects to the node may see and do. shows: parts of this nation's
    picture; sends: its own events go to the other clients."""

    name: Name
    shows: tuple[Literal["tracks", "zones", "warnings"], ...] = ("tracks", "zones", "warnings")
    sends: bool = False


WATCH = RoleSettings(name="watch", sends=True)
"""The role that is always there, unless a `[[role]]` of its name says otherwise."""


class CotSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """tcp: "HOST:PORT" without TLS, loopback only; tls: "HOST:PORT" for clients with a certificate
    of this nation; tls_addresses: IP addresses that the server's own certificate names; tcp_role:
    what clients without a certificate may; every_s: how often tracks are sent; stale_s: after this
    without news a client greys them; stalled_s: who reads nothing for longer is cut off."""

    tcp: Address = ""
    tls: Address = ""
    tls_addresses: tuple[str, ...] = ()
    tcp_role: Name = "watch"
    every_s: Annotated[float, msgspec.Meta(ge=0.5, le=60)] = 1.0
    stale_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 15.0
    stalled_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 15.0
    clients_max: Annotated[int, msgspec.Meta(ge=1, le=500)] = 64

    def __post_init__(self) -> None:
        if self.tcp and self.tcp.rpartition(":")[0] not in LOOPBACK:
            raise ValueError("tcp serves this machine only; other machines come by tls")


class SapientSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """parent: "HOST:PORT" of a SAPIENT fusion node or middleware of this machine that takes our
    tracks, none when left out; node_id: our UUID, derived from the node's secret when left out;
    role: a `[[role]]` that shows tracks; every_s, status_every_s: how often tracks and our status
    are sent."""

    parent: Address | Literal[""] = ""
    role: Name = "watch"
    node_id: Uuid | Literal[""] = ""
    every_s: Annotated[float, msgspec.Meta(ge=0.5, le=60)] = 1.0
    status_every_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 5.0

    def __post_init__(self) -> None:
        if self.parent and self.parent.rpartition(":")[0] not in LOOPBACK:
            raise ValueError("parent must be on this machine: what goes there is not encrypted")


class DisSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """to: "udp://HOST:PORT" of simulators that take our tracks, in an exercise only; role: a
    `[[role]]` that shows tracks; exercise_id, site, application: under which they go."""

    to: str = ""
    role: Name = "watch"
    exercise_id: Annotated[int, msgspec.Meta(ge=1, le=255)] = 1
    site: Annotated[int, msgspec.Meta(ge=1, le=65_534)] = 1
    application: Annotated[int, msgspec.Meta(ge=1, le=65_534)] = 1
    every_s: Annotated[float, msgspec.Meta(ge=0.5, le=5)] = 1.0

    def __post_init__(self) -> None:
        if self.to and split_source(self.to).scheme != "udp":
            raise ValueError(f"to {self.to!r}: use udp://HOST:PORT")


class Cat062Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system of this nation that gets the picture as ASTERIX CAT062. address: "HOST:PORT" by UDP,
    also of a multicast group; sac, sic: under which this node sends; role: a `[[role]]` that shows
    tracks; every_s: how often each track is sent."""

    name: PersonName
    address: Annotated[str, msgspec.Meta(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}$")]
    sac: Annotated[int, msgspec.Meta(ge=0, le=255)]
    sic: Annotated[int, msgspec.Meta(ge=0, le=255)]
    role: Name = "watch"
    every_s: Annotated[float, msgspec.Meta(ge=0.5, le=60)] = 4.0

    def __post_init__(self) -> None:
        if not 0 < int(self.address.rpartition(":")[2]) < 65_536:
            raise ValueError("the port is from 1 to 65535")


class JournalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """keep_mb: how much journal is kept on disk; the oldest goes first."""

    keep_mb: Annotated[int, msgspec.Meta(ge=64, le=10_000_000)] = 4_096

    @property
    def keep_bytes(self) -> int:
        return self.keep_mb * 1024 * 1024


class AuditSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """keep_days: how long entries of the audit log are kept; what a partner has not yet followed is
    kept three times as long."""

    keep_days: Annotated[float, msgspec.Meta(ge=1, le=3_660)] = 30.0


class IntakeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The HTTPS listener for people with phones and for senders of text feeds.

    url: as phones reach it, https://HOST:PORT when left out; addresses: IP addresses named in the
    certificate that the node issues itself; certificate, key: files of another one, which phones
    already trust; reports_per_minute: of one observer or sender, reports_per_s_max: of all
    together; revoked: ids whose links count no more.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8443
    url: str = ""
    addresses: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    reports_per_minute: Annotated[float, msgspec.Meta(gt=0, le=6_000)] = 12.0
    reports_per_s_max: Annotated[float, msgspec.Meta(gt=0, le=100_000)] = 500.0
    revoked: tuple[Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")], ...] = ()


class NodeConfig(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"feeds": "feed", "sensors": "sensor", "places": "place", "roles": "role"},
):
    """The whole of `node.toml`. link: left out for a nation that is alone, without partners."""

    node: NodeSettings
    link: LinkSettings | None = None
    picture: PictureSettings = PictureSettings()
    feeds: tuple[FeedSettings, ...] = ()
    sensors: tuple[SensorSite, ...] = ()
    places: tuple[Place, ...] = ()
    tracking: TrackingSettings = TrackingSettings()
    sharing: SharingSettings = SharingSettings()
    warning: WarningSettings = WarningSettings()
    readiness: tuple[ReadinessSettings, ...] = ()
    journal: JournalSettings = JournalSettings()
    audit: AuditSettings = AuditSettings()
    sapient: SapientSettings = SapientSettings()
    dis: DisSettings = DisSettings()
    console: ConsoleSettings = ConsoleSettings()
    intake: IntakeSettings = IntakeSettings()
    roles: tuple[RoleSettings, ...] = ()
    cot: CotSettings = CotSettings()
    cat062: tuple[Cat062Settings, ...] = ()
    channels: ChannelsSettings = ChannelsSettings()

    @property
    def all_roles(self) -> tuple[RoleSettings, ...]:
        """Return the roles, the one that is always there included."""
        return self.roles if any(r.name == WATCH.name for r in self.roles) else (*self.roles, WATCH)

    @property
    def posted(self) -> tuple[FeedSettings, ...]:
        """Return the feeds that come in over HTTPS."""
        return tuple(feed for feed in self.feeds if feed.source == "https:")
