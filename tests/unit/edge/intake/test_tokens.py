"""Tokens hold for their use and their node, and name nobody."""

from pathlib import Path

import pytest

from skypact.core.errors import ConfigError
from skypact.edge.intake import tokens

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_token_is_good_for_its_own_use_only() -> None:
    person, sender = tokens.new_token(KEY), tokens.new_token(KEY, "orbit")
    assert tokens.holder(KEY, tokens.OBSERVER, person) == (person[:16], "")
    assert tokens.holder(KEY, "orbit", sender) == (sender[:16], "orbit")
    assert tokens.holder(KEY, "orbit", person) is None
    assert tokens.holder(KEY, "other", sender) is None
    assert tokens.holder(KEY, "", sender) is None
    assert tokens.holder(OTHER, "", person) is None


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "0" * 16 + t[16:], lambda t: t + "0"]
)
def test_a_changed_token_is_refused(change: object) -> None:
    token = tokens.new_token(KEY)
    assert tokens.holder(KEY, "", change(token)) is None  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", ".", "é" * 49, "a" * 10_000, "0" * 16 + "." + "0" * 32])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert tokens.holder(KEY, "", text) is None


def test_no_two_are_the_same() -> None:
    assert len({tokens.new_token(KEY)[:16] for _ in range(1_000)}) == 1_000


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = tokens.load_key(tmp_path)
    assert tokens.load_key(tmp_path) == key
    assert (tmp_path / tokens.KEY_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / tokens.KEY_FILE).write_text("ab")
    with pytest.raises(ConfigError, match="64 hexadecimal"):
        tokens.load_key(tmp_path)
    (tmp_path / tokens.KEY_FILE).write_text("not hex")
    with pytest.raises(ConfigError, match="can't be read"):
        tokens.load_key(tmp_path)
