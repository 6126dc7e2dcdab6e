"""How often a radar really looks at one place, measured from its plots: settings may be wrong.

A radar that turns much faster than its settings say would show each target several times "in one
turn", and each time as another target. What comes again at about the same azimuth comes a turn
later, whatever the antenna does; the median of these times is the period when most of them agree.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_KEPT = 384  # plots a radar
_LEAST = 24
_LOOK_FIRST, _LOOK_LAST = 0.25, 12.0  # periods of the settings between two looks, doubling
_WITHIN = 8.0  # periods of the settings: older plots tell nothing
_SAME_RAD = 0.02
_ONE_PASS = 0.02  # of the settings' period: what comes again sooner is of the same pass
_FASTEST = 0.05  # of the same: no radar is set so wrong
_AGREE, _AGREE_SHARE = 0.15, 0.5  # so many are so near the median
_TURNS_LEAST = 3.0
_FASTER = 0.6  # of the settings: from here on they are wrong


class Turns:
    """The latest plots of each radar and the period that they show."""

    def __init__(self, period_ns: I64) -> None:
        """period_ns: (radars,), as the settings say."""
        self.settings_ns = period_ns.copy()
        self.period_ns = period_ns.copy()
        self._time_ns = np.zeros((period_ns.size, _KEPT), np.int64)
        self._azimuth = np.zeros((period_ns.size, _KEPT))
        self._seen = np.zeros(period_ns.size, np.int64)
        self._look_ns = np.zeros(period_ns.size, np.int64)
        self._looks = np.zeros(period_ns.size, np.int64)

    def learn(self, s: int, time_ns: I64, azimuth: F64) -> bool:
        """Take plots of radar s; return whether `period_ns` of it has changed."""
        count = min(time_ns.size, _KEPT)
        if count == 0:
            return False
        slots = (int(self._seen[s]) + np.arange(count)) % _KEPT
        self._time_ns[s, slots], self._azimuth[s, slots] = time_ns[-count:], azimuth[-count:]
        self._seen[s] += count
        newest, settings = int(time_ns.max()), int(self.settings_ns[s])
        if newest < self._look_ns[s] or self._seen[s] < _LEAST:
            return False
        wait = min(_LOOK_FIRST * 2.0 ** min(int(self._looks[s]), 9), _LOOK_LAST)
        self._looks[s] += 1
        self._look_ns[s] = newest + round(wait * settings)
        kept = min(int(self._seen[s]), _KEPT)
        found = measured_ns(self._time_ns[s, :kept], self._azimuth[s, :kept], settings)
        if found == 0:
            return False
        before = int(self.period_ns[s])
        period = found if found < _FASTER * settings else settings
        if abs(period - before) <= _AGREE * before:
            return False
        self.period_ns[s] = period
        return True

    def to_bytes(self) -> bytes:
        """Return all that is remembered."""
        return b"".join(part.tobytes() for part in (self.settings_ns, *self._parts()))

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned; nothing when the settings were others then."""
        at = self.settings_ns.nbytes
        if state[:at] != self.settings_ns.tobytes():
            return
        for part in self._parts():
            part[...] = np.frombuffer(state[at : at + part.nbytes], part.dtype).reshape(part.shape)
            at += part.nbytes

    def _parts(self) -> tuple[NDArray[Any], ...]:
        counts = self._seen, self._look_ns, self._looks
        return self.period_ns, self._time_ns, self._azimuth, *counts


def measured_ns(time_ns: I64, azimuth: F64, settings_ns: int) -> int:
    """Return after how long plots (n,) come again at their azimuth; 0 when they do not agree."""
    recent = time_ns >= int(time_ns.max()) - round(_WITHIN * settings_ns)
    order = np.argsort(time_ns[recent], kind="stable")
    time_ns, azimuth = time_ns[recent][order], azimuth[recent][order]
    after = time_ns[None, :] - time_ns[:, None]
    off = np.abs((azimuth[None, :] - azimuth[:, None] + np.pi) % (2 * np.pi) - np.pi)
    again = (off < _SAME_RAD) & (after > round(_ONE_PASS * settings_ns))
    comes = again.any(axis=1)
    if int(comes.sum()) < _LEAST:
        return 0
    first = np.argmax(again[comes], axis=1)
    waits = time_ns[first] - time_ns[comes]
    middle = float(np.median(waits))
    near = np.abs(waits - middle) <= _AGREE * middle
    span = float(np.ptp(time_ns[comes]))
    if (
        near.mean() < _AGREE_SHARE
        or middle < _FASTEST * settings_ns
        or span < (_TURNS_LEAST - 1) * middle
    ):
        return 0
    return round(float(np.mean(waits[near])))
