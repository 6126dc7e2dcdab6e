"""A snapshot is valid or absent."""

from pathlib import Path

from skypact.edge.snapshots import newest, save


def test_the_newest_valid_one_is_taken(tmp_path: Path) -> None:
    save(tmp_path, 10, b"ten")
    save(tmp_path, 20, b"twenty")
    assert newest(tmp_path, 100) == (20, b"twenty")
    assert newest(tmp_path, 15) == (10, b"ten")


def test_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    save(tmp_path, 10, b"ten")
    save(tmp_path, 20, b"twenty")
    path = tmp_path / f"{20:020d}.snap"
    path.write_bytes(path.read_bytes()[:-1])
    assert newest(tmp_path, 100) == (10, b"ten")


def test_two_are_kept(tmp_path: Path) -> None:
    for position in (1, 2, 3):
        save(tmp_path, position, b"x")
    assert len(list(tmp_path.iterdir())) == 2


def test_none_is_none(tmp_path: Path) -> None:
    assert newest(tmp_path, 1) is None
