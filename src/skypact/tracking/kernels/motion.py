"""Motion: interacting multiple models on the Earth (Blom, Bar-Shalom 1988).

Flying models are nearly constant velocity in ECEF, falling ones feel gravity (and, when asked,
the Earth's rotation). The two kinds never mix: what flies does not turn into what falls.
Covariances of single models are kept in their upper triangles only.
"""

import math
from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.layout import FLYING, MODELS

GM = 3.986004418e14
EARTH_RATE = 7.292115e-5
_TWO_PI_CUBED = (2 * math.pi) ** 3


@part
def mix_flying(track: Any, stay: float, row: Any) -> None:
    """Mix the three flying models of a track into a guess; `stay`: they keep their model."""
    weight, x, cov = track.weight, track.model_x, track.model_cov
    total = weight[0] + weight[1] + weight[2]
    if total <= 0.0:
        row.weight[0] = row.weight[1] = row.weight[2] = 0.0
        return
    move = 0.5 * (1.0 - stay)
    for b in range(FLYING):
        c = move * total + (stay - move) * weight[b]
        row.weight[b] = c
        for a in range(FLYING):
            row.share[b, a] = (stay if a == b else move) * weight[a] / c
    for u in range(6):
        d1, d2 = x[1, u] - x[0, u], x[2, u] - x[0, u]
        for b in range(FLYING):
            row.x[b, u] = row.share[b, 1] * d1 + row.share[b, 2] * d2
    for u in range(6):
        d1, d2 = x[1, u] - x[0, u], x[2, u] - x[0, u]
        for v in range(u, 6):
            p0 = cov[0, u, v]
            p1 = cov[1, u, v] + d1 * (x[1, v] - x[0, v])
            p2 = cov[2, u, v] + d2 * (x[2, v] - x[0, v])
            for b in range(FLYING):
                mixed = row.share[b, 0] * p0 + row.share[b, 1] * p1 + row.share[b, 2] * p2
                row.cov[b, u, v] = mixed - row.x[b, u] * row.x[b, v]
    for b in range(FLYING):
        for u in range(6):
            row.x[b, u] += x[0, u]


@part
def mix_falling(track: Any, stay: float, row: Any) -> None:
    """Mix the two falling models of a track into a guess; `stay`: they keep their model."""
    weight, x, cov = track.weight, track.model_x, track.model_cov
    total = weight[FLYING] + weight[FLYING + 1]
    if total <= 0.0:
        row.weight[FLYING] = row.weight[FLYING + 1] = 0.0
        return
    for b in range(FLYING, MODELS):
        c = (1.0 - stay) * total + (2.0 * stay - 1.0) * weight[b]
        row.weight[b] = c
        other = (stay if b == FLYING + 1 else 1.0 - stay) * weight[FLYING + 1] / c
        for u in range(6):
            du = x[FLYING + 1, u] - x[FLYING, u]
            row.x[b, u] = x[FLYING, u] + other * du
            for v in range(u, 6):
                p0, p1 = cov[FLYING, u, v], cov[FLYING + 1, u, v]
                apart = other * (1.0 - other) * du * (x[FLYING + 1, v] - x[FLYING, v])
                row.cov[b, u, v] = p0 + other * (p1 - p0) + apart


@part
def copy_models(track: Any, row: Any) -> None:
    """Copy the models of a track to a guess, unchanged."""
    for m in range(MODELS):
        row.weight[m] = track.weight[m]
        for u in range(6):
            row.x[m, u] = track.model_x[m, u]
            for v in range(u, 6):
                row.cov[m, u, v] = track.model_cov[m, u, v]


@part
def pull(
    px: float, py: float, pz: float, vx: float, vy: float, rotation: float
) -> tuple[float, float, float]:
    """Return the acceleration of a free fall in ECEF, m/s2."""
    r2 = px * px + py * py + pz * pz
    g = -GM / (r2 * math.sqrt(r2))
    w = EARTH_RATE * rotation
    return g * px + w * w * px + 2 * w * vy, g * py + w * w * py - 2 * w * vx, g * pz


@part
def advance(x: Any, dt: float, falls: bool, rotation: float) -> None:
    """Move one state by dt seconds, in place."""
    px, py, pz, vx, vy, vz = x[0], x[1], x[2], x[3], x[4], x[5]
    x[0], x[1], x[2] = px + dt * vx, py + dt * vy, pz + dt * vz
    if falls:
        ax, ay, az = pull(px, py, pz, vx, vy, rotation)
        half = 0.5 * dt * dt
        bx, by, bz = pull(
            x[0] + half * ax,
            x[1] + half * ay,
            x[2] + half * az,
            vx + dt * ax,
            vy + dt * ay,
            rotation,
        )
        sixth = dt * dt / 6
        x[0] += sixth * (2 * ax + bx)
        x[1] += sixth * (2 * ay + by)
        x[2] += sixth * (2 * az + bz)
        x[3] += 0.5 * dt * (ax + bx)
        x[4] += 0.5 * dt * (ay + by)
        x[5] += 0.5 * dt * (az + bz)


