"""Health: how noisy each sensor really is, and whether it agrees with the others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.kernels.register import (
    COUNT,
    EQUAL,
    PAIRS,
    REJECTED,
    REPEATABLE,
    SQUARE,
)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
_STEADY = 15.0  # plots after which the ratio moves slowly
_RATIO_MIN, _RATIO_MAX = 0.25, 900.0
_NOISY, _QUIET = 4.0, 2.5  # of variance: flagged above, cleared below
_NOISY_SAMPLES = 30.0
_KEEP = 0.6  # of the evidence of disagreement, from step to step
_REJECTS_MIN, _REJECTED_SHARE = 8.0, 0.6
_STUCK_SHARE, _FREE_SHARE, _STUCK_MIN = 0.7, 0.3, 4


class Health:
    """ratio (n, 3): variance of range, azimuth, elevation over what the settings say."""

    def __init__(self, sensors: int) -> None:
        self.ratio: F64 = np.ones((sensors, 3))
        self.noisy: Flags = np.zeros(sensors, np.bool_)
        self.stuck: Flags = np.zeros(sensors, np.bool_)
        self._samples: F64 = np.zeros((sensors, 3))
        self._pairs: F64 = np.zeros(sensors)
        self._rejected: F64 = np.zeros(sensors)
        self._shown: list[F64] = [np.zeros((0, 3))] * sensors

    def learn(self, tally: F64) -> None:
        """Take what the comparisons found (TALLY columns, a row a sensor)."""
        count = tally[:, COUNT : COUNT + 3]
        mean = (tally[:, SQUARE : SQUARE + 3] + 1.0) / (count + 1.0)
        gain = count / (count + np.minimum(self._samples, _STEADY) + 1.0)
        self.ratio = np.clip(self.ratio * mean**gain, _RATIO_MIN, _RATIO_MAX)
        self._samples += count
        limit = np.where(self.noisy, _QUIET, _NOISY)[:, None]
        known = self._samples >= _NOISY_SAMPLES
        self.noisy = np.any(known & (self.ratio > limit), axis=1)
        self._pairs += tally[:, PAIRS]
        self._rejected += tally[:, REJECTED]
        shown = tally[:, REPEATABLE]
        self.stuck |= (shown >= _STUCK_MIN) & (tally[:, EQUAL] > _STUCK_SHARE * shown)

    def factors(self) -> F64:
        """Return by how much the noise variance of each sensor is raised, (n, 3), 1 at least."""
        raised = self.noisy[:, None] & (self.ratio > 1.0)
        return np.where(raised, self.ratio, 1.0)

    def jumped(self) -> list[int]:
        """Return the sensors that lately disagree with all others, the worst alone if others fail
        for its sake; then let the evidence fade."""
        share = self._rejected / np.maximum(self._pairs, 1.0)
        wrong = (self._rejected >= _REJECTS_MIN) & (share > _REJECTED_SHARE)
        found = np.flatnonzero(wrong & (share >= 0.8 * share.max(initial=0.0))).tolist()
        self._pairs *= _KEEP
        self._rejected *= _KEEP
        self._pairs[found] = self._rejected[found] = 0.0
        return found

    def moves_again(self, s: int, polar: F64) -> None:
        """Clear a stuck sensor when its plots (n, 3) are no longer those shown before."""
        shown = self._shown[s]
        self._shown[s] = polar.copy()
        if min(len(shown), len(polar)) < 1:
            return
        same = (polar[:, None, :2] == shown[None, :, :2]).all(axis=2).any(axis=1)
        if float(same.mean()) < _FREE_SHARE:
            self.stuck[s] = False

    def state(self) -> tuple[Any, ...]:
        """Return all that is remembered."""
        arrays = (self.ratio, self._samples, self._pairs, self._rejected, *self._shown)
        return self.noisy.tolist(), self.stuck.tolist(), [a.tobytes() for a in arrays]

    def restore(self, state: tuple[Any, ...]) -> None:
        """Take over what state returned."""
        noisy, stuck, held = state
        self.noisy, self.stuck = np.array(noisy, np.bool_), np.array(stuck, np.bool_)
        arrays = [np.frombuffer(x, np.float64).copy() for x in held]
        self.ratio, self._samples = arrays[0].reshape(-1, 3), arrays[1].reshape(-1, 3)
        self._pairs, self._rejected = arrays[2], arrays[3]
        self._shown = [a.reshape(-1, 3) for a in arrays[4:]]
