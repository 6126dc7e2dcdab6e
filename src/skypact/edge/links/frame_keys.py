"""Keys of frames: one that signs what we send, one with which others seal what is for us.

Both have a certificate of at most 30 days from the nation's own authority, whose certificate
partners have on our card. So new keys need no meeting of people: they are announced, and an
announcement proves itself.
"""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from skypact.core.errors import ConfigError
from skypact.core.messages.header import Context
from skypact.edge.links import pki
from skypact.edge.links.pki import Role

VERSION = 1
ID_BYTES = 8
ANNOUNCEMENT_MAX_BYTES = 8_192
OLD_SEAL = "seal-old.key"


class KeysRefused(Exception):  # noqa: N818 - it is what happened, not a failure of ours
    """A partner's announcement cannot be believed; the text says why."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What goes out on the stream `keys`, as msgpack. sign, seal: certificates (DER); asks: the
    sender does not know the receiver's keys yet and wants to be told."""

    version: int
    sign: bytes
    seal: bytes
    asks: bool = False


class OwnKeys(NamedTuple):
    """seals: by id, the newest first; the one before still opens what is on its way."""

    sign: Ed25519PrivateKey
    sign_id: bytes
    seals: dict[bytes, X25519PrivateKey]
    certificates: tuple[bytes, bytes]

    def announcement(self, *, asks: bool) -> bytes:
        """Return the bytes that tell partners these keys."""
        sign, seal = self.certificates
        return msgspec.msgpack.encode(
            Announcement(version=VERSION, sign=sign, seal=seal, asks=asks)
        )


class PartnerKeys(NamedTuple):
    """Keys of a partner. begins_ns: of the newer certificate; ends_ns: of the older."""

    sign: Ed25519PublicKey
    sign_id: bytes
    seal: X25519PublicKey
    seal_id: bytes
    begins_ns: int
    ends_ns: int


def own_keys(authority: pki.Authority, now_ns: int) -> OwnKeys:
    """Return the node's keys; they are made, or made anew before they end."""
    old = authority.certificate.with_name(OLD_SEAL)
    before = _seal(authority.certificate.with_name("seal.key"))
    signer = pki.issue(authority, Role.SIGN, now_ns)
    sealer = pki.issue(authority, Role.SEAL, now_ns)
    sign, seal = pki.read_key(signer.key), _seal(sealer.key)
    if not isinstance(sign, Ed25519PrivateKey) or seal is None:
        raise ConfigError("is not the key of frames", path=str(signer.key))
    if before is not None and key_id(before.public_key()) != key_id(seal.public_key()):
        pki.write_key(old, before)
    held = [key for key in (seal, _seal(old)) if key is not None]
    return OwnKeys(
        sign,
        key_id(sign.public_key()),
        {key_id(key.public_key()): key for key in held},
        (_der(signer.certificate), _der(sealer.certificate)),
    )


def read_announcement(data: bytes) -> Announcement:
    """Return an announcement; raises KeysRefused. What it says is not proven yet."""
    if len(data) > ANNOUNCEMENT_MAX_BYTES:
        raise KeysRefused("the announcement of keys is too large")
    try:
        found = msgspec.msgpack.decode(data, type=Announcement)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise KeysRefused("the announcement of keys cannot be read") from error
    if found.version != VERSION:
        raise KeysRefused(f"keys of version {found.version} are not known here")
    return found


def partner_keys(
    said: Announcement, authority: x509.Certificate, nation: str, context: Context, now_ns: int
) -> PartnerKeys:
    """Return the keys that a nation announces, proven by its authority; raises KeysRefused."""
    signer = _proven(said.sign, authority, Role.SIGN, nation, context, now_ns)
    sealer = _proven(said.seal, authority, Role.SEAL, nation, context, now_ns)
    sign, seal = signer.public_key(), sealer.public_key()
    if not isinstance(sign, Ed25519PublicKey) or not isinstance(seal, X25519PublicKey):
        raise KeysRefused("the announced keys are of another kind")
    both = (signer, sealer)
    return PartnerKeys(
        sign,
        key_id(sign),
        seal,
        key_id(seal),
        max(pki.ns_of(c.not_valid_before_utc) for c in both),
        min(pki.ns_of(c.not_valid_after_utc) for c in both),
    )


def _proven(
    der: bytes,
    authority: x509.Certificate,
    role: Role,
    nation: str,
    context: Context,
    now_ns: int,
) -> x509.Certificate:
    try:
        found = x509.load_der_x509_certificate(der)
        if not isinstance(authority.public_key(), EllipticCurvePublicKey):
            raise KeysRefused("the partner's card holds no authority of ours")
        found.verify_directly_issued_by(authority)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        named = names.get_values_for_type(x509.DNSName)
        found.public_key()  # of a kind that is not known here, it says so now
    except InvalidSignature as error:
        raise KeysRefused("the announced keys are not signed by the partner's authority") from error
    except pki.UNUSABLE as error:
        raise KeysRefused("the announced certificate cannot be used") from error
    wanted = pki.dns_name(role, nation, context)
    if named != [wanted] or len(list(names)) != 1:
        raise KeysRefused(f"the announced certificate is not for {wanted}")
    if not pki.ns_of(found.not_valid_before_utc) <= now_ns < pki.ns_of(found.not_valid_after_utc):
        raise KeysRefused("the announced certificate has ended or not begun")
    return found


def key_id(key: Ed25519PublicKey | X25519PublicKey) -> bytes:
    """Return the id of a key on the wire."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).digest()[:ID_BYTES]


def _seal(path: Path) -> X25519PrivateKey | None:
    key = pki.read_key(path) if path.exists() else None
    return key if isinstance(key, X25519PrivateKey) else None


def _der(path: Path) -> bytes:
    return pki.read_certificate(path).public_bytes(Encoding.DER)
