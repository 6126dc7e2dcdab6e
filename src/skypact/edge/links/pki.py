"""Certificates of one nation: its authority, and short-lived certificates that carry the context.

Every name ends in `<nation>.<context>.skypact`, and every authority carries a critical
NameConstraints extension (RFC 5280 section 4.2.1.10) that lets it sign such names only. So a
nation's authority can mint neither another nation's name nor a name of another context.

The constraint covers DNS names, URIs and mail addresses, because nats-server maps a certificate to
a user by any of the three. IP addresses are not constrained: nothing is mapped by them, and only a
nation's own programs trust its authority for servers.

Keys are ECDSA P-256, which smart cards and hardware modules hold too; those of frames are Ed25519
and X25519. Time comes as `now_ns`.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from skypact.config.private import write_private
from skypact.core.errors import ConfigError
from skypact.core.messages.header import Context

CERTIFICATE_LIFE = dt.timedelta(days=30)
AUTHORITY_LIFE = dt.timedelta(days=730)
BACKDATED = dt.timedelta(minutes=5)  # clocks of two machines differ
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | x25519.X25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | x25519.X25519PublicKey
T = TypeVar("T")
UNUSABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.ExtensionNotFound,
    x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What the library says of certificates of others that can't be used."""
_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?")


class Role(StrEnum):
    """What a certificate is for: the node's program, its server's leaf link, the server itself,
    a sender of a feed to it, the intake, the door for Cursor on Target clients; a hub among the
    coordinator's hubs; the keys that sign frames to partners and open frames from them."""

    APP = "app"
    NODE = "node"
    SERVER = "server"
    FEED = "feed"
    INTAKE = "intake"
    COT = "cot"
    HUB = "hub"
    SIGN = "sign"
    SEAL = "seal"


SERVERS = (Role.SERVER, Role.INTAKE, Role.COT, Role.HUB)
CLIENTS = (Role.APP, Role.NODE, Role.FEED, Role.HUB)
FRAMES = (Role.SIGN, Role.SEAL)


@dataclass(frozen=True)
class Credential:
    """A certificate (PEM, with its key beside it) and when it ends (ns UTC)."""

    certificate: Path
    key: Path
    not_after_ns: int


@dataclass(frozen=True)
class Authority:
    """A nation's certificate authority for one context; `certificate` is what partners get."""

    nation: str
    context: Context
    certificate: Path
    key: Path
    not_after_ns: int


def domain(nation: str, context: Context) -> str:
    """Return the domain under which all names of a nation in a context lie.

    Raises ConfigError unless `nation` is a lower-case DNS label of at most 31 characters.
    """
    if not _LABEL.fullmatch(nation):
        raise ConfigError(
            f"{nation!r} is not a nation's name: use a-z, 0-9 and '-', 31 characters at most",
            path="nation",
        )
    return f"{nation}.{context}.skypact"


def dns_name(role: Role, nation: str, context: Context) -> str:
    """Return the one DNS name in a certificate, such as `app.auria.exercise.skypact`."""
    return f"{role}.{domain(nation, context)}"


def make_authority(directory: Path, nation: str, context: Context, now_ns: int) -> Authority:
    """Return the authority kept in `directory`; make it (key 0600, directory 0700) if there is
    none.

    Raises ConfigError if what lies there is another nation's or context's, is damaged or has
    ended: an authority is replaced by a person, because partners must be given the new one.
    """
    name = domain(nation, context)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    certificate, key = directory / "authority.pem", directory / "authority.key"
    if not certificate.exists():
        _write_authority(certificate, key, name, _time(now_ns))
    found = read_certificate(certificate)
    if not _belongs(certificate, key):
        raise ConfigError("the key does not belong to the certificate", path=str(key))
    if found.subject != _subject(name):
        text = found.subject.rfc4514_string()
        raise ConfigError(f"is the authority of {text}, not of {name}", path=str(certificate))
    if found.not_valid_after_utc <= _time(now_ns):
        raise ConfigError(
            f"ended on {found.not_valid_after_utc:%Y-%m-%d}: make a new authority and hand it to "
            "all partners",
            path=str(certificate),
        )
    return Authority(nation, context, certificate, key, ns_of(found.not_valid_after_utc))


