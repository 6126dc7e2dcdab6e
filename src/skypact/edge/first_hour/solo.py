"""A node from a single file: the folder it needs is made beside it."""

import secrets
from pathlib import Path

from skypact.config import KEYS, NODE_FILE, SECRET, SECRET_BYTES, check, texts_beside
from skypact.config.private import write_private
from skypact.core.errors import ConfigError

SUFFIX = ".state"


def home_of(file: Path) -> Path:
    """Return the folder of a node that is told by one file: `solo.toml` has `solo.state`."""
    return file.with_suffix(SUFFIX)


def settle(file: Path, home: Path) -> None:
    """Make `home` the folder of the node that `file` describes: its node.toml is the file's text,
    its secret is made once, what the node remembers stays.

    Raises ConfigError, naming `file`, for the first fault in it.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(file)) from error
    for fault in check(home, {**texts_beside(home), NODE_FILE: text}):
        named = str(file) if fault.path == str(home / NODE_FILE) else fault.path
        raise ConfigError(fault.message, path=named, key=fault.key, line=fault.line)
    try:
        for folder in (home, home / KEYS):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (home / KEYS / SECRET).exists():
            write_private(home / KEYS / SECRET, secrets.token_hex(SECRET_BYTES) + "\n")
        write_private(home / NODE_FILE, text)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error}", path=str(home)) from error
