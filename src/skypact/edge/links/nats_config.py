"""Subjects, and the text of the nats-server configurations. Pure: no file is read or written here.

A nation's server has two accounts. NATION is its own: its program connects there. LINK is the only
account that the coordinator's server, the hub, is joined to, and what passes from NATION to LINK is
the list of exports written here, one per partner. A direct line to a partner has an account of its
own, DIRECT-<partner>, to which only what is for this partner passes. So neither the hub nor a
partner reaches anything else, whatever the hub's configuration says. The hub has one account per
nation and passes a subject on only between two nations that have an agreement; the coordinator's
own program is a client of the hub, in the coordinator's account. Programs are known by their
certificates alone.

Nothing is stored by a server and no monitoring port is open.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from skypact.core.errors import LinkError
from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links.pki import Credential, Role, dns_name

FRAME_MAX_BYTES = 4_194_304  # as PartnerFrame.frame
PENDING_MAX_BYTES = 33_554_432  # what a server keeps for a slow reader before it lets it go
CONNECTIONS_MAX = 64
LOG_MAX_BYTES = 1_048_576
LOOPBACK = "127.0.0.1"
FEED_SUBJECTS = "feed.>"
DIRECT_PREFIX = "direct"


@dataclass(frozen=True)
class Address:
    """What a subject says: `<context>.<sender>.<receiver>.<stream>`."""

    context: Context
    sender: str
    receiver: str
    stream: Stream


@dataclass(frozen=True, kw_only=True)
class DirectLine:
    """A line to one partner beside the hub. to: "host:port" of its door, "" when it comes to ours;
    authority: its own, which signed what it shows."""

    partner: str
    to: str
    authority: Path


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where partners come that make their direct line to us. authorities: bundle of theirs."""

    host: str
    port: int
    authorities: Path


@dataclass(frozen=True, kw_only=True)
class NationServer:
    """Server of a nation. partners: those it has an agreement with in either direction;
    hubs: "host:port" of the coordinator's leaf doors; node: certificate of the leaf link;
    authority, hub_authority: certificates that its clients, and the hub, are checked against;
    direct: lines to single partners; door: where some of them come in."""

    nation: str
    context: Context
    partners: Sequence[str]
    port: int
    hubs: Sequence[str]
    server: Credential
    node: Credential
    authority: Path
    hub_authority: Path
    log: Path
    direct: Sequence[DirectLine] = ()
    door: Door | None = None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """How a hub meets the other hubs of its coordinator. hub: certificate that it shows and that
    others show to it; routes: "host:port" of the others; authority: the coordinator's."""

    host: str
    port: int
    routes: Sequence[str]
    hub: Credential
    authority: Path


@dataclass(frozen=True, kw_only=True)
class HubServer:
    """A server of the coordinator, which nations join as leaf nodes.

    pairs: which two nations (the coordinator among them) have an agreement, in any order;
    nations: all nations that may join; nation_authorities: bundle made by `pki.write_bundle`;
    leaf_host: where leaf links are taken, loopback unless nations sit on other machines;
    name: of a hub without the coordinator's node, "" for the one with it; cluster: the others.
    """

    nation: str
    context: Context
    nations: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    port: int
    leaf_port: int
    server: Credential
    authority: Path
    nation_authorities: Path
    log: Path
    leaf_host: str = LOOPBACK
    name: str = ""
    cluster: Cluster | None = None


def subject(address: Address) -> str:
    """Return the subject of a frame."""
    return f"{address.context}.{address.sender}.{address.receiver}.{address.stream}"


def direct_subject(address: Address) -> str:
    """Return the subject under which a node hears a frame that came by a direct line."""
    return f"{DIRECT_PREFIX}.{subject(address)}"


def parse_subject(text: str) -> Address:
    """Return what a subject says; raise LinkError if it is none of ours."""
    try:
        context, sender, receiver, stream = text.split(".")
        return Address(Context(context), sender, receiver, Stream(stream))
    except ValueError:
        raise LinkError("not a subject of Skypact", link=text) from None


