from pathlib import Path

import pytest

from skypact.config.signing import key_path, make_signing_keys, signing_key
from skypact.core.errors import ConfigError
from skypact.core.notes import raw_key


def test_keys_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    made = make_signing_keys(tmp_path)
    assert [path.name for path in made] == ["agreements.key", "audit.key"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in made)
    raw = {raw_key(signing_key(tmp_path, use).public_key()) for use in ("agreements", "audit")}
    assert len(raw) == 2
    assert make_signing_keys(tmp_path) == []
    assert {raw_key(signing_key(tmp_path, u).public_key()) for u in ("agreements", "audit")} == raw


def test_an_exercise_that_repeats_has_the_same_keys(tmp_path: Path) -> None:
    for name, seed in (("a", b"1" * 32), ("b", b"1" * 32), ("c", b"2" * 32)):
        (tmp_path / name).mkdir()
        make_signing_keys(tmp_path / name, seed)
    one, same, other = (key_path(tmp_path / n, "audit").read_bytes() for n in "abc")
    assert one == same
    assert one != other


@pytest.mark.parametrize("data", [None, b"", b"no key"])
def test_what_is_no_key_is_told(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        key_path(tmp_path, "audit").write_bytes(data)
    with pytest.raises(ConfigError, match=r"audit\.key"):
        signing_key(tmp_path, "audit")
