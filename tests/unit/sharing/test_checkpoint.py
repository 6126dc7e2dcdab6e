from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from skypact.sharing.checkpoint import (
    LOG,
    NOTE_BYTES_MAX,
    Checkpoint,
    NoteError,
    checkpoint_of,
    cosign,
    is_signed,
    key_id,
    read,
    sign,
    witnesses,
)

LOG_KEY, WITNESS_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32) for i in (1, 2))
HEAD = Checkpoint("skypact.example/auria", 20_852_163, bytes(range(32)))
NAME, PARTNER = "skypact.example/auria", "borvia"


def signed() -> str:
    return cosign(sign(HEAD, NAME, LOG_KEY), PARTNER, WITNESS_KEY, 1_790_000_000)


def test_a_checkpoint_is_read_back_with_who_signed_it() -> None:
    note = read(signed())
    assert checkpoint_of(note) == HEAD
    assert is_signed(note, NAME, LOG_KEY.public_key())
    assert witnesses(note, {PARTNER: WITNESS_KEY.public_key()}) == {PARTNER: 1_790_000_000}
    assert not is_signed(note, NAME, WITNESS_KEY.public_key())
    assert witnesses(note, {PARTNER: LOG_KEY.public_key(), "cestia": LOG_KEY.public_key()}) == {}


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
    assert is_signed(note, "PeterNeumann", key)
    assert not is_signed(note._replace(text="Another.\n"), "PeterNeumann", key)
    with pytest.raises(NoteError):
        checkpoint_of(note)
    assert number.hex() == "c74f20a3"


def test_a_key_id_is_of_name_and_kind_and_key() -> None:
    key: Ed25519PublicKey = LOG_KEY.public_key()
    ids = {key_id(NAME, LOG, key), key_id("other", LOG, key), key_id(NAME, 4, key)}
    assert len(ids) == 3
    assert {len(i) for i in ids} == {4}


@given(st.integers(0, 2**16), st.integers(1, 255))
def test_no_altered_byte_passes(place: int, change: int) -> None:
    data = bytearray(signed().encode())
    data[place % len(data)] ^= change
    try:
        note = read(bytes(data).decode())
        checkpoint = checkpoint_of(note)
    except (NoteError, UnicodeDecodeError):
        return
    good = is_signed(note, NAME, LOG_KEY.public_key())
    seen = witnesses(note, {PARTNER: WITNESS_KEY.public_key()})
    assert not (good and seen and bytes(data) != signed().encode()) or checkpoint == HEAD
    assert not good or checkpoint == HEAD


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


@pytest.mark.parametrize("size", ["", "01", "-1", "1", "9" * 30, "\u0661"])
def test_what_is_no_checkpoint_is_told(size: str) -> None:
    with pytest.raises(NoteError):
        checkpoint_of(read(f"a\n{size}\nAAAA\n\n\u2014 n AAAAAAAA\n"))


def test_a_name_with_a_space_signs_nothing() -> None:
    with pytest.raises(NoteError, match="spaces"):
        sign(HEAD, "two words", LOG_KEY)
