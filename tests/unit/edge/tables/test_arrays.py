from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from skypact.core.errors import DecodeError
from skypact.edge.tables.arrays import read_arrays


def test_only_what_is_asked_for_is_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(3), meta="{}", secret=np.array([{}], dtype=object))
    arrays = read_arrays(tmp_path / "a.npz", ("x", "meta"))
    assert arrays["x"].tolist() == [0, 1, 2]
    with pytest.raises(DecodeError, match="is not an"):
        read_arrays(tmp_path / "a.npz", ("secret",))
    assert list(read_arrays(tmp_path / "a.npz", ("x",), ("y", "meta"))) == ["x", "meta"]


def test_a_file_cut_anywhere_is_no_traceback(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.arange(500), meta="{}")
    whole = (tmp_path / "a.npz").read_bytes()
    for length in range(0, len(whole), 7):
        (tmp_path / "cut.npz").write_bytes(whole[:length])
        with pytest.raises(DecodeError, match=r"cut\.npz"):
            read_arrays(tmp_path / "cut.npz", ("x", "meta"))
        flipped = bytearray(whole)
        flipped[length] ^= 0xFF
        (tmp_path / "flip.npz").write_bytes(flipped)
        with suppress(DecodeError):
            read_arrays(tmp_path / "flip.npz", ("x", "meta"))


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.arange(3))
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    with pytest.raises(DecodeError, match="one array"):
        read_arrays(tmp_path / "one.npz", ("x",))
    np.savez(tmp_path / "text.npz", x=np.array(["a"]))
    with pytest.raises(DecodeError, match="array x is of type"):
        read_arrays(tmp_path / "text.npz", ("x",))
