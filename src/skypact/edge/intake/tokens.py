"""Tokens of observers and senders: an id drawn at random, sealed with a key of the node.

An observer is known by that id alone. No name, address or number is asked for or kept; whoever
hands out the links may know a person, the node does not.
"""

import hashlib
import hmac
import re
import secrets
from pathlib import Path
from typing import NamedTuple

from skypact.config.private import write_private
from skypact.core.errors import ConfigError

KEY_FILE = "observers.key"
KEY_BYTES = 32
_ID_BYTES = 8
_TOKEN = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{32})")
OBSERVER = ""


class Holder(NamedTuple):
    """Who holds a token. id: 16 hexadecimal digits; feed: what a sender may bring, OBSERVER for a
    person."""

    id: str
    feed: str


def new_token(key: bytes, feed: str = OBSERVER) -> str:
    """Return a new token; feed: the feed that a sender brings."""
    name = secrets.token_hex(_ID_BYTES)
    return f"{name}.{_seal(key, feed, name)}"


def holder(key: bytes, feed: str, token: str) -> Holder | None:
    """Return who holds the token, None when it is not one for this use."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], _seal(key, feed, found[1])):
        return None
    return Holder(found[1], feed)


def load_key(keys: Path) -> bytes:
    """Return the node's key for tokens, made when there is none. Raises ConfigError for a damaged
    one: a new key ends all tokens, so a person decides."""
    path = keys / KEY_FILE
    if not path.exists():
        write_private(path, secrets.token_hex(KEY_BYTES) + "\n")
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise ConfigError(f"can't be read: {error}", path=str(path)) from error
    if len(key) != KEY_BYTES:
        raise ConfigError(f"must hold {2 * KEY_BYTES} hexadecimal digits", path=str(path))
    return key


def _seal(key: bytes, feed: str, name: str) -> str:
    return hmac.new(key, f"{feed}\0{name}".encode(), hashlib.sha256).hexdigest()[:32]
