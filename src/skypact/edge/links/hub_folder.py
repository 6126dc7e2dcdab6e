"""The folder of one more hub: written by the coordinator's ceremony, run by `skypact hub`.

It holds what a message server needs to pass sealed frames on between nations, and nothing else: a
certificate with its key for the hub alone, the authorities that may join, and which of them may
speak to each other. No key of the coordinator's node, no authority's key, no agreement.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import tomli_w

from skypact.config import NodeDirectory
from skypact.config.private import write_private
from skypact.config.settings import HubSettings, LinkSettings, Name, Port
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.toml import decode_toml
from skypact.edge.links import pki
from skypact.edge.links.credentials import authorities, own_authority
from skypact.edge.links.nats_config import Cluster, HubServer, hub_config, server_name
from skypact.edge.links.pki import Role

HUB_FILE, NATIONS, AUTHORITY, LOG = "hub.toml", "nations.pem", "authority.pem", "nats-server.log"
Address = Annotated[str, msgspec.Meta(min_length=3, max_length=80)]


class HubFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`hub.toml`. nation: the coordinator; host: where it listens; routes: the other hubs."""

    name: Name
    nation: Name
    context: Context
    host: str
    port: Port
    leaf_port: Port
    cluster_port: Port
    routes: tuple[Address, ...]
    nations: tuple[Name, ...]
    pairs: tuple[tuple[Name, Name], ...]


def write(directory: NodeDirectory, name: str, out: Path, now_ns: int) -> list[Path]:
    """Write the folder of the hub that `[[link.hub]]` of the coordinator calls `name`, or write it
    anew: its key stays, its certificate too while it serves. Return the files.

    Raises ConfigError when there is no such hub.
    """
    node, link = directory.config.node, directory.config.link
    if link is None or link.leaf_port is None:
        raise ConfigError("is not the folder of a coordinator", path=str(directory.path))
    found = [hub for hub in link.more_hubs if hub.name == name]
    if not found:
        known = ", ".join(hub.name for hub in link.more_hubs) or "none"
        raise ConfigError(f'there is no [[link.hub]] "{name}", only {known}', path="link.hub")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = own_authority(directory, now_ns)
    nations = authorities(directory)
    pki.write_bundle(out / NATIONS, node.context, nations)
    write_private(out / AUTHORITY, authority.certificate.read_bytes())
    own = pki.issue(authority, Role.HUB, now_ns, found[0].reached, out)
    file = _file(directory, link, found[0], tuple(nations))
    text = tomli_w.dumps(msgspec.to_builtins(file))
    write_private(out / HUB_FILE, text.encode())
    return [out / HUB_FILE, own.certificate, own.key, out / AUTHORITY, out / NATIONS]


def _file(
    directory: NodeDirectory, link: LinkSettings, hub: HubSettings, nations: tuple[str, ...]
) -> HubFile:
    node = directory.config.node
    joined = {node.nation, *nations}
    others = [(h.reached[0], h.cluster_port) for h in link.more_hubs if h.name != hub.name]
    return HubFile(
        name=hub.name,
        nation=node.nation,
        context=node.context,
        host=hub.host,
        port=hub.port,
        leaf_port=hub.leaf_port,
        cluster_port=hub.cluster_port,
        routes=tuple(
            f"{host}:{port}" for host, port in [(link.reached[0], link.cluster_port), *others]
        ),
        nations=nations,
        pairs=tuple((a, b) for a, b in link.pairs if {a, b} <= joined),
    )


def read(folder: Path) -> HubFile:
    """Return what `hub.toml` of a folder says; raises ConfigError."""
    path = folder / HUB_FILE
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
    return decode_toml(text, HubFile, str(path))


def greeting(file: HubFile) -> str:
    """Return the name by which the hub's server greets."""
    return server_name(file.nation, file.context, file.name)


def server_text(folder: Path, file: HubFile) -> str:
    """Return the configuration of the hub's message server; raises ConfigError."""
    certificate = folder / f"{Role.HUB}.pem"
    end_ns = pki.ns_of(pki.read_certificate(certificate).not_valid_after_utc)
    own = pki.Credential(certificate, certificate.with_suffix(".key"), end_ns)
    pki.read_key(own.key)
    cluster = Cluster(
        host=file.host,
        port=file.cluster_port,
        routes=file.routes,
        hub=own,
        authority=folder / AUTHORITY,
    )
    return hub_config(
        HubServer(
            nation=file.nation,
            context=file.context,
            nations=file.nations,
            pairs=file.pairs,
            port=file.port,
            leaf_port=file.leaf_port,
            server=own,
            authority=folder / AUTHORITY,
            nation_authorities=folder / NATIONS,
            log=folder / LOG,
            leaf_host=file.host,
            name=file.name,
            cluster=cluster,
        )
    )