def server_name(nation: str, context: Context, hub: str = "") -> str:
    """Return the name by which a server greets. hub: name of one without a node."""
    name = dns_name(Role.SERVER, nation, context)
    return f"{hub}.{name}" if hub else name


def nation_config(server: NationServer) -> str:
    """Return the configuration of a nation's server."""
    me, context = server.nation, server.context
    leaving = [_pair(context, me, partner) for partner in server.partners]
    coming = [_pair(context, partner, me) for partner in server.partners]
    lines = [line for line in server.direct if line.partner in server.partners]
    ways = {name: ["LINK"] for name in leaving}
    for line in lines:
        ways[_pair(context, me, line.partner)].append(_line(line.partner))
    accounts = [
        _account(
            "NATION",
            [_app_user(me, context), _feed_user(me, context)],
            exports=[_export(name, *ways[name]) for name in leaving],
            imports=[
                *(_import(name, "LINK") for name in coming),
                *(
                    _import(_pair(context, line.partner, me), _line(line.partner), DIRECT_PREFIX)
                    for line in lines
                ),
            ],
        ),
        _account(
            "LINK",
            [],
            exports=[_export(name, "NATION") for name in coming],
            imports=[_import(name, "NATION") for name in leaving],
        ),
        *(
            _account(
                _line(line.partner),
                [] if line.to else [_leaf(line.partner, context)],
                exports=[_export(_pair(context, line.partner, me), "NATION")],
                imports=[_import(_pair(context, me, line.partner), "NATION")],
            )
            for line in lines
        ),
    ]
    return f"""{_head(server_name(me, context), server.port, server.log)}
tls {_tls(server.server, server.authority, "verify_and_map: true")}
{_leafnodes(server, lines)}{_accounts(accounts)}
"""


def _leafnodes(server: NationServer, lines: Sequence[DirectLine]) -> str:
    """Return the links to other servers: to the hubs, to partners, and the door for partners."""
    remotes: list[str] = []
    if server.hubs:
        remotes.append(_remote(server, server.hubs, "LINK", server.hub_authority))
    remotes += [
        _remote(server, [line.to], _line(line.partner), line.authority) for line in lines if line.to
    ]
    parts = ['  reconnect: "500ms"', *([f"  remotes {_list(remotes)}"] if remotes else [])]
    door = server.door
    if door is not None:
        tls = _tls(server.server, door.authorities, "verify_and_map: true, handshake_first: true")
        parts += [f"  listen: {json.dumps(f'{door.host}:{door.port}')}", "  no_advertise: true"]
        parts += [f"  tls {tls}"]
    return "leafnodes {\n" + "\n".join(parts) + "\n}\n" if remotes or door else ""


def _remote(server: NationServer, doors: Sequence[str], account: str, authority: Path) -> str:
    urls = json.dumps([f"tls://{door}" for door in doors])
    tls = _tls(server.node, authority, "handshake_first: true")
    return f'{{ urls: {urls}, account: "{account}", tls {tls} }}'


def _line(partner: str) -> str:
    return f"DIRECT-{partner}"


def hub_config(server: HubServer) -> str:
    """Return the configuration of a server of the coordinator. Only the one with the coordinator's
    node lets its program in."""
    context = server.context
    accounts: list[str] = []
    for nation in (server.nation, *server.nations):
        partners = [b if a == nation else a for a, b in server.pairs if nation in (a, b)]
        own = [] if server.name else [_app_user(nation, context)]
        accounts.append(
            _account(
                nation,
                own if nation == server.nation else [_leaf(nation, context)],
                exports=[_export(_pair(context, nation, other), other) for other in partners],
                imports=[_import(_pair(context, other, nation), other) for other in partners],
            )
        )
    leaf_tls = _tls(
        server.server, server.nation_authorities, "verify_and_map: true, handshake_first: true"
    )
    name = server_name(server.nation, context, server.name)
    return f"""{_head(name, server.port, server.log)}
tls {_tls(server.server, server.authority, "verify_and_map: true")}
{_cluster(server, server.cluster) if server.cluster else ""}leafnodes {{
  listen: {json.dumps(f"{server.leaf_host}:{server.leaf_port}")}
  no_advertise: true
  tls {leaf_tls}
}}
{_accounts(accounts)}
"""


