"""Files that only their owner may read: keys, secrets, and what a node writes about itself."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes | str) -> Path:
    """Write a file with mode 0600 so that it is there whole or not at all, over an older one of the
    name; return the path. Text is UTF-8."""
    data = content.encode() if isinstance(content, str) else content
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
    return path
