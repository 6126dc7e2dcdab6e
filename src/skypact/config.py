"""Configuration of a node: a folder with `node.toml`, `agreements/*.toml` and `keys/`.

Every table of `node.toml` is the Struct of one room; what the edge and the console need is here.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from skypact.core.errors import ConfigError
from skypact.core.lines import line_of
from skypact.core.messages import Context
from skypact.core.site import SensorSite
from skypact.core.toml import faults
from skypact.picture.settings import PictureSettings
from skypact.sensors.settings import FeedSettings, Uuid, split_source
from skypact.sharing import lint
from skypact.sharing.agreements import Agreement
from skypact.sharing.settings import SharingSettings
from skypact.tracking.settings import TrackingSettings
from skypact.warning.settings import Place, WarningSettings

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Address = Annotated[str, msgspec.Meta(pattern=r"^$|^(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}$")]
LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
NODE_FILE = "node.toml"
AGREEMENTS = "agreements"
KEYS = "keys"
STATE = "state"
SECRET = "reference.key"
SECRET_BYTES = 32


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """nation: name in messages, subjects and certificates; display_name: for people."""

    nation: Name
    context: Context
    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The node's own message server and the way to the coordinator.

    port: of the own server, loopback only; hubs: "host:port" of the coordinator's leaf doors.
    leaf_* are set on the coordinator alone: where it takes nations' links, and the IP addresses
    under which they reach it, which its certificate names (leaf_host when left out).
    """

    port: Port
    hubs: tuple[str, ...] = ()
    leaf_port: Port | None = None
    leaf_host: str = "127.0.0.1"
    leaf_addresses: tuple[str, ...] = ()
    pairs: tuple[tuple[Name, Name], ...] = ()


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
    every_s, status_every_s: how often tracks and our status are sent."""

    parent: Address | Literal[""] = ""
    node_id: Uuid | Literal[""] = ""
    every_s: Annotated[float, msgspec.Meta(ge=0.5, le=60)] = 1.0
    status_every_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 5.0

    def __post_init__(self) -> None:
        if self.parent and self.parent.rpartition(":")[0] not in LOOPBACK:
            raise ValueError("parent must be on this machine: what goes there is not encrypted")


class DisSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """to: "udp://HOST:PORT" of simulators that take our tracks, in an exercise only; exercise_id,
    site, application: under which they go."""

    to: str = ""
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
    journal: JournalSettings = JournalSettings()
    sapient: SapientSettings = SapientSettings()
    dis: DisSettings = DisSettings()
    console: ConsoleSettings = ConsoleSettings()
    intake: IntakeSettings = IntakeSettings()
    roles: tuple[RoleSettings, ...] = ()
    cot: CotSettings = CotSettings()
    cat062: tuple[Cat062Settings, ...] = ()

    @property
    def all_roles(self) -> tuple[RoleSettings, ...]:
        """Return the roles, the one that is always there included."""
        return self.roles if any(r.name == WATCH.name for r in self.roles) else (*self.roles, WATCH)

    @property
    def posted(self) -> tuple[FeedSettings, ...]:
        """Return the feeds that come in over HTTPS."""
        return tuple(feed for feed in self.feeds if feed.source == "https:")


class NodeDirectory(msgspec.Struct, frozen=True, kw_only=True):
    """A node's folder, read. files: name to text of everything that decides what the rooms do."""

    path: Path
    config: NodeConfig
    agreements: tuple[Agreement, ...]
    files: dict[str, str]
    secret: bytes

    @property
    def keys(self) -> Path:
        return self.path / KEYS

    @property
    def state(self) -> Path:
        return self.path / STATE

    @property
    def partners(self) -> tuple[str, ...]:
        """Return who has an agreement with this nation in either direction, sorted."""
        me = self.config.node.nation
        named = {name for a in self.agreements for name in (a.owner, a.partner)}
        return tuple(sorted(named - {me}))


def load(path: Path) -> NodeDirectory:
    """Read a node's folder; raises ConfigError for the first fault."""
    return decode(path, _texts(path), _secret(path))


def decode(path: Path, files: Mapping[str, str], secret: bytes) -> NodeDirectory:
    """Return the node's folder from texts, as a journal recorded them."""
    found, config, agreements = _decoded(path, files)
    if found or config is None:
        raise found[0]
    return NodeDirectory(
        path=path, config=config, agreements=agreements, files=dict(files), secret=secret
    )


def check(path: Path, files: Mapping[str, str]) -> list[ConfigError]:
    """Return every fault of the texts of a node's folder, with file and line."""
    return _decoded(path, files)[0]