@part
def spread(cov: Any, dt: float, q: float, vertical: float, x: Any) -> None:
    """Let one covariance (upper triangle) grow by dt seconds of constant velocity with white
    acceleration: in the horizontal plane, a share of it along the vertical."""
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    n1 = q * dt
    n2, n3 = n1 * dt / 2, n1 * dt * dt / 3
    lean = (vertical - 1.0) / r2
    for u in range(3):
        for v in range(u, 3):
            n = (1.0 if u == v else 0.0) + lean * x[u] * x[v]
            grown = dt * cov[u + 3, v + 3]
            cov[u, v] += dt * (cov[u, v + 3] + cov[v, u + 3] + grown) + n * n3
    for u in range(3):
        for v in range(u, 3):
            n = (1.0 if u == v else 0.0) + lean * x[u] * x[v]
            grown = dt * cov[u + 3, v + 3] + n * n2
            cov[u, v + 3] += grown
            if u != v:
                cov[v, u + 3] += grown
            cov[u + 3, v + 3] += n * n1


@part
def predict(track: Any, dt: float, tuning: Any, row: Any) -> None:
    """Put a track, dt seconds on (never back: dt <= 0 copies), into a guess."""
    if dt <= 0.0:
        copy_models(track, row)
        return
    stay = math.exp(-dt / tuning.manoeuvre_s)
    mix_flying(track, stay, row)
    mix_falling(track, stay, row)
    for m in range(MODELS):
        if row.weight[m] > 0.0:
            advance(row.x[m], dt, m >= FLYING, tuning.rotation)
            share = tuning.vertical if m < FLYING else 1.0
            spread(row.cov[m], dt, tuning.noise[m], share, row.x[m])


@part
def combine(track: Any) -> None:
    """Put the moments of all models of a track together in its x and cov."""
    x, cov = track.x, track.cov
    for u in range(6):
        x[u] = 0.0
        for v in range(u, 6):
            cov[u, v] = 0.0
    for m in range(MODELS):
        w = track.weight[m]
        if w > 0.0:
            for u in range(6):
                x[u] += w * track.model_x[m, u]
    for m in range(MODELS):
        w = track.weight[m]
        if w > 0.0:
            for u in range(6):
                du = track.model_x[m, u] - x[u]
                for v in range(u, 6):
                    cov[u, v] += w * (track.model_cov[m, u, v] + du * (track.model_x[m, v] - x[v]))
    for u in range(1, 6):
        for v in range(u):
            cov[u, v] = cov[v, u]


@part
def lone_wide(track: Any, dt: float, tuning: Any) -> float:
    """Return how far away, in dt seconds, a plot can be worth more as the second of a track than as
    a false one: the longer it takes and the wilder the motion, the less likely is any one place.

    With velocities of variance v along any direction the likelihood after t seconds is at most
    exp(-off2 / (2 v t2)) / sqrt((2 pi)3 det v) / t3. It pays up to off = t sqrt(2 v (c - 3 ln t)),
    which is greatest at ln t = c / 3 - 1 / 2.
    """
    weight, most = track.weight, 0.0
    for m in (FLYING - 1, MODELS - 1):  # of each kind the one that may turn hardest
        total = weight[0] + weight[1] + weight[2] if m < FLYING else weight[3] + weight[4]
        if total <= 0.0:
            continue
        cov = track.model_cov[m]
        worth = math.log(2 * total) - first_spread(cov) + track.odds - tuning.floor
        pace = math.sqrt(fastest(cov))
        lag = min(dt, math.exp(min(worth / 3, 20.0)))
        far = min(
            math.sqrt(tuning.gate2) * lag, math.sqrt(3.0) * math.exp(min(worth / 3 - 0.5, 20.0))
        )
        size = cov[0, 0] + cov[1, 1] + cov[2, 2] + tuning.noise[m] * lag**3
        most = max(most, pace * far + math.sqrt(tuning.gate2 * size) + 5.0 * lag * lag)
    return most


@part
def first_spread(cov: Any) -> float:
    """Return the log of sqrt((2 pi)3 det v), v the covariance of the velocity."""
    a, b, c, d, e, f = cov[3, 3], cov[3, 4], cov[3, 5], cov[4, 4], cov[4, 5], cov[5, 5]
    det = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)
    return 0.5 * math.log(_TWO_PI_CUBED * det)


@part
def fastest(cov: Any) -> float:
    """Return a bound of the variance of the velocity along any direction (Gershgorin)."""
    a, b, c = abs(cov[3, 4]), abs(cov[3, 5]), abs(cov[4, 5])
    return max(cov[3, 3] + a + b, a + cov[4, 4] + c, b + c + cov[5, 5])
