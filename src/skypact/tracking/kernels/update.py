"""Likelihood of a place under a track's models, and the Kalman correction."""

import math
from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.layout import FLYING, MODELS
from skypact.tracking.kernels.motion import combine

RATE_LATE_S = 1.0  # a range rate later than this is not used
SLIGHT = 1e-3  # a kind of motion less likely than this is dropped
_TWO_PI_CUBED = (2 * math.pi) ** 3
_FAR = 60.0  # squared distance beyond which a model's likelihood counts as nothing


@part
def innovate(row: Any, m: int, lag: float, q: float, place: Any) -> float:
    """Fill P h', the innovation, S inverse and the determinant of S for a place under model m of a
    guess; return the squared Mahalanobis distance, infinite (and only the innovation filled) when
    it is surely beyond _FAR.

    `lag`: seconds from the state to the plot. A plot older than the state is compared with where
    the state says the target was, and what the target may have done since counts as noise
    (Bar-Shalom 2002, algorithm C, conservative).
    """
    x, cov, pht, inv, z = row.x[m], row.cov[m], row.pht[m], row.inverse[m], row.z[m]
    extra = q * abs(lag) ** 3 / 3
    off2, size = 0.0, 3 * extra + place.noise[0, 0] + place.noise[1, 1] + place.noise[2, 2]
    for c in range(3):
        z[c] = place.p[c] - x[c] - lag * x[c + 3]
        off2 += z[c] * z[c]
        size += cov[c, c] + lag * (2 * cov[c, c + 3] + lag * cov[c + 3, c + 3])
    row.value[m] = row.rate_s[m] = 0.0
    # No squared Mahalanobis distance is less than the squared distance over the sum of variances.
    if off2 > _FAR * size:
        return math.inf
    for c in range(3):
        for u in range(c + 1):
            pht[u, c] = cov[u, c] + lag * cov[u, c + 3]
        for u in range(c + 1, 3):
            pht[u, c] = cov[c, u] + lag * cov[u, c + 3]
        for u in range(3, 6):
            pht[u, c] = cov[c, u] + lag * (cov[u, c + 3] if u <= c + 3 else cov[c + 3, u])
    s00 = pht[0, 0] + lag * pht[3, 0] + place.noise[0, 0] + extra
    s11 = pht[1, 1] + lag * pht[4, 1] + place.noise[1, 1] + extra
    s22 = pht[2, 2] + lag * pht[5, 2] + place.noise[2, 2] + extra
    s01 = pht[0, 1] + lag * pht[3, 1] + place.noise[0, 1]
    s02 = pht[0, 2] + lag * pht[3, 2] + place.noise[0, 2]
    s12 = pht[1, 2] + lag * pht[4, 2] + place.noise[1, 2]
    c00, c01, c02 = s11 * s22 - s12 * s12, s02 * s12 - s01 * s22, s01 * s12 - s02 * s11
    det = s00 * c00 + s01 * c01 + s02 * c02
    scale = 1.0 / det
    inv[0], inv[1], inv[2] = c00 * scale, c01 * scale, c02 * scale
    inv[3] = (s00 * s22 - s02 * s02) * scale
    inv[4] = (s01 * s02 - s00 * s12) * scale
    inv[5] = (s00 * s11 - s01 * s01) * scale
    z0, z1, z2 = z[0], z[1], z[2]
    d2 = z0 * (inv[0] * z0 + 2 * (inv[1] * z1 + inv[2] * z2))
    d2 += z1 * (inv[3] * z1 + 2 * inv[4] * z2) + z2 * inv[5] * z2
    row.det[m] = det
    return d2


