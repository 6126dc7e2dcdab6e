"""Snapshots of a node's state, each valid or absent, never half."""

import os
import zlib
from pathlib import Path

KEEP = 2
MAGIC = b"SKYSNP1\n"


def save(directory: Path, position: int, state: bytes) -> None:
    """Write the state as of journal `position` and make it durable; keep the newest two."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{position:020d}.snap"
    partial = path.with_suffix(".partial")
    with partial.open("wb") as out:
        out.write(MAGIC + zlib.crc32(state).to_bytes(4, "little") + state)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(path)
    folder = os.open(directory, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    for old in sorted(directory.glob("*.snap"))[:-KEEP]:
        old.unlink()


def newest(directory: Path, up_to: int) -> tuple[int, bytes] | None:
    """Return (position, state) of the newest valid snapshot not beyond journal position `up_to`."""
    for path in sorted(directory.glob("*.snap"), reverse=True):
        data = path.read_bytes()
        head = len(MAGIC)
        state = data[head + 4 :]
        whole = data[:head] == MAGIC and data[head : head + 4] == zlib.crc32(state).to_bytes(
            4, "little"
        )
        if whole and int(path.stem) <= up_to:
            return int(path.stem), state
    return None
