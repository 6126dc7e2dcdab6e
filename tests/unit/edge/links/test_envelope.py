from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.edge.links.envelope import (
    CIPHERTEXT_AT,
    FRAMES_A_KEY,
    HEAD_BYTES,
    MAGIC,
    NONCE_AT,
    SMALLEST_BYTES,
    EnvelopeRefused,
    Opener,
    Sealer,
    padded,
)
from tests.unit.edge.links.allies import Ally, ally, as_known


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ally, Ally]:
    folder: Path = tmp_path_factory.mktemp("allies")
    return ally(folder / "a", "auria"), ally(folder / "b", "borvia")


@pytest.mark.parametrize("size", [0, 1, 900, 5_000, 1_000_000])
def test_what_was_sealed_is_opened_by_its_receiver_alone(two: tuple[Ally, Ally], size: int) -> None:
    auria, borvia = two
    frame = bytes(i % 251 for i in range(size))
    data = Sealer(auria.keys, as_known(borvia)).seal(frame)
    assert Opener(borvia.keys, as_known(auria)).open(data) == frame
    assert size < 900 or frame[:64] not in data
    with pytest.raises(EnvelopeRefused, match="a key that is not ours"):
        Opener(auria.keys, as_known(auria)).open(data)


def test_no_two_envelopes_of_a_frame_are_alike(two: tuple[Ally, Ally]) -> None:
    auria, borvia = two
    one, other = (Sealer(auria.keys, as_known(borvia)).seal(b"frame") for _ in range(2))
    assert one[HEAD_BYTES:] != other[HEAD_BYTES:]
    assert len(one) == len(other)


def test_a_frame_that_another_signed_is_refused(two: tuple[Ally, Ally], tmp_path: Path) -> None:
    auria, borvia = two
    hub = ally(tmp_path, "keystone")
    forged = Sealer(hub.keys, as_known(borvia)).seal(b"frame")
    with pytest.raises(EnvelopeRefused, match="has not announced"):
        Opener(borvia.keys, as_known(auria)).open(forged)
    as_if = hub.keys._replace(sign_id=auria.keys.sign_id)
    with pytest.raises(EnvelopeRefused, match="signature is forged"):
        Opener(borvia.keys, as_known(auria)).open(Sealer(as_if, as_known(borvia)).seal(b"frame"))


def test_a_content_key_serves_many_frames_and_none_for_ever(two: tuple[Ally, Ally]) -> None:
    auria, borvia = two
    sealer, opener = Sealer(auria.keys, as_known(borvia)), Opener(borvia.keys, as_known(auria))
    sent = [sealer.seal(b"%d" % i) for i in range(3 * FRAMES_A_KEY)]
    assert len({data[:NONCE_AT] for data in sent}) == 3
    assert len({data[:CIPHERTEXT_AT] for data in sent}) == len(sent)
    lossy = sent[::-7] + sent[::500]
    assert [opener.open(data) for data in lossy[:3]] == [b"3071", b"3064", b"3057"]
    for data in lossy:
        opener.open(data)


def test_keys_of_refused_envelopes_are_not_kept(two: tuple[Ally, Ally], tmp_path: Path) -> None:
    auria, borvia = two
    opener = Opener(borvia.keys, as_known(auria))
    hub = ally(tmp_path, "keystone")
    opener.open(Sealer(auria.keys, as_known(borvia)).seal(b"frame"))
    for _ in range(20):
        with pytest.raises(EnvelopeRefused):
            opener.open(Sealer(hub.keys, as_known(borvia)).seal(b"frame"))
    assert len(opener._known) == 1


@settings(max_examples=60)
@given(st.integers(0, 2**20), st.integers(1, 255))
def test_no_altered_byte_passes(two: tuple[Ally, Ally], place: int, change: int) -> None:
    auria, borvia = two
    data = bytearray(Sealer(auria.keys, as_known(borvia)).seal(b"a warning"))
    data[place % len(data)] ^= change
    with pytest.raises(EnvelopeRefused):
        Opener(borvia.keys, as_known(auria)).open(bytes(data))


@given(st.binary(max_size=3_000))
def test_noise_is_refused(two: tuple[Ally, Ally], noise: bytes) -> None:
    auria, borvia = two
    head = MAGIC + next(iter(borvia.keys.seals))
    for data in (noise, MAGIC + noise, head + noise):
        with pytest.raises(EnvelopeRefused):
            Opener(borvia.keys, as_known(auria)).open(data)


@given(st.integers(0, 10**7))
def test_padding_leaves_few_lengths_and_little_waste(length: int) -> None:
    full = padded(length)
    assert full >= max(length, SMALLEST_BYTES)
    assert full <= max(length * 1.12, SMALLEST_BYTES)
    assert padded(full) == full


def test_few_lengths_occur() -> None:
    assert len({padded(length) for length in range(0, 200_000, 7)}) < 150
