"""Arrays of an .npz archive, for scenarios and their truth."""

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import DecodeError

_BROKEN = (
    *(OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, SyntaxError),
)


def read_arrays(
    path: Path, names: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, NDArray[Any]]:
    """Return the arrays of these names, and of `optional` those that are there; no other is opened.

    `meta` is text, the others are numbers. Raises DecodeError when the file is no archive, is cut
    off, or an array is missing or of another kind.
    """
    try:
        opened: Any = np.load(path, allow_pickle=False)
        if isinstance(opened, np.ndarray):
            raise DecodeError("is not an .npz scenario but one array", feed=str(path))
        with opened as archive:
            missing = [name for name in names if name not in archive.files]
            if missing:
                raise DecodeError(f"array {missing[0]} is missing", feed=str(path))
            there = [name for name in optional if name in archive.files]
            arrays = {name: np.asarray(archive[name]) for name in (*names, *there)}
    except _BROKEN as error:
        why = str(error).partition("\n")[0][:200] or type(error).__name__
        raise DecodeError(f"is not an .npz scenario: {why}", feed=str(path)) from error
    for name, array in arrays.items():
        if array.dtype.kind not in ("U" if name == "meta" else "biuf"):
            raise DecodeError(f"array {name} is of type {array.dtype}", feed=str(path))
    return arrays
