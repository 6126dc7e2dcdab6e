"""Heights from pressure: how far the region's air puts them off, learnt from who measures both.

Pressure altitude is height in a standard atmosphere. Weather shifts it, mostly alike for all
aircraft of a region: by a surface pressure (some 8 m a hPa) and by a share of the height (warm air
is thicker: some 0.4 % a kelvin). ICAO Doc 7488.
"""

import math

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
_SHARE_SD = 0.03
_LOCAL_SD_M = 40.0  # what differs from place to place in one region, and between altimeters
_MEMORY_S = 1800.0
_SOON_S = 10.0  # within it, more samples tell little more
_OUTLIER2 = 16.0
_MIDDLE_M = 6_000.0  # the height at which the uncertainty is told


class Heights:
    """geometric = pressure + a + b pressure, with a covariance.

    told: a, b and the variance of a corrected height, in the middle of the heights flown.
    last_ns: when something was learnt last.
    """

    def __init__(self, sd_m: float, geoid_m: float = 0.0) -> None:
        """sd_m: of the offset as long as nothing is learnt; geoid_m: how far mean sea level, from
        which pressure altitude counts on a standard day, lies above the ellipsoid here."""
        self._prior: F64 = np.diag([1 / sd_m**2, 1 / _SHARE_SD**2])
        self._information: F64 = np.zeros((2, 2))
        self._vector: F64 = np.zeros(2)
        self.last_ns = 0
        self._expected: F64 = self._prior @ np.array([geoid_m, 0.0])
        self.told: F64 = np.array([geoid_m, 0.0, sd_m**2])

    @property
    def variance_m2(self) -> float:
        """Return the variance of a corrected height, in the middle of the heights flown."""
        return float(self.told[2])

    def geometric_m(self, pressure_m: F64) -> F64:
        """Return heights above WGS84 for pressure altitudes (n,); NaN stays."""
        a, b, _ = self.told.tolist()
        return pressure_m + a + b * pressure_m

    def _tell(self) -> None:
        if self._information.any():
            self.told[:2] = self._solved()[0]
            self.told[2] = float(self._spread(np.array([_MIDDLE_M]))[0]) + _LOCAL_SD_M**2

    def learn(self, pressure_m: F64, geometric_m: F64, variance_m2: F64, time_ns: int) -> None:
        """Take targets whose height is known both ways; variance: of the geometric one."""
        good = ~(np.isnan(pressure_m) | np.isnan(geometric_m))
        if not good.any():
            return
        pressure, variance = pressure_m[good], variance_m2[good] + _LOCAL_SD_M**2
        value, _ = self._solved()
        off = geometric_m[good] - pressure - value[0] - value[1] * pressure
        fits = off**2 < _OUTLIER2 * (variance + self._spread(pressure))
        gone_s = min(max(1e-9 * (time_ns - self.last_ns), 0.0), _MEMORY_S)
        self.last_ns = max(time_ns, self.last_ns)
        # The local part of the error stays the same from sample to sample.
        weight = np.where(fits, min(gone_s, _SOON_S) / _SOON_S, 0.0) / variance / good.sum()
        share = math.exp(-gone_s / _MEMORY_S)
        row = np.stack([np.ones_like(pressure), pressure], 1)
        seen = row * weight[:, None]
        self._information = share * self._information + np.einsum("ni,nj->ij", seen, row)
        self._vector = share * self._vector + np.einsum(
            "ni,n->i", seen, geometric_m[good] - pressure
        )
        self._tell()

    def _solved(self) -> tuple[F64, F64]:
        """Return (a and b, their covariance)."""
        m = self._information + self._prior
        det = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
        cov = np.array([[m[1, 1], -m[0, 1]], [-m[1, 0], m[0, 0]]]) / det
        return np.sum(cov * (self._vector + self._expected), axis=1), cov

    def _spread(self, pressure_m: F64) -> F64:
        cov = self._solved()[1]
        return cov[0, 0] + 2 * cov[0, 1] * pressure_m + cov[1, 1] * pressure_m**2

    def to_bytes(self) -> bytes:
        """Return all that is remembered."""
        whole = np.concatenate([self._information.ravel(), self._vector])
        return whole.tobytes() + np.int64(self.last_ns).tobytes()

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned."""
        whole = np.frombuffer(state[:48], np.float64)
        self._information, self._vector = whole[:4].reshape(2, 2).copy(), whole[4:].copy()
        self.last_ns = int(np.frombuffer(state[48:], np.int64)[0])
        self._tell()
