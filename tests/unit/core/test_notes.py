from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from skypact.core.notes import (
    ED25519,
    NOTE_BYTES_MAX,
    NoteError,
    Verifier,
    is_signed,
    key_id,
    read,
    signature,
    signed,
    verifier,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
NAME = "auria.exercise.skypact/agreements"


def test_the_example_of_the_specification() -> None:
    """The key and the note of the documentation of Go's package sumdb/note."""
    raw = b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    key = Ed25519PublicKey.from_public_bytes(raw[1:])
    note = read(
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
        "qdngotpRZb6KE6RyyBwJnAM=\n"
    )
    [(name, number, signature)] = note.signatures
    assert (name, len(signature)) == ("PeterNeumann", 64)
    assert is_signed(note, Verifier("PeterNeumann", key))
    assert not is_signed(note._replace(text="Another.\n"), Verifier("PeterNeumann", key))
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert Verifier("PeterNeumann", key).text() == text
    assert verifier(text).name == "PeterNeumann"
    assert number.hex() == "c74f20a3"


def test_a_key_id_is_of_name_and_kind_and_key() -> None:
    key: Ed25519PublicKey = KEY.public_key()
    ids = {key_id(NAME, ED25519, key), key_id("other", ED25519, key), key_id(NAME, 4, key)}
    assert len(ids) == 3
    assert {len(i) for i in ids} == {4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no signatures"),
        ("a\n1\nAAAA\n", "no signatures"),
        ("a\n1\nAAAA\n\nno dash\n", "no signature"),
        ("a\n1\nAAAA\n\n\u2014 name ****\n", "not base64"),
        ("a\n1\nAAAA\n\n\u2014 name AAAA\n", "cut short"),
        ("x" * NOTE_BYTES_MAX + "\n\n\u2014 n AAAAAAAA\n", "more than"),
        ("a\n\n" + "\u2014 n AAAAAAAA\n" * 65, "more than 64"),
    ],
)
def test_what_is_no_note_is_told(text: str, said: str) -> None:
    with pytest.raises(NoteError, match=said):
        read(text)


def test_two_may_sign_one_text() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32)
    note = read(signed("a\n\nb\n", NAME, KEY) + signature("a\n\nb\n", "borvia", other))
    assert note.text == "a\n\nb\n"
    assert is_signed(note, Verifier(NAME, KEY.public_key()))
    assert is_signed(note, Verifier("borvia", other.public_key()))
    assert not is_signed(note, Verifier(NAME, other.public_key()))


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+c74f20a3+AAAA", "a+b+****", "+c74f20a3+" + "A" * 44]
)
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(NoteError):
        verifier(text)


def test_a_key_with_a_lost_character_is_told() -> None:
    text = Verifier(NAME, KEY.public_key()).text()
    with pytest.raises(NoteError, match="a character was lost"):
        verifier(text.replace("auria", "aurja"))


def test_a_name_with_a_space_signs_nothing() -> None:
    with pytest.raises(NoteError, match="spaces"):
        signed("a\n", "two words", KEY)
    with pytest.raises(NoteError, match="new line"):
        signed("a", NAME, KEY)
