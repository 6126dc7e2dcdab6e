"""Which states some radar could see: what the kernel `covered` says of one, for many at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import geodetic_from_ecef
from skypact.tracking.kernels.measure import HORIZON

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
_TURN_RAD = 2 * np.pi


def in_coverage(states: F64, sites: NDArray[Any]) -> Flags:
    """Return for states (n, 6) ECEF whether a radar that looks has them in range, inside its
    elevations, over its horizon and with nothing in the way."""
    inside = np.zeros(len(states), np.bool_)
    height = geodetic_from_ecef(states[:, :3])[2]
    for site in sites[(sites["radar"] == 1) & (sites["resting"] == 0)]:
        inside |= _seen(states, height, site)
    return inside


def _seen(states: F64, height: F64, site: Any) -> Flags:
    local: F64 = (states[:, :3] - site["position"]) @ site["rotation"].T
    slant = np.sqrt(np.sum(local * local, axis=1))
    elevation = np.arcsin(np.clip(local[:, 2] / np.maximum(slant, 1.0), -1, 1))
    seen: Flags = (slant >= site["range_min"]) & (slant <= site["range_max"])
    seen &= (elevation >= site["elevation_min"]) & (elevation <= site["elevation_max"])
    azimuth: F64 = np.arctan2(local[:, 0], local[:, 1])
    sectors: F64 = site["blocked"][: site["sectors"]]
    for begin, width, up_to in sectors.tolist():
        off: F64 = azimuth - begin
        off = np.where(off < 0.0, off + _TURN_RAD, off)
        seen &= ~((off <= width) & (elevation < up_to))
    over_ground = np.maximum(height - site["ground"], 0.0)
    return seen & (slant <= HORIZON * (np.sqrt(max(site["mast"], 0.0)) + np.sqrt(over_ground)))