def issue(
    authority: Authority,
    role: Role,
    now_ns: int,
    addresses: Sequence[str] = (),
    directory: Path | None = None,
) -> Credential:
    """Return a certificate of at most 30 days for `role`; the one on disk if it still serves.
    directory: where it lies, beside its authority when left out.

    It is issued anew when less than a third of its life is left, when it was signed by another
    authority or when its addresses differ. addresses: IP addresses under which a Go client (a
    leaf link) reaches this server; a Python client checks the DNS name instead.
    """
    certificate = (directory or authority.certificate.parent) / f"{role}.pem"
    key = certificate.with_suffix(".key")
    now = _time(now_ns)
    signer = read_certificate(authority.certificate)
    if not (certificate.exists() and _serves(certificate, key, signer, addresses, now)):
        name = dns_name(role, authority.nation, authority.context)
        _write_certificate(authority, name, role, addresses, now, certificate, key)
    return Credential(certificate, key, ns_of(read_certificate(certificate).not_valid_after_utc))


def issue_client(
    authority: Authority, name: str, role: str, directory: Path, now_ns: int
) -> Credential:
    """Return a new certificate for a program of this nation that connects to its node, written
    into `directory` as `<name>.pem` and `.key`; role: what it may see, a `[[role]]` of the node.

    Raises ConfigError for a name or role that is not a lower-case label.
    """
    for label in (name, role):
        if not _LABEL.fullmatch(label):
            raise ConfigError(f"{label!r}: use a-z, 0-9 and '-', 31 characters", path="client")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate = directory / f"{name}.pem"
    subject = f"{name}.{role}.client.{domain(authority.nation, authority.context)}"
    key = certificate.with_suffix(".key")
    _write_certificate(authority, subject, Role.APP, (), _time(now_ns), certificate, key)
    return Credential(certificate, key, ns_of(read_certificate(certificate).not_valid_after_utc))


def write_bundle_of(own: Credential, authority: Authority, passphrase: str) -> Path:
    """Write certificate, key and authority as one PKCS #12 file beside them; return it."""
    path = own.certificate.with_suffix(".p12")
    data = pkcs12.serialize_key_and_certificates(
        own.certificate.stem.encode(),
        _signing_key(own.key),
        read_certificate(own.certificate),
        [read_certificate(authority.certificate)],
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    write_private(path, data)
    return path


def write_bundle(path: Path, context: Context, authorities: Mapping[str, str]) -> None:
    """Write the authorities (nation -> certificate in PEM form) that a server trusts into one file.

    Raises ConfigError for one that `bound_authority` refuses.
    """
    for nation, pem in authorities.items():
        bound_authority(pem, nation, context)
    write_private(path, "".join(authorities.values()).encode())


def bound_authority(pem: str, nation: str, context: Context) -> x509.Certificate:
    """Return the authority of a nation.

    Raises ConfigError unless it is bound to exactly the names of its nation in `context`: one that
    is not could sign another nation's name.
    """
    where = f"authority of {nation}"
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        bound = found.extensions.get_extension_for_class(x509.NameConstraints)
    except x509.ExtensionNotFound:
        raise ConfigError("carries no name constraint", path=where) from None
    except UNUSABLE:
        raise ConfigError("is not a certificate in PEM form", path=where) from None
    if not bound.critical or bound.value != _permitted(domain(nation, context)):
        raise ConfigError(
            f"may sign other names than those of {domain(nation, context)}", path=where
        )
    return found


def _permitted(name: str) -> x509.NameConstraints:
    kinds = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier)
    return x509.NameConstraints([kind(name) for kind in kinds], None)


