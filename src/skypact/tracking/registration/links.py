"""Links: two tracks that are one target, held apart by the bias of a sensor."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.registration.kernels.pairing import pair_tracks


def linked(points: NDArray[Any], radars: int) -> NDArray[Any]:
    """Return POINT rows, by track and time; tracks that seem to be one target get one number, the
    lower of theirs, in place."""
    if points.size == 0 or pair_tracks(points, radars) == 0:
        return points
    return points[np.lexsort((points["time_ns"], points["track"]))]
