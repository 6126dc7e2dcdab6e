"""Measurement: what a radar or a position report says of a state, and the Kalman correction."""

import math
from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.layout import FLYING, MODELS
from skypact.tracking.kernels.motion import combine

SEMI_MAJOR = 6378137.0
SEMI_MINOR = 6356752.314245179
SLIGHT = 1e-3  # a kind of motion less likely than this is dropped


@part
def height_of(px: float, py: float, pz: float) -> float:
    """Return the height above WGS84 along the geocentric vertical (within 1 m below 200 km)."""
    r2 = px * px + py * py + pz * pz
    r = math.sqrt(r2)
    s2 = pz * pz / r2
    a2, b2 = SEMI_MAJOR * SEMI_MAJOR, SEMI_MINOR * SEMI_MINOR
    return r - SEMI_MAJOR * SEMI_MINOR / math.sqrt(b2 * (1.0 - s2) + a2 * s2)


@part
def wrap(angle_rad: float) -> float:
    """Return the angle in -pi..pi."""
    return angle_rad - 2 * math.pi * math.floor((angle_rad + math.pi) / (2 * math.pi))


@part
def clear_row(look: Any, row: int) -> None:
    """Make a row of the measurement say nothing."""
    for c in range(3):
        look.h[row, c] = 0.0
    look.z[row] = 0.0
    look.r[row] = 1.0


@part
def observe_polar(
    site: Any, plot: Any, px: float, py: float, pz: float, tuning: Any, look: Any
) -> int:
    """Fill h, z, r for a radar plot and a target at p; return how many rows measure."""
    rot = site.rotation
    dx, dy, dz = px - site.position[0], py - site.position[1], pz - site.position[2]
    e = rot[0, 0] * dx + rot[0, 1] * dy + rot[0, 2] * dz
    n = rot[1, 0] * dx + rot[1, 1] * dy + rot[1, 2] * dz
    u = rot[2, 0] * dx + rot[2, 1] * dy + rot[2, 2] * dz
    flat2 = max(e * e + n * n, 1.0)
    flat = math.sqrt(flat2)
    slant = math.sqrt(flat2 + u * u)
    for c in range(3):
        look.h[0, c] = (e * rot[0, c] + n * rot[1, c] + u * rot[2, c]) / slant
        look.h[1, c] = (n * rot[0, c] - e * rot[1, c]) / flat2
    look.z[0] = plot.polar[0] - slant
    look.z[1] = wrap(plot.polar[1] - math.atan2(e, n))
    look.r[0], look.r[1] = site.noise_var[0], site.noise_var[1]
    elevation = plot.polar[2]
    if not math.isnan(elevation):
        for c in range(3):
            side = (e * rot[0, c] + n * rot[1, c]) * u / flat
            look.h[2, c] = (flat * rot[2, c] - side) / (slant * slant)
        look.z[2] = elevation - math.atan2(u, flat)
        look.r[2] = site.noise_var[2]
        return 3
    if not math.isnan(plot.altitude):
        r = math.sqrt(px * px + py * py + pz * pz)
        look.h[2, 0], look.h[2, 1], look.h[2, 2] = px / r, py / r, pz / r
        look.z[2] = plot.altitude - height_of(px, py, pz)
        look.r[2] = tuning.pressure_var
        return 3
    clear_row(look, 2)
    return 2


@part
def observe_report(plot: Any, px: float, py: float, pz: float, look: Any) -> int:
    """Fill h, z, r for a position report and a target at p; return how many rows measure."""
    rot = plot.rotation
    dx = plot.position[0] - px
    dy = plot.position[1] - py
    dz = plot.position[2] - pz
    for row in range(3):
        for c in range(3):
            look.h[row, c] = rot[row, c]
        look.z[row] = rot[row, 0] * dx + rot[row, 1] * dy + rot[row, 2] * dz
        look.r[row] = plot.noise_var[row]
    return 3


@part
def observe(site: Any, plot: Any, px: float, py: float, pz: float, tuning: Any, look: Any) -> int:
    """Fill h, z, r for a plot of any sensor."""
    if site.radar == 0:
        return observe_report(plot, px, py, pz, look)
    return observe_polar(site, plot, px, py, pz, tuning, look)


