"""Gives back memory that was only needed to start, and keeps what is needed again and again.

Loading kernels runs through some 70 MB of compiler that is not needed again. Pages of files that
nobody has written to can be let go at once: the system holds them in its own cache, and one that is
needed after all comes back from there.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_DONT_NEED = 4  # MADV_DONTNEED of Linux
_MAPS = Path("/proc/self/smaps")
_LIBC = ctypes.CDLL(None, use_errno=True)
_KEPT = {-3: 32 << 20, -1: 256 << 20, -2: 16 << 20}
"""mallopt(3) of glibc: M_MMAP_THRESHOLD (its largest), M_TRIM_THRESHOLD, M_TOP_PAD, in bytes."""


class Mapping(NamedTuple):
    """A file in the process's address space. changed_kb: of it that differs from the file."""

    start: int
    end: int
    access: str
    file: str
    changed_kb: int

    @property
    def can_go(self) -> bool:
        """Return whether every page can be read again from its file."""
        return self.file.startswith("/") and "w" not in self.access and not self.changed_kb


def mappings(text: str) -> Iterator[Mapping]:
    """Yield what `/proc/PID/smaps` says of each mapping."""
    held: Mapping | None = None
    for line in text.splitlines():
        first, _, rest = line.partition(" ")
        if not first.endswith(":"):
            if held is not None:
                yield held
            start, _, end = first.partition("-")
            fields = rest.split(maxsplit=4)
            file = fields[4] if len(fields) > 4 else ""
            held = Mapping(int(start, 16), int(end, 16), fields[0], file, 0)
        elif first in ("Anonymous:", "Private_Dirty:", "Shared_Dirty:") and held is not None:
            held = held._replace(changed_kb=held.changed_kb + int(rest.split()[0]))
    if held is not None:
        yield held


def give_back() -> int:
    """Let go of pages of files that are as they lie on disk; return how many bytes are mapped so.

    Where the system does not tell, or refuses, nothing happens.
    """
    if not _MAPS.is_file():
        return 0
    given = 0
    for held in mappings(_MAPS.read_text()):
        size = held.end - held.start
        if held.can_go and not _LIBC.madvise(
            ctypes.c_void_p(held.start), ctypes.c_size_t(size), _DONT_NEED
        ):
            given += size
    return given


def keep_freed() -> bool:
    """Let the C library keep what arrays free instead of giving it back to the system: each second
    the same megabytes are wanted again, and fetching them anew costs a sixth of the rooms' time.
    Return whether it could be told (only glibc can)."""
    mallopt = getattr(_LIBC, "mallopt", None)
    return mallopt is not None and all(mallopt(*option) for option in _KEPT.items())
