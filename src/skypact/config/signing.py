"""Keys with which a nation signs texts: Ed25519, one file each in the node's `keys/`."""

import secrets
from hashlib import blake2b
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from skypact.config.cards import AGREEMENTS_USE, AUDIT_USE, Card, key_name
from skypact.config.private import write_private
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.notes import Verifier

SEED_BYTES = 32


def key_path(keys: Path, use: str) -> Path:
    """Return the file of the key for one use."""
    return keys / f"{use}.key"


def signing_key(keys: Path, use: str) -> Ed25519PrivateKey:
    """Return the key for one use; raises ConfigError."""
    path = key_path(keys, use)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be read", path=str(path)) from error
    except ValueError as error:
        raise ConfigError("is not a private key in PEM form", path=str(path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("is not an Ed25519 key", path=str(path))
    return key


def make_signing_keys(keys: Path, seed: bytes = b"") -> list[Path]:
    """Make the keys that are missing (mode 0600); return their files. seed: 32 bytes from which an
    exercise that repeats derives them, random when left out."""
    made: list[Path] = []
    for use in (AGREEMENTS_USE, AUDIT_USE):
        path = key_path(keys, use)
        if path.exists():
            continue
        derived = blake2b(use.encode(), digest_size=SEED_BYTES, key=seed).digest()
        write_private(path, _pem(derived if seed else secrets.token_bytes(SEED_BYTES)))
        made.append(path)
    return made


def own_card(keys: Path, nation: str, context: Context, authority: str) -> Card:
    """Return the card of the nation whose keys these are; raises ConfigError."""

    def line(use: str) -> str:
        key = signing_key(keys, use).public_key()
        return Verifier(key_name(nation, context, use), key).text()

    return Card(
        nation=nation,
        context=context,
        authority=authority,
        agreement_key=line(AGREEMENTS_USE),
        audit_key=line(AUDIT_USE),
    )


def _pem(raw: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(raw).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
