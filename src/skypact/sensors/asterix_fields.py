"""Numbers of ASTERIX items to columns and back, a whole batch of records at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOOT_M = 0.3048
NAUTICAL_MILE_M = 1852.0
DAY_NS = 86_400_000_000_000
TIME_OF_DAY_LSB_NS = 7_812_500  # 1/128 s
TIME_OF_DAY_MAX = 86_400 * 128
TRUNCATED_BITS = 16
FLIGHT_LEVEL_LSB_M = 25 * FOOT_M
HEIGHT_LSB_M = 6.25 * FOOT_M
VERTICAL_RATE_LSB_MPS = 6.25 * FOOT_M / 60

# ICAO Annex 10 volume IV table 3-9: six bits a character.
_CHARACTERS = np.full(64, ord(" "), np.uint8)
_CHARACTERS[1:27] = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)
_CHARACTERS[48:58] = np.frombuffer(b"0123456789", np.uint8)
_CODES = np.full(256, 32, np.uint8)
_CODES[_CHARACTERS[1:27]] = np.arange(1, 27)
_CODES[_CHARACTERS[48:58]] = np.arange(48, 58)
_CHARACTER_SHIFTS = np.arange(42, -1, -6, dtype=np.int64)

# Accuracy categories bound the 95 % horizontal error (EPU); for a circular normal error that is
# 2.4477 standard deviations an axis. Source: RTCA DO-260B tables 2-14 (NUCp) and 2-71 (NACp).
EPU_PER_SD = 2.4477
UNKNOWN_SD_M = 37_040.0 / EPU_PER_SD

# Index is the category; 0 says nothing, 12 to 15 are not defined.
_NACP_EPU_M = [37_040, 18_520, 7_408, 3_704, 1_852, 926, 555.6, 185.2, 92.6, 30, 10, 3]
_NUCP_EPU_M = [37_040, 18_520, 9_260, 1_852, 926, 463, 185.2, 92.6, 10, 3]

NACP_SD_M = np.array([*_NACP_EPU_M, *[37_040] * 4], np.float64) / EPU_PER_SD
NUCP_SD_M = np.array([*_NUCP_EPU_M, *[37_040] * 6], np.float64) / EPU_PER_SD


def sign(value: I64, width_bits: int) -> I64:
    """Return two's complement numbers of `width_bits` bits."""
    shift = 64 - width_bits
    return (value << shift) >> shift


def quantity(value: I64, lsb: float, valid: Flags) -> F64:
    """Return `value * lsb`, NaN where not valid."""
    return np.where(valid, value * lsb, np.nan)


def within(values: F64, low: float, high: float) -> F64:
    """Return the values, NaN where they leave low..high."""
    return np.where((values >= low) & (values <= high), values, np.nan)


def raw_quantity(values: NDArray[Any], lsb: float, width_bits: int) -> tuple[I64, Flags]:
    """Return two's complement raw numbers of signed quantities, and where they fit.

    NaN and what does not fit in `width_bits` is False in the second array.
    """
    limit = 1 << (width_bits - 1)
    scaled = np.round(np.asarray(values, np.float64) / lsb)
    fits = np.isfinite(scaled) & (scaled >= -limit) & (scaled < limit)
    whole = np.where(fits, scaled, 0).astype(np.int64)
    return whole & ((1 << width_bits) - 1), fits


def raw_angle(angle_rad: NDArray[Any], width_bits: int = 16) -> I64:
    """Return angles as fractions of a full turn in `width_bits` bits."""
    turn = 1 << width_bits
    scaled = np.round(np.asarray(angle_rad, np.float64) * (turn / (2 * np.pi)))
    return scaled.astype(np.int64) % turn


def raw_signed_angle(angle_rad: NDArray[Any], half_turn_bits: int, width_bits: int) -> I64:
    """Return angles from -pi to pi as two's complement numbers, half a turn being 2 ** bits."""
    turn_bits = half_turn_bits + 1
    return sign(raw_angle(angle_rad, turn_bits), turn_bits) & ((1 << width_bits) - 1)


def angle_rad(value: I64, width_bits: int = 16) -> F64:
    """Return radians of fractions of a full turn."""
    return value.astype(np.float64) * (2 * np.pi / (1 << width_bits))


def raw_time(time_ns: NDArray[np.int64]) -> I64:
    """Return UTC times of day in units of 1/128 s."""
    nearest = (np.asarray(time_ns, np.int64) + TIME_OF_DAY_LSB_NS // 2) // TIME_OF_DAY_LSB_NS
    return nearest % TIME_OF_DAY_MAX


def utc_ns(raw: I64, arrival_ns: I64) -> I64:
    """Return UTC of times of day: of the three days around the arrival, the nearest instant."""
    midnight = arrival_ns - arrival_ns % DAY_NS
    time = midnight + raw * TIME_OF_DAY_LSB_NS
    away = time - arrival_ns
    time = time - DAY_NS * (away > DAY_NS // 2) + DAY_NS * (away < -(DAY_NS // 2))
    return np.maximum(time, 0)


def truncated_utc_ns(raw: I64, reference_ns: I64) -> I64:
    """Return UTC of truncated times of day (I001/141, the low 16 bits): of all instants they may
    stand for, the nearest to a reference. Midnight cuts the last cycle of a day short."""
    cycle = 1 << TRUNCATED_BITS
    best = np.zeros(len(raw), np.int64)
    best_away = np.full(len(raw), 2 * DAY_NS)
    for day in (-DAY_NS, 0, DAY_NS):
        midnight = reference_ns - reference_ns % DAY_NS + day
        nearest = ((reference_ns - midnight) // TIME_OF_DAY_LSB_NS - raw + cycle // 2) // cycle
        last = (TIME_OF_DAY_MAX - 1 - raw) // cycle
        time = midnight + (raw + np.clip(nearest, 0, last) * cycle) * TIME_OF_DAY_LSB_NS
        away = np.abs(time - reference_ns)
        best = np.where(away < best_away, time, best)
        best_away = np.minimum(away, best_away)
    return np.maximum(best, 0)


def callsigns(raw: I64) -> NDArray[np.bytes_]:
    """Return callsigns, shape (N,) of S8, of 48-bit numbers; trailing spaces go."""
    codes = (raw[:, None] >> _CHARACTER_SHIFTS) & 63
    text = _CHARACTERS[codes]
    spoken = np.logical_or.accumulate(text[:, ::-1] != ord(" "), axis=1)[:, ::-1]
    return np.where(spoken, text, 0).astype(np.uint8).view("S8").reshape(-1)


def raw_callsigns(text: NDArray[np.bytes_]) -> I64:
    """Return 48-bit numbers of callsigns of up to eight characters."""
    # What pads the text, zero, has the code of a space.
    letters = np.ascontiguousarray(np.asarray(text, "S8")).view(np.uint8).reshape(-1, 8)
    codes = _CODES[letters].astype(np.int64)
    return codes @ (1 << _CHARACTER_SHIFTS)


def nacp(position_sd_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the best category that is no better than each standard deviation, 0 if none is."""
    bounds = NACP_SD_M[1:12]
    met = np.asarray(position_sd_m, np.float64)[:, None] <= bounds * (1 + 1e-9)
    return np.where(met, np.arange(1, 12), 0).max(axis=1, initial=0)
