"""An agreement is what both parties signed, byte for byte, or it is refused."""

from pathlib import Path

import pytest

from skypact.config import AGREEMENTS, decode, load
from skypact.config.cards import PARTNERS
from skypact.config.signatures import SUFFIX, is_signed, with_signature
from skypact.config.signing import make_signing_keys, own_card, signing_key
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.notes import NoteError, Verifier, read
from tests.unit.config.folders import keys_of, sign, told

FILE = f"{AGREEMENTS}/borvia.toml"
TEXT = "some text\n"


def party(folder: Path, name: str) -> tuple[Verifier, object]:
    folder.mkdir()
    make_signing_keys(folder)
    return own_card(folder, name, Context.TEST, "").agreements, signing_key(folder, "agreements")


def test_both_signatures_are_those_of_one_note(tmp_path: Path):
    one, two = party(tmp_path / "a", "auria"), party(tmp_path / "b", "borvia")
    lines = with_signature(TEXT, with_signature(TEXT, "", *one), *two)
    assert lines.count("\n") == 2
    assert is_signed(TEXT, lines, one[0])
    assert is_signed(TEXT, lines, two[0])
    assert not is_signed(TEXT + " ", lines, one[0])
    assert not is_signed(TEXT, "", one[0])
    note = read(f"{TEXT}\n{lines}")
    assert [name for name, _, _ in note.signatures] == [one[0].name, two[0].name]


def test_a_new_signature_replaces_the_old_one(tmp_path: Path):
    one, two = party(tmp_path / "a", "auria"), party(tmp_path / "b", "borvia")
    lines = with_signature(TEXT, with_signature(TEXT, "", *one), *two)
    again = with_signature("other\n", lines, *one)
    assert again.count("\n") == 2
    assert is_signed("other\n", again, one[0])
    assert not is_signed("other\n", again, two[0])
    with pytest.raises(NoteError, match="ends with a new line"):
        with_signature("other", "", *one)


def test_one_byte_more_is_another_text(folder: Path):
    path = folder / FILE
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n", 1))
    assert told(folder) == [
        f"{FILE}: is not the text that auria has signed; sign it again, once both agree to it",
        f"{FILE}: is not the text that borvia has signed; let borvia sign it again, once both "
        "agree to it",
    ]
    with pytest.raises(ConfigError, match="is not the text that auria has signed"):
        load(folder)


def test_a_party_that_has_not_signed_is_named(folder: Path):
    path = folder / FILE
    signed = path.with_name(path.name + SUFFIX)
    first, second = signed.read_text().splitlines(keepends=True)
    signed.write_text(first)
    assert told(folder) == [
        f"{FILE}: borvia has not signed it; give it this file and its .sig to sign"
    ]
    signed.write_text(second)
    assert told(folder) == [f"{FILE}: auria has not signed it; do it with: skypact agreement sign"]
    signed.unlink()
    assert len(told(folder)) == 2
    with pytest.raises(ConfigError, match="auria has not signed it"):
        load(folder)


def test_a_signature_of_somebody_else_counts_for_nothing(folder: Path):
    path = folder / FILE
    make_signing_keys(keys_of(folder, "auria", "cestia"))
    sign(folder, path, "auria", "cestia")
    assert told(folder) == []
    lines = (path.with_name(path.name + SUFFIX)).read_text().splitlines(keepends=True)
    path.with_name(path.name + SUFFIX).write_text(lines[0] + lines[2])
    assert told(folder) == [
        f"{FILE}: borvia has not signed it; give it this file and its .sig to sign"
    ]


def test_a_signature_by_another_key_of_the_same_name_is_refused(folder: Path):
    for key in (folder / "keys-of-borvia").iterdir():
        key.unlink()
    make_signing_keys(folder / "keys-of-borvia")
    sign(folder, folder / FILE, "auria", "borvia")
    (fault,) = told(folder)
    assert "is not the text that borvia has signed" in fault


def test_without_a_card_nothing_can_be_checked(folder: Path):
    (folder / PARTNERS / "borvia.toml").unlink()
    assert told(folder) == [
        f"{FILE}: its signatures can't be checked: the card of borvia is missing; "
        "skypact enrol trust takes it in"
    ]


@pytest.mark.parametrize("lines", ["nonsense\n", "\u2014 a b", "\u2014 a !!\n"])
def test_a_damaged_file_of_signatures_is_named(folder: Path, lines: str):
    (folder / (FILE + SUFFIX)).write_text(lines)
    (fault,) = told(folder)
    assert fault.startswith(f"{FILE}.sig: can't be read: ")


def test_a_journal_is_replayed_as_it_was_recorded(folder: Path):
    """Signatures are asked for when a folder is loaded; what ran then runs again."""
    node = load(folder)
    assert FILE + SUFFIX in node.files
    older = {name: text for name, text in node.files.items() if not name.endswith(SUFFIX)}
    assert decode(folder, older, node.secret).agreements == node.agreements
