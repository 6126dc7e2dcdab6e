"""What sightings do to confirmed tracks: they narrow their place across the line of sight.

All sightings of one track make one update in information form, under each of its motion models. It
changes neither how surely a track exists nor when it was last hit: hearsay starts, confirms and
keeps alive nothing. What many say at once may be wrong in the same way, so all of them together may
add only a small share of what is already known of the track.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.kernels.layout import MODELS
from skypact.tracking.sightings.pairs import Pairs

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_linalg: Any = np.linalg
SHARE_MAX = 0.005  # of what is known, added by a batch: 5 % a second


def nudge(tracks: NDArray[Any], rows: I64, found: Pairs, weight: F64) -> I64:
    """Change tracks[rows] by the pairs (track: index into rows), each as heavy as `weight`; return
    the rows changed."""
    use = weight > 0
    track, heavy = found.track[use], weight[use]
    if not use.any():
        return np.zeros(0, np.int64)
    touched, index = np.unique(track, return_inverse=True)
    across, dt_s = found.across[use], found.dt_s[use, None]
    spread = np.concatenate([across, dt_s * across], 1)
    precision = heavy / found.seen_sd_m[use] ** 2
    known2 = np.einsum("ni,nij,nj->n", spread, tracks["cov"][rows[track]], spread)
    added = np.bincount(index, precision * np.maximum(known2, 0.0), len(touched))
    precision *= np.minimum(1.0, SHARE_MAX / np.maximum(added, 1e-12))[index]
    # Each look is from another place: what it says is measured against where the track now is.
    base = np.einsum("ni,ni->n", spread, tracks["x"][rows[track]])
    seen = base + found.off_m[use]
    matrix, vector = np.zeros((len(touched), 6, 6)), np.zeros((len(touched), 6))
    np.add.at(matrix, index, precision[:, None, None] * spread[:, :, None] * spread[:, None, :])
    np.add.at(vector, index, (precision * seen)[:, None] * spread)
    _update(tracks, rows[touched], matrix, vector)
    return rows[touched]


def _update(tracks: NDArray[Any], rows: I64, matrix: F64, vector: F64) -> None:
    weights = tracks["weight"][rows]
    states, covariances = tracks["model_x"][rows], tracks["model_cov"][rows]
    for m in range(MODELS):
        live = np.flatnonzero(weights[:, m] > 0)
        if not live.size:
            continue
        upper = np.triu(covariances[live, m])
        cov = upper + np.swapaxes(np.triu(upper, 1), 1, 2)
        gain: F64 = cov @ _linalg.inv(np.eye(6) + matrix[live] @ cov)
        x = states[live, m]
        pull = vector[live] - np.einsum("nij,nj->ni", matrix[live], x)
        states[live, m] = x + np.einsum("nij,nj->ni", gain, pull)
        covariances[live, m] = (gain + np.swapaxes(gain, 1, 2)) / 2
    tracks["model_x"][rows], tracks["model_cov"][rows] = states, covariances
    mean = np.einsum("nm,nmi->ni", weights, states)
    apart = states - mean[:, None, :]
    full = np.triu(covariances)
    full = full + np.swapaxes(np.triu(full, 1), 2, 3)
    spread = full + apart[:, :, :, None] * apart[:, :, None, :]
    tracks["x"][rows] = mean
    tracks["cov"][rows] = np.einsum("nm,nmij->nij", weights, spread)
