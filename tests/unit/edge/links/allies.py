"""Two nations that know each other's authority, for tests of sealed frames."""

from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from skypact.core.messages.header import Context
from skypact.edge.links import pki
from skypact.edge.links.frame_keys import (
    OwnKeys,
    PartnerKeys,
    own_keys,
    partner_keys,
    read_announcement,
)

NOW_NS = 1_764_000_000_000_000_000
DAY_NS = 86_400_000_000_000
EXERCISE = Context.EXERCISE


class Ally(NamedTuple):
    nation: str
    authority: pki.Authority
    certificate: x509.Certificate
    keys: OwnKeys


def ally(folder: Path, nation: str, now_ns: int = NOW_NS) -> Ally:
    authority = pki.make_authority(folder, nation, EXERCISE, now_ns)
    certificate = pki.bound_authority(authority.certificate.read_text(), nation, EXERCISE)
    return Ally(nation, authority, certificate, own_keys(authority, now_ns))


def as_known(one: Ally, now_ns: int = NOW_NS) -> PartnerKeys:
    """Return the keys of a nation as its partners learn them."""
    said = read_announcement(one.keys.announcement(asks=False))
    return partner_keys(said, one.certificate, one.nation, EXERCISE, now_ns)
