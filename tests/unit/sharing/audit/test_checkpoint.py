import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.notes import NoteError, Verifier, is_signed, read
from skypact.sharing.audit.checkpoint import Checkpoint, checkpoint_of, cosign, sign, witnesses

LOG_KEY, WITNESS_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32) for i in (1, 2))
HEAD = Checkpoint("skypact.example/auria", 20_852_163, bytes(range(32)))
NAME, PARTNER = "skypact.example/auria", "borvia"


def signed() -> str:
    return cosign(sign(HEAD, NAME, LOG_KEY), PARTNER, WITNESS_KEY, 1_790_000_000)


def test_a_checkpoint_is_read_back_with_who_signed_it() -> None:
    note = read(signed())
    assert checkpoint_of(note) == HEAD
    assert is_signed(note, Verifier(NAME, LOG_KEY.public_key()))
    assert witnesses(note, {PARTNER: WITNESS_KEY.public_key()}) == {PARTNER: 1_790_000_000}
    assert not is_signed(note, Verifier(NAME, WITNESS_KEY.public_key()))
    assert witnesses(note, {PARTNER: LOG_KEY.public_key(), "cestia": LOG_KEY.public_key()}) == {}


@given(st.integers(0, 2**16), st.integers(1, 255))
def test_no_altered_byte_passes(place: int, change: int) -> None:
    data = bytearray(signed().encode())
    data[place % len(data)] ^= change
    try:
        note = read(bytes(data).decode())
        checkpoint = checkpoint_of(note)
    except (NoteError, UnicodeDecodeError):
        return
    good = is_signed(note, Verifier(NAME, LOG_KEY.public_key()))
    seen = witnesses(note, {PARTNER: WITNESS_KEY.public_key()})
    assert not (good and seen and bytes(data) != signed().encode()) or checkpoint == HEAD
    assert not good or checkpoint == HEAD


@pytest.mark.parametrize("size", ["", "01", "-1", "1", "9" * 30, "\u0661"])
def test_what_is_no_checkpoint_is_told(size: str) -> None:
    with pytest.raises(NoteError):
        checkpoint_of(read(f"a\n{size}\nAAAA\n\n\u2014 n AAAAAAAA\n"))


def test_a_name_with_a_space_signs_nothing() -> None:
    with pytest.raises(NoteError, match="spaces"):
        sign(HEAD, "two words", LOG_KEY)
