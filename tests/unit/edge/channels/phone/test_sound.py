"""µ-law against the table of its standard, rates, loudness."""

import numpy as np
import pytest

from skypact.edge.channels.phone import sound


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xFF), (32_635, 0x80), (-32_635, 0x00), (1_000, 0xCE), (-1_000, 0x4E), (4, 0xFE)],
)
def test_known_codes(sample: int, code: int) -> None:
    assert sound.pcmu(np.array([sample], np.int16)) == bytes([code])


def test_every_sample_comes_back_within_a_step() -> None:
    given = np.arange(-32_768, 32_768, 7).astype(np.int16)
    back = sound.samples(sound.pcmu(given)).astype(int)
    assert (np.abs(back - given) <= np.maximum(np.abs(given.astype(int)) / 16, 8)).all()


def test_every_code_comes_back() -> None:
    codes = bytes(range(256))
    there = sound.pcmu(sound.samples(codes))
    # Two codes mean nothing at all; the one of silence is written.
    assert [a for a, b in zip(codes, there, strict=True) if a != b] == [0x7F]


def test_another_rate_becomes_8_khz() -> None:
    wave = (np.sin(np.arange(22_050) * 2 * np.pi * 440 / 22_050) * 9_000).astype(np.int16)
    made = sound.at_8_khz(wave, 22_050)
    assert len(made) == 8_000
    peak = np.argmax(np.abs(np.fft.rfft(made)))
    assert abs(int(peak) - 440) <= 1


def test_loudness() -> None:
    assert sound.loudness(b"") == 0
    assert sound.loudness(sound.SILENCE * 160) == 0
    assert sound.loudness(b"\x80\x00" * 80) > 0.9