@part
def innovate(cov: Any, lag: float, q: float, look: Any) -> tuple[float, float]:
    """Fill P h' and S inverse; return (squared Mahalanobis distance, log det S).

    `lag`: seconds from the state to the plot. A plot older than the state is compared with where
    the state says the target was, and what the target may have done since counts as noise
    (Bar-Shalom 2002, algorithm C, conservative).
    """
    h, pht = look.h, look.pht
    extra = q * abs(lag) ** 3 / 3
    for u in range(6):
        for row in range(3):
            value = 0.0
            for c in range(3):
                value += (cov[u, c] + lag * cov[u, c + 3]) * h[row, c]
            pht[u, row] = value
    s00, s11, s22 = look.r[0], look.r[1], look.r[2]
    s01 = s02 = s12 = 0.0
    for c in range(3):
        p0 = pht[c, 0] + lag * pht[c + 3, 0] + extra * h[0, c]
        p1 = pht[c, 1] + lag * pht[c + 3, 1] + extra * h[1, c]
        p2 = pht[c, 2] + lag * pht[c + 3, 2] + extra * h[2, c]
        s00 += h[0, c] * p0
        s01 += h[0, c] * p1
        s02 += h[0, c] * p2
        s11 += h[1, c] * p1
        s12 += h[1, c] * p2
        s22 += h[2, c] * p2
    c00, c01, c02 = s11 * s22 - s12 * s12, s02 * s12 - s01 * s22, s01 * s12 - s02 * s11
    det = s00 * c00 + s01 * c01 + s02 * c02
    inv = look.inverse
    inv[0, 0], inv[0, 1], inv[0, 2] = c00 / det, c01 / det, c02 / det
    inv[1, 1] = (s00 * s22 - s02 * s02) / det
    inv[1, 2] = (s01 * s02 - s00 * s12) / det
    inv[2, 2] = (s00 * s11 - s01 * s01) / det
    inv[1, 0], inv[2, 0], inv[2, 1] = inv[0, 1], inv[0, 2], inv[1, 2]
    z0, z1, z2 = look.z[0], look.z[1], look.z[2]
    d2 = z0 * (inv[0, 0] * z0 + 2 * (inv[0, 1] * z1 + inv[0, 2] * z2))
    d2 += z1 * (inv[1, 1] * z1 + 2 * inv[1, 2] * z2) + z2 * inv[2, 2] * z2
    return d2, math.log(det)


@part
def model_likelihood(
    row: Any,
    m: int,
    lag: float,
    site: Any,
    plot: Any,
    tuning: Any,
    look: Any,
) -> tuple[float, float]:
    """Return (squared distance, likelihood) of a plot under model m of a guess; look is filled."""
    x = row.x[m]
    dims = observe(
        site,
        plot,
        x[0] + lag * x[3],
        x[1] + lag * x[4],
        x[2] + lag * x[5],
        tuning,
        look,
    )
    d2, log_det = innovate(row.cov[m], lag, tuning.noise[m], look)
    return d2, math.exp(-0.5 * (d2 + log_det + dims * math.log(2 * math.pi)))


@part
def mixture_likelihood(
    row: Any, lag: float, site: Any, plot: Any, tuning: Any, look: Any
) -> tuple[float, float]:
    """Return (least squared distance of a live model, likelihood over all models)."""
    best, total = math.inf, 0.0
    for m in range(MODELS):
        if row.weight[m] > 0.0:
            d2, value = model_likelihood(row, m, lag, site, plot, tuning, look)
            total += row.weight[m] * value
            best = min(best, d2)
    return best, total


@part
def correct(
    track: Any,
    row: Any,
    lag: float,
    site: Any,
    plot: Any,
    tuning: Any,
    look: Any,
) -> None:
    """Write a guess, corrected by a plot, back to its track."""
    total = 0.0
    for m in range(MODELS):
        track.weight[m] = 0.0
        if row.weight[m] <= 0.0:
            continue
        _, value = model_likelihood(row, m, lag, site, plot, tuning, look)
        track.weight[m] = row.weight[m] * value
        total += track.weight[m]
        correct_model(track.model_x[m], track.model_cov[m], row.x[m], row.cov[m], look)
    if total > 0.0:
        for m in range(MODELS):
            track.weight[m] /= total
    else:  # every model found it impossible: keep what was believed before
        for m in range(MODELS):
            track.weight[m] = row.weight[m]
    drop_slight(track.weight)
    combine(track)


@part
def correct_model(x: Any, cov: Any, x_before: Any, cov_before: Any, look: Any) -> None:
    """Kalman correction of one model, from what innovate left in look."""
    pht, inv = look.pht, look.inverse
    for u in range(6):
        g0 = pht[u, 0] * inv[0, 0] + pht[u, 1] * inv[1, 0] + pht[u, 2] * inv[2, 0]
        g1 = pht[u, 0] * inv[0, 1] + pht[u, 1] * inv[1, 1] + pht[u, 2] * inv[2, 1]
        g2 = pht[u, 0] * inv[0, 2] + pht[u, 1] * inv[1, 2] + pht[u, 2] * inv[2, 2]
        x[u] = x_before[u] + g0 * look.z[0] + g1 * look.z[1] + g2 * look.z[2]
        for v in range(u, 6):
            value = cov_before[u, v] - g0 * pht[v, 0] - g1 * pht[v, 1] - g2 * pht[v, 2]
            cov[u, v] = value
            cov[v, u] = value


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
