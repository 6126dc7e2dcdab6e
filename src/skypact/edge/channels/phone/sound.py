"""Sound as PCMU (ITU-T G.711 µ-law), and how loud it is. Pure."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly  # pyright: ignore[reportUnknownVariableType]

RATE_HZ = 8_000
SILENCE = b"\xff"
BIAS, CLIP = 0x84, 32_635


def pcmu(samples: NDArray[np.int16]) -> bytes:
    """Return 16-bit samples at 8 kHz as µ-law, one byte each."""
    wide = samples.astype(np.int32)
    sign = np.where(wide < 0, 0x80, 0)
    level = np.minimum(np.abs(wide), CLIP) + BIAS
    exponent = np.clip(np.floor(np.log2(level)).astype(np.int32) - 7, 0, 7)
    mantissa = (level >> (exponent + 3)) & 0x0F
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8).tobytes()


def samples(data: bytes) -> NDArray[np.int16]:
    """Return µ-law bytes as 16-bit samples."""
    return _LEVELS[np.frombuffer(data, np.uint8)]


def at_8_khz(wave: NDArray[np.int16], rate_hz: int) -> NDArray[np.int16]:
    """Return sound of another rate at 8 kHz."""
    common = int(np.gcd(rate_hz, RATE_HZ))
    made = resample_poly(wave.astype(np.float64), RATE_HZ // common, rate_hz // common)
    return np.clip(np.rint(made), -32_768, 32_767).astype(np.int16)


def loudness(data: bytes) -> float:
    """Return the root mean square of µ-law bytes, 0..1 of full scale, 0 for none."""
    if not data:
        return 0.0
    return float(np.sqrt(np.mean(samples(data).astype(np.float64) ** 2))) / 32_768


def _levels() -> NDArray[np.int16]:
    coded = ~np.arange(256) & 0xFF
    exponent, mantissa = (coded >> 4) & 7, coded & 0x0F
    level = (((mantissa << 3) + BIAS) << exponent) - BIAS
    return np.where(coded & 0x80, -level, level).astype(np.int16)


_LEVELS = _levels()
