"""Secrets of channels: one line in a file that only its owner may read."""

from pathlib import Path

from skypact.core.errors import ConfigError

BYTES_MAX = 4_096
_OTHERS = 0o077


def read_secret(folder: Path, name: str) -> str:
    """Return the first line of a file of the node's folder; raises ConfigError."""
    path = folder / name
    try:
        if path.stat().st_mode & _OTHERS:
            raise ConfigError(f"others may read it: chmod 600 {name}", path=str(path))
        text = path.read_bytes()[:BYTES_MAX].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
    secret = text.partition("\n")[0].strip()
    if not secret:
        raise ConfigError("is empty", path=str(path))
    return secret