def _cluster(server: HubServer, cluster: Cluster) -> str:
    """Return how hubs meet: each shows a certificate for the name that all hubs share, and no other
    certificate of the coordinator opens this door."""
    name = json.dumps(dns_name(Role.HUB, server.nation, server.context))
    return f"""cluster {{
  name: {json.dumps(f"{server.nation}-{server.context}")}
  listen: {json.dumps(f"{cluster.host}:{cluster.port}")}
  no_advertise: true
  authorization {{ user: {name} }}
  tls {_tls(cluster.hub, cluster.authority, "verify_and_map: true")}
  routes: {json.dumps([f"tls://{route}" for route in cluster.routes])}
}}
"""


def _head(name: str, port: int, log: Path) -> str:
    return f"""server_name: {json.dumps(name)}
listen: "{LOOPBACK}:{port}"
max_payload: {FRAME_MAX_BYTES}
max_pending: {PENDING_MAX_BYTES}
max_connections: {CONNECTIONS_MAX}
ping_interval: "2s"
ping_max: 2
write_deadline: "5s"
log_file: {json.dumps(str(log))}
logfile_size_limit: {LOG_MAX_BYTES}
logfile_max_num: 2"""


def _tls(credential: Credential, authority: Path, more: str) -> str:
    files = {
        "cert_file": credential.certificate,
        "key_file": credential.key,
        "ca_file": authority,
    }
    parts = [f"{key}: {json.dumps(str(path))}" for key, path in files.items()]
    return "{ " + ", ".join([*parts, 'min_version: "1.3"', more]) + " }"


def _pair(context: Context, sender: str, receiver: str) -> str:
    return f"{context}.{sender}.{receiver}.*"


def _leaf(nation: str, context: Context) -> str:
    name = json.dumps(dns_name(Role.NODE, nation, context))
    return f"{{ user: {name}, allowed_connection_types: [LEAFNODE] }}"


def _app_user(nation: str, context: Context) -> str:
    """Return the node's program: it speaks for its nation, and hears what is for it and feeds."""
    own = f"{context}.*.{nation}.*"
    heard = json.dumps([own, f"{DIRECT_PREFIX}.{own}", FEED_SUBJECTS])
    rights = f'publish: {{ allow: ["{context}.{nation}.*.*"] }}, subscribe: {{ allow: {heard} }}'
    return _user(Role.APP, nation, context, rights)


def _feed_user(nation: str, context: Context) -> str:
    """Return the user that brings feeds: it publishes on their subjects and hears nothing."""
    rights = f'publish: {{ allow: ["{FEED_SUBJECTS}"] }}, subscribe: {{ deny: [">"] }}'
    return _user(Role.FEED, nation, context, rights)


def _user(role: Role, nation: str, context: Context, rights: str) -> str:
    name = json.dumps(dns_name(role, nation, context))
    return f"{{ user: {name}, allowed_connection_types: [STANDARD], permissions: {{ {rights} }} }}"


def _export(name: str, *accounts: str) -> str:
    return f'{{ stream: "{name}", accounts: {json.dumps(accounts)} }}'


def _import(name: str, account: str, prefix: str = "") -> str:
    under = f", prefix: {prefix}" if prefix else ""
    return f'{{ stream: {{ account: "{account}", subject: "{name}" }}{under} }}'


def _account(
    name: str, users: Sequence[str], exports: Sequence[str], imports: Sequence[str]
) -> str:
    return f"""  "{name}" {{
    users: {_list(users)}
    exports: {_list(exports)}
    imports: {_list(imports)}
  }}"""


def _list(items: Iterable[str]) -> str:
    return "[" + "".join(f"\n      {item}" for item in items) + " ]"


def _accounts(accounts: Sequence[str]) -> str:
    return "accounts {\n" + "\n".join(accounts) + "\n}"
