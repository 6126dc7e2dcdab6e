"""Which states some radar could see, by geometry alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def in_coverage(states: NDArray[np.float64], sites: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for states (n, 6) ECEF whether range and elevation limits of any radar hold them."""
    inside = np.zeros(len(states), np.bool_)
    for site in sites[sites["radar"] == 1]:
        local = (states[:, :3] - site["position"]) @ site["rotation"].T
        slant = np.sqrt(np.sum(local * local, axis=1))
        elevation = np.arcsin(np.clip(local[:, 2] / np.maximum(slant, 1.0), -1, 1))
        near = (slant >= site["range_min"]) & (slant <= site["range_max"])
        low, high = site["elevation_min"], site["elevation_max"]
        inside |= near & (elevation >= low) & (elevation <= high)
    return inside
