"""What the process keeps of the memory it has used."""

import ctypes

KEPT = {-3: 32 << 20, -1: 256 << 20, -2: 16 << 20}
"""mallopt(3) of glibc: M_MMAP_THRESHOLD (its largest), M_TRIM_THRESHOLD, M_TOP_PAD, in bytes."""


def keep_freed() -> bool:
    """Let the C library keep what arrays free instead of giving it back to the system: each second
    the same megabytes are wanted again, and fetching them anew costs a sixth of the rooms' time.
    Return whether it could be told (only glibc can)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(*option) for option in KEPT.items())
