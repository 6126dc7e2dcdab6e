"""From a node's folder to its certificates and the configuration of its message server.

`keys/` holds the nation's own authority (`authority.pem` and `.key`). Those of others stand on
their cards: a nation's server trusts the coordinator's, the coordinator's that of every nation
whose card it holds. The rest is issued from the own authority and renewed before it ends.
"""

from collections.abc import Sequence
from pathlib import Path

from skypact.config import NodeDirectory
from skypact.config.settings import LinkSettings
from skypact.edge.links import pki
from skypact.edge.links.frame_keys import OwnKeys, own_keys
from skypact.edge.links.link import Endpoint
from skypact.edge.links.nats_config import (
    LOOPBACK,
    Cluster,
    DirectLine,
    Door,
    HubServer,
    NationServer,
    hub_config,
    nation_config,
)
from skypact.edge.links.pki import Role


def own_authority(directory: NodeDirectory, now_ns: int) -> pki.Authority:
    """Return the node's own authority, made when there is none."""
    node = directory.config.node
    return pki.make_authority(directory.keys, node.nation, node.context, now_ns)


def authorities(directory: NodeDirectory) -> dict[str, str]:
    """Return the certificate of the authority (PEM) of every nation whose card is held."""
    me = directory.config.node.nation
    return {
        name: card.authority
        for name, card in sorted(directory.cards.items())
        if name != me and card.authority and name not in directory.cut
    }


def frame_keys(directory: NodeDirectory, now_ns: int) -> OwnKeys:
    """Return the keys that sign and open frames."""
    return own_keys(own_authority(directory, now_ns), now_ns)


def endpoint(directory: NodeDirectory, link: LinkSettings, now_ns: int) -> Endpoint:
    """Return how the node's program connects to its own server."""
    node = directory.config.node
    authority = own_authority(directory, now_ns)
    return Endpoint(
        nation=node.nation,
        context=node.context,
        partners=directory.partners,
        port=link.port,
        app=pki.issue(authority, Role.APP, now_ns),
        authority=authority.certificate,
    )


def feed_credential(directory: NodeDirectory, now_ns: int) -> pki.Credential:
    """Return the certificate with which others bring feeds to the node's own server."""
    return pki.issue(own_authority(directory, now_ns), Role.FEED, now_ns)


def intake_certificate(directory: NodeDirectory, now_ns: int) -> tuple[Path, Path]:
    """Return (certificate, key) that the intake shows: those of the settings, else the node's."""
    intake = directory.config.intake
    if intake.certificate:
        return Path(intake.certificate), Path(intake.key or intake.certificate)
    authority = own_authority(directory, now_ns)
    made = pki.issue(authority, Role.INTAKE, now_ns, intake.addresses or (LOOPBACK,))
    return made.certificate, made.key


def server_text(
    directory: NodeDirectory, link: LinkSettings, now_ns: int, cut: frozenset[str] = frozenset()
) -> str:
    """Return the configuration of the node's message server; the coordinator's is the hub.
    cut: nations that were cut off since the folder was read."""
    if link.leaf_port is not None:
        return hub_config(_hub(directory, link, link.leaf_port, now_ns, cut))
    return nation_config(_nation(directory, link, now_ns, cut))


def _nation(
    directory: NodeDirectory, link: LinkSettings, now_ns: int, cut: frozenset[str]
) -> NationServer:
    node = directory.config.node
    authority = own_authority(directory, now_ns)
    directory.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    hub_authority = directory.state / "hub-authority.pem"
    direct = _direct(directory, link, cut)
    # Whoever has cut the coordinator off meets nobody through it either.
    hubs = () if link.coordinator in directory.cut else link.hubs
    if hubs:
        hub = authorities(directory)[link.coordinator]
        pki.write_bundle(hub_authority, node.context, {link.coordinator: hub})
    return NationServer(
        nation=node.nation,
        context=node.context,
        partners=directory.partners,
        port=link.port,
        hubs=hubs,
        server=pki.issue(authority, Role.SERVER, now_ns, _named(link)),
        node=pki.issue(authority, Role.NODE, now_ns),
        authority=authority.certificate,
        hub_authority=hub_authority,
        log=_log(directory),
        direct=direct,
        door=_door(directory, link, [line.partner for line in direct if not line.to]),
    )


def _named(link: LinkSettings) -> tuple[str, ...]:
    """Return the IP addresses under which a nation's server is reached."""
    direct = link.direct_addresses or (link.direct_host,)
    return tuple(dict.fromkeys((LOOPBACK, *(direct if link.direct_port is not None else ()))))


def _direct(
    directory: NodeDirectory, link: LinkSettings, cut: frozenset[str]
) -> tuple[DirectLine, ...]:
    """Return the direct lines, without those to partners that were cut off."""
    known, context = authorities(directory), directory.config.node.context
    lines: list[DirectLine] = []
    for line in link.direct:
        if line.partner in known and line.partner not in cut:
            path = directory.state / f"authority-{line.partner}.pem"
            pki.write_bundle(path, context, {line.partner: known[line.partner]})
            lines.append(DirectLine(partner=line.partner, to=line.to, authority=path))
    return tuple(lines)


def _door(directory: NodeDirectory, link: LinkSettings, coming: Sequence[str]) -> Door | None:
    """Return where partners come that make their direct line to us, None when there are none."""
    if link.direct_port is None or not coming:
        return None
    known, path = authorities(directory), directory.state / "direct.pem"
    pki.write_bundle(path, directory.config.node.context, {name: known[name] for name in coming})
    return Door(host=link.direct_host, port=link.direct_port, authorities=path)


def _hub(
    directory: NodeDirectory,
    link: LinkSettings,
    leaf_port: int,
    now_ns: int,
    cut: frozenset[str],
) -> HubServer:
    node = directory.config.node
    authority = own_authority(directory, now_ns)
    nations = {name: pem for name, pem in authorities(directory).items() if name not in cut}
    joined = {node.nation, *nations}
    directory.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    bundle = directory.state / "nations.pem"
    pki.write_bundle(bundle, node.context, nations)
    return HubServer(
        nation=node.nation,
        context=node.context,
        nations=tuple(nations),
        pairs=[(a, b) for a, b in link.pairs if {a, b} <= joined],
        port=link.port,
        leaf_port=leaf_port,
        server=pki.issue(authority, Role.SERVER, now_ns, link.reached),
        authority=authority.certificate,
        nation_authorities=bundle,
        log=_log(directory),
        leaf_host=link.leaf_host,
        cluster=_cluster(link, authority, now_ns) if link.more_hubs else None,
    )


def _cluster(link: LinkSettings, authority: pki.Authority, now_ns: int) -> Cluster:
    return Cluster(
        host=link.leaf_host,
        port=link.cluster_port,
        routes=[f"{hub.reached[0]}:{hub.cluster_port}" for hub in link.more_hubs],
        hub=pki.issue(authority, Role.HUB, now_ns, link.reached),
        authority=authority.certificate,
    )


def _log(directory: NodeDirectory) -> Path:
    folder = directory.state / "nats"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / "nats-server.log"