def _write_authority(certificate: Path, key_path: Path, name: str, now: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    signed = (
        _builder(name, name, public, now, now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_permitted(name), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(key_path, _pem(key))
    write_private(certificate, signed.public_bytes(serialization.Encoding.PEM))


def _write_certificate(
    authority: Authority,
    name: str,
    role: Role,
    addresses: Sequence[str],
    now: dt.datetime,
    certificate: Path,
    key_path: Path,
) -> None:
    signer = read_certificate(authority.certificate)
    signing_key = _signing_key(authority.key)
    key = _new_key(role)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    names += [x509.IPAddress(ip_address(address)) for address in addresses]
    end = min(now + CERTIFICATE_LIFE - BACKDATED, signer.not_valid_after_utc)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    issuer = domain(authority.nation, authority.context)
    builder = (
        _builder(name, issuer, key.public_key(), now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(_key_usage(agrees=role is Role.SEAL), critical=True)
        .add_extension(issuer_key, critical=False)
    )
    if role not in FRAMES:
        usages = [ExtendedKeyUsageOID.SERVER_AUTH] if role in SERVERS else []
        usages += [ExtendedKeyUsageOID.CLIENT_AUTH] if role in CLIENTS else []
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    signed = builder.sign(signing_key, hashes.SHA256())
    write_private(key_path, _pem(key))
    write_private(certificate, signed.public_bytes(serialization.Encoding.PEM))


def _serves(
    certificate: Path,
    key: Path,
    signer: x509.Certificate,
    addresses: Sequence[str],
    now: dt.datetime,
) -> bool:
    if not _belongs(certificate, key):
        return False
    found = read_certificate(certificate)
    life = found.not_valid_after_utc - found.not_valid_before_utc
    if found.not_valid_after_utc - now < life / 3 or found.not_valid_before_utc > now:
        return False
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = sorted(str(address) for address in names.get_values_for_type(x509.IPAddress))
    if held != sorted(addresses):
        return False
    issuer = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    signer_key = x509.SubjectKeyIdentifier.from_public_key(signer.public_key())
    return issuer.key_identifier == signer_key.key_identifier


def _builder(
    name: str,
    issuer: str,
    public_key: PublicKey,
    begin: dt.datetime,
    end: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .issuer_name(_subject(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - BACKDATED)
        .not_valid_after(end)
    )


def _key_usage(*, signs_certificates: bool = False, agrees: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not (signs_certificates or agrees),
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=agrees,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _belongs(certificate: Path, key: Path) -> bool:
    return key.exists() and read_key(key).public_key() == read_certificate(certificate).public_key()


def read_certificate(path: Path) -> x509.Certificate:
    """Return a certificate; raises ConfigError."""
    return _read(path, x509.load_pem_x509_certificate, "is not a certificate in PEM form")


def read_key(path: Path) -> PrivateKey:
    """Return a private key; raises ConfigError."""

    def load(pem: bytes) -> PrivateKey:
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, PrivateKey):
            raise ValueError
        return key

    return _read(path, load, "is not an elliptic curve key in PEM form")


def _signing_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = read_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigError("is not the key of an authority", path=str(path))
    return key


def _new_key(role: Role) -> PrivateKey:
    if role is Role.SIGN:
        return ed25519.Ed25519PrivateKey.generate()
    if role is Role.SEAL:
        return x25519.X25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def _read(path: Path, load: Callable[[bytes], T], fault: str) -> T:
    try:
        return load(path.read_bytes())
    except ValueError:
        raise ConfigError(fault, path=str(path)) from None
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be read", path=str(path)) from None


def _pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def write_key(path: Path, key: PrivateKey) -> None:
    """Write a private key, for its owner's eyes only."""
    write_private(path, _pem(key))


def _time(now_ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(now_ns // 1_000_000_000, dt.UTC)


def ns_of(time: dt.datetime) -> int:
    """Return a time as ns UTC."""
    return int(time.timestamp()) * 1_000_000_000
