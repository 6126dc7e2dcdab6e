"""Certificates of the Cursor on Target door and of the clients that come through it."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from skypact.config import NodeDirectory
from skypact.core.errors import ConfigError
from skypact.edge.cot.server import Keys
from skypact.edge.links import pki


class Issued(NamedTuple):
    """What a new client is given. bundle: certificate and key as PKCS #12, sealed by the
    passphrase, as TAK clients import it."""

    files: tuple[Path, ...]
    bundle: Path
    passphrase: str
    valid_until: str


def server_keys(directory: NodeDirectory, now_ns: int) -> Keys:
    """Return the certificate of the node's TLS door, issued when there is none."""
    authority = _authority(directory, now_ns)
    own = pki.issue(authority, pki.Role.COT, now_ns, directory.config.cot.tls_addresses)
    return Keys(own.certificate, own.key, authority.certificate)


def issue(directory: NodeDirectory, name: str, role: str, out: Path, now_ns: int) -> Issued:
    """Write a certificate for the client `name` into `out`. Raises ConfigError for a role that the
    node does not have, and for a name that can't stand in a certificate."""
    known = [one.name for one in directory.config.all_roles]
    if role not in known:
        raise ConfigError(f"there is no [[role]] {role!r}, only {', '.join(known)}", path="--role")
    authority = _authority(directory, now_ns)
    own = pki.issue_client(authority, name, role, out, now_ns)
    passphrase = secrets.token_urlsafe(12)
    bundle = pki.write_bundle_of(own, authority, passphrase)
    trusted = out / "authority.pem"
    trusted.write_bytes(authority.certificate.read_bytes())
    until = datetime.fromtimestamp(own.not_after_ns // 1_000_000_000, UTC)
    files = (own.certificate, own.key, bundle, trusted)
    return Issued(files, bundle, passphrase, f"{until:%Y-%m-%d}")


def _authority(directory: NodeDirectory, now_ns: int) -> pki.Authority:
    node = directory.config.node
    return pki.make_authority(directory.keys, node.nation, node.context, now_ns)