@part
def innovate_rate(row: Any, m: int, place: Any) -> float:
    """Fill gain, innovation and variance of the range rate, given the place that `innovate` has
    compared; multiply the likelihood; return the squared distance."""
    x, cov, pht, inv, z = row.x[m], row.cov[m], row.pht[m], row.inverse[m], row.z[m]
    dx, dy, dz = x[0] - place.origin[0], x[1] - place.origin[1], x[2] - place.origin[2]
    slant = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    ux, uy, uz = dx / slant, dy / slant, dz / slant
    rate = ux * x[3] + uy * x[4] + uz * x[5]
    h = (
        (x[3] - rate * ux) / slant,
        (x[4] - rate * uy) / slant,
        (x[5] - rate * uz) / slant,
        ux,
        uy,
        uz,
    )
    c0 = c1 = c2 = 0.0
    for u in range(6):
        c0 += h[u] * pht[u, 0]
        c1 += h[u] * pht[u, 1]
        c2 += h[u] * pht[u, 2]
    g0 = inv[0] * c0 + inv[1] * c1 + inv[2] * c2
    g1 = inv[1] * c0 + inv[3] * c1 + inv[4] * c2
    g2 = inv[2] * c0 + inv[4] * c1 + inv[5] * c2
    s = place.rate_var
    for u in range(6):
        value = 0.0
        for v in range(6):
            value += (cov[u, v] if u <= v else cov[v, u]) * h[v]
        s += h[u] * value
        row.rate_gain[m, u] = value - pht[u, 0] * g0 - pht[u, 1] * g1 - pht[u, 2] * g2
    s -= c0 * g0 + c1 * g1 + c2 * g2
    off = place.rate - rate - g0 * z[0] - g1 * z[1] - g2 * z[2]
    row.rate_z[m], row.rate_s[m] = off, s
    row.value[m] *= math.exp(-0.5 * off * off / s) / math.sqrt(2 * math.pi * s)
    return off * off / s


@part
def mixture_likelihood(
    row: Any, lag: float, place: Any, tuning: Any, gate2: float
) -> tuple[float, float]:
    """Return (least squared distance of a live model, likelihood over all models, 0 when that
    distance is beyond the gate)."""
    best, total = math.inf, 0.0
    for m in range(MODELS):
        if row.weight[m] > 0.0:
            row.d2[m] = innovate(row, m, lag, tuning.noise[m], place)
            best = min(best, row.d2[m])
    if best > gate2:
        return best, 0.0
    rated = not math.isnan(place.rate) and lag > -RATE_LATE_S
    best = math.inf
    for m in range(MODELS):
        if row.weight[m] > 0.0:
            d2 = row.d2[m]
            if d2 < _FAR:
                row.value[m] = math.exp(-0.5 * d2) / math.sqrt(_TWO_PI_CUBED * row.det[m])
                if rated:
                    d2 += innovate_rate(row, m, place)
            total += row.weight[m] * row.value[m]
            best = min(best, d2)
    return best, total


@part
def correct(track: Any, row: Any) -> None:
    """Write a guess, corrected by the place it was last compared with, back to its track."""
    total = 0.0
    for m in range(MODELS):
        track.weight[m] = row.weight[m] * row.value[m] if row.weight[m] > 0.0 else 0.0
        total += track.weight[m]
    for m in range(MODELS):
        if row.weight[m] > 0.0:
            # Where every model found it impossible, what was believed before stays.
            track.weight[m] = track.weight[m] / total if total > 0.0 else row.weight[m]
            correct_model(track.model_x[m], track.model_cov[m], row, m)
    drop_slight(track.weight)
    combine(track)


@part
def correct_model(x: Any, cov: Any, row: Any, m: int) -> None:
    """Kalman correction of one model, from what innovate left in the guess."""
    pht, inv, z = row.pht[m], row.inverse[m], row.z[m]
    for u in range(6):
        g0 = pht[u, 0] * inv[0] + pht[u, 1] * inv[1] + pht[u, 2] * inv[2]
        g1 = pht[u, 0] * inv[1] + pht[u, 1] * inv[3] + pht[u, 2] * inv[4]
        g2 = pht[u, 0] * inv[2] + pht[u, 1] * inv[4] + pht[u, 2] * inv[5]
        x[u] = row.x[m, u] + g0 * z[0] + g1 * z[1] + g2 * z[2]
        for v in range(u, 6):
            cov[u, v] = row.cov[m, u, v] - g0 * pht[v, 0] - g1 * pht[v, 1] - g2 * pht[v, 2]
    if row.rate_s[m] > 0.0:
        gain, scale = row.rate_gain[m], 1.0 / row.rate_s[m]
        for u in range(6):
            x[u] += gain[u] * row.rate_z[m] * scale
            for v in range(u, 6):
                cov[u, v] -= gain[u] * gain[v] * scale


@part
def drop_slight(weight: Any) -> None:
    """Drop the kind of motion (flying, falling) that the plots have ruled out."""
    flies = weight[0] + weight[1] + weight[2]
    if flies < SLIGHT:
        for m in range(FLYING):
            weight[m] = 0.0
        flies = 0.0
    falls = weight[3] + weight[4]
    if falls < SLIGHT:
        for m in range(FLYING, MODELS):
            weight[m] = 0.0
        falls = 0.0
    for m in range(MODELS):
        weight[m] /= flies + falls
