"""A node's folder is read whole or refused with every fault, its file and its line."""

from pathlib import Path

import pytest

from skypact.config import AGREEMENTS, KEYS, NODE_FILE, SECRET, decode, load
from skypact.core.errors import ConfigError
from tests.unit.config.folders import change, told


def test_a_good_folder_has_no_fault_and_builds_a_node(folder: Path) -> None:
    assert told(folder) == []
    node = load(folder)
    assert node.partners == ("borvia",)
    assert node.secret == bytes.fromhex("ab" * 32)
    assert set(node.files) == {
        NODE_FILE,
        "agreements/borvia.toml",
        "agreements/borvia.toml.sig",
        "card.toml",
        "partners/borvia.toml",
    }


def test_a_recorded_configuration_is_the_same_node(folder: Path) -> None:
    node = load(folder)
    assert decode(folder, node.files, node.secret) == node


def test_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    first = change(folder / NODE_FILE, "radius_m = 8_000.0", "radius_m = 0")
    second = change(folder / AGREEMENTS / "borvia.toml", 'what = "track"', 'what = "tracks"')
    assert told(folder) == [
        f"node.toml:{first}: place[0].radius_m: expected a number above 0, was 0",
        f'agreements/borvia.toml:{second}: clause[0].what: was "tracks"; '
        "expected one of track, warning, acknowledgement, identity, coverage, unnamed, coalition; "
        'did you mean "track"?',
    ]


@pytest.mark.parametrize("secret", ["", "ab" * 31, "ab" * 33, "xy" * 32])
def test_a_secret_that_is_none_is_refused(secret: str, folder: Path) -> None:
    (folder / KEYS / SECRET).write_text(secret)
    assert told(folder) == [f"{KEYS}/{SECRET}: must hold 64 hexadecimal digits"]
    with pytest.raises(ConfigError):
        load(folder)


def test_the_secret_is_never_in_an_error(folder: Path) -> None:
    (folder / KEYS / SECRET).write_text("topsecret" * 7)
    assert "topsecret" not in "\n".join(told(folder))


def test_a_missing_or_unreadable_file_is_told(folder: Path) -> None:
    (folder / NODE_FILE).write_bytes(b"\xff\xfe")
    assert told(folder)[0].startswith("node.toml: cannot be read")
    (folder / NODE_FILE).unlink()
    assert told(folder)[0].startswith("node.toml: cannot be read")


def test_loading_raises_the_first_fault(folder: Path) -> None:
    line = change(folder / NODE_FILE, 'context = "test"', 'context = "tset"')
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert (caught.value.key, caught.value.line) == ("node.context", line)