def _decoded(
    path: Path, files: Mapping[str, str]
) -> tuple[list[ConfigError], NodeConfig | None, tuple[Agreement, ...]]:
    """Return (faults, what `node.toml` says, agreements in order of file name)."""
    node_path = str(path / NODE_FILE)
    texts = {str(path / n): t for n, t in sorted(files.items()) if n != NODE_FILE}
    found = faults(files[NODE_FILE], NodeConfig, node_path)
    for name, text in texts.items():
        found += faults(text, Agreement, name)
    if found:
        return found, None, ()
    config = msgspec.convert(tomllib.loads(files[NODE_FILE]), NodeConfig)
    agreements = {n: msgspec.convert(tomllib.loads(t), Agreement) for n, t in texts.items()}
    me = config.node.nation
    named = {n for a in agreements.values() for n in (a.owner, a.partner)} - {me}
    found = lint.faults(agreements, me, sorted(named))
    found += _doubles(config, node_path)
    found += _two_doors(config, node_path)
    found += _feeds(config, node_path)
    if config.link is None and agreements:
        message = "there are agreements but no [link]: the node would meet nobody"
        found.append(ConfigError(message, path=node_path, key="link"))
    found += _roles(config, node_path)
    texts[node_path] = files[NODE_FILE]
    lined = [_with_line(fault, texts[fault.path]) for fault in found]
    return lined, config, tuple(agreements.values())


def check_folder(path: Path) -> list[ConfigError]:
    """Return every fault of a node's folder, a missing or unreadable file included."""
    try:
        files = _texts(path)
    except ConfigError as fault:
        return [fault]
    found = check(path, files)
    try:
        _secret(path)
    except ConfigError as fault:
        found.append(fault)
    return found


def _roles(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield clients whose role is not there or does not show what they are for."""
    roles = {role.name: role for role in config.all_roles}
    named = {"cot.tcp_role": config.cot.tcp_role}
    named |= {f"cat062[{i}].role": client.role for i, client in enumerate(config.cat062)}
    for key, name in named.items():
        if name not in roles:
            yield ConfigError(f'there is no [[role]] "{name}"', path=path, key=key)
        elif key.startswith("cat062") and "tracks" not in roles[name].shows:
            yield ConfigError(f'role "{name}" shows no tracks', path=path, key=key)


def _doubles(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield names that two feeds, sensors or places share, and radars with one SAC and SIC."""
    tables: dict[str, list[tuple[str, str]]] = {
        "feed": [("name", f.name) for f in config.feeds],
        "sensor": [("name", s.name) for s in config.sensors],
        "place": [("name", p.name) for p in config.places],
        "role": [("name", r.name) for r in config.roles],
        "cat062": [("name", c.name) for c in config.cat062],
    }
    for table, named in tables.items():
        seen: set[str] = set()
        for index, (key, value) in enumerate(named):
            if value in seen:
                message = f'"{value}" appears twice'
                yield ConfigError(message, path=path, key=f"{table}[{index}].{key}")
            seen.add(value)
    radars: set[tuple[int, int]] = set()
    for index, site in enumerate(config.sensors):
        if (site.sac, site.sic) in radars:
            message = f"SAC {site.sac} SIC {site.sic} is already another sensor's"
            yield ConfigError(message, path=path, key=f"sensor[{index}].sic")
        radars.add((site.sac, site.sic))


def _feeds(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield SAPIENT nodes that are said to be a sensor that there is not, feeds that need a message
    server of a node that has none, and simulated entities anywhere but in an exercise."""
    sensors = {sensor.name for sensor in config.sensors}
    real = config.node.context is not Context.EXERCISE
    only = f"DIS is for exercises only, and this node is one of {config.node.context}"
    if real and config.dis.to:
        yield ConfigError(only, path=path, key="dis.to")
    for index, feed in enumerate(config.feeds):
        if config.link is None and feed.source.startswith("nats:"):
            message = "there is no [link], so no message server"
            yield ConfigError(message, path=path, key=f"feed[{index}].source")
        if real and feed.format == "dis":
            yield ConfigError(only, path=path, key=f"feed[{index}].format")
        for uuid, name in feed.sapient.nodes.items():
            if name not in sensors:
                message = f'there is no [[sensor]] "{name}"'
                yield ConfigError(message, path=path, key=f"feed[{index}].sapient.nodes.{uuid}")


def _two_doors(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield a second feed for people: a phone could not know which to use."""
    people = [f.name for f in config.posted if f.format == "sightings"]
    for index, feed in enumerate(config.feeds):
        if feed.name in people[1:]:
            message = "only one feed of sightings comes from https:"
            yield ConfigError(message, path=path, key=f"feed[{index}].source")


def _with_line(fault: ConfigError, text: str) -> ConfigError:
    key = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", fault.key)]
    return ConfigError(fault.message, path=fault.path, key=fault.key, line=line_of(text, key))


def _secret(path: Path) -> bytes:
    file = path / KEYS / SECRET
    try:
        secret = bytes.fromhex(_read(file).strip())
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise ConfigError(f"must hold {2 * SECRET_BYTES} hexadecimal digits", path=str(file))
    return secret


def _texts(path: Path) -> dict[str, str]:
    names = [NODE_FILE, *(f"{AGREEMENTS}/{p.name}" for p in (path / AGREEMENTS).glob("*.toml"))]
    return {name: _read(path / name) for name in sorted(names)}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
