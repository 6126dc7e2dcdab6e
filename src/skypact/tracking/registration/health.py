"""Health: how noisy each sensor really is, and whether it agrees with the others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.registration.kernels.judge import NOISY, STUCK, VERDICTS, learn_noise

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
_KEEP = 0.6  # of the evidence of disagreement, from step to step
_REJECTS_MIN, _REJECTED_SHARE = 8.0, 0.6
_FREE_SHARE = 0.3


class Health:
    """ratio (n, 3): variance of range, azimuth, elevation over what the settings say; verdicts
    (n, VERDICTS): what is held of each sensor."""

    def __init__(self, sensors: int) -> None:
        self.ratio: F64 = np.ones((sensors, 3))
        self.verdicts: I64 = np.zeros((sensors, VERDICTS), np.int64)
        self._ones: F64 = np.ones((sensors, 3))
        self._samples: F64 = np.zeros((sensors, 3))
        self._evidence: F64 = np.zeros((sensors, 2))  # comparisons, rejected ones
        self._shown: list[F64] = [np.zeros((0, 3))] * sensors

    @property
    def noisy(self) -> Flags:
        """Return which sensors are noisier than they say."""
        return self.verdicts[:, NOISY] != 0

    @property
    def stuck(self) -> Flags:
        """Return which sensors repeat their plots."""
        return self.verdicts[:, STUCK] != 0

    def learn(self, tally: F64) -> None:
        """Take what the comparisons found (TALLY columns, a row a sensor)."""
        learn_noise(tally, self.ratio, self._samples, self._evidence, self.verdicts)

    def factors(self) -> F64:
        """Return by how much the noise variance of each sensor is raised, (n, 3), 1 at least."""
        noisy = self.noisy
        if not noisy.any():
            return self._ones
        return np.where(noisy[:, None] & (self.ratio > 1.0), self.ratio, 1.0)

    def jumped(self) -> list[int]:
        """Return the sensors that lately disagree with all others, the worst alone if others fail
        for its sake; then let the evidence fade."""
        pairs, rejected = self._evidence[:, 0], self._evidence[:, 1]
        found: list[int] = []
        if rejected.max(initial=0.0) >= _REJECTS_MIN:
            share = rejected / np.maximum(pairs, 1.0)
            wrong = (rejected >= _REJECTS_MIN) & (share > _REJECTED_SHARE)
            found = np.flatnonzero(wrong & (share >= 0.8 * share.max())).tolist()
            self._evidence[found] = 0.0
        self._evidence *= _KEEP
        return found

    def moves_again(self, s: int, polar: F64) -> bool:
        """Clear a stuck sensor, and say so, when its plots (n, 3) are no longer those shown
        before."""
        shown = self._shown[s]
        self._shown[s] = polar.copy()
        if min(len(shown), len(polar)) < 1:
            return False
        same = (polar[:, None, :2] == shown[None, :, :2]).all(axis=2).any(axis=1)
        if float(same.mean()) >= _FREE_SHARE:
            return False
        self.verdicts[s, STUCK] = 0
        return True

    def state(self) -> tuple[Any, ...]:
        """Return all that is remembered."""
        arrays = (self.ratio, self._samples, self._evidence, *self._shown)
        return self.verdicts.tobytes(), [a.tobytes() for a in arrays]

    def restore(self, state: tuple[Any, ...]) -> None:
        """Take over what state returned."""
        verdicts, held = state
        self.verdicts[:] = np.frombuffer(verdicts, np.int64).reshape(-1, VERDICTS)
        arrays = [np.frombuffer(x, np.float64).copy() for x in held]
        self.ratio, self._samples = arrays[0].reshape(-1, 3), arrays[1].reshape(-1, 3)
        self._evidence = arrays[2].reshape(-1, 2)
        self._shown = [a.reshape(-1, 3) for a in arrays[3:]]
