"""Motion: interacting multiple models on the Earth (Blom, Bar-Shalom 1988).

Flying models are nearly constant velocity in ECEF, falling ones feel gravity (and, when asked,
the Earth's rotation). The two kinds never mix: what flies does not turn into what falls.
"""

import math
from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.layout import FLYING, MODELS

GM = 3.986004418e14
EARTH_RATE = 7.292115e-5


@part
def mix(track: Any, first: int, last: int, stay: float, row: Any) -> None:
    """Mix models first..last of a track into a guess; `stay`: they keep their model."""
    total = 0.0
    for a in range(first, last):
        total += track.weight[a]
    if total <= 0.0:
        for b in range(first, last):
            row.weight[b] = 0.0
        return
    move = (1.0 - stay) / (last - first - 1)
    for b in range(first, last):
        c = move * total + (stay - move) * track.weight[b]
        row.weight[b] = c
        for u in range(6):
            mean = 0.0
            for a in range(first, last):
                share = (stay if a == b else move) * track.weight[a] / c
                mean += share * track.model_x[a, u]
            row.x[b, u] = mean
        for u in range(6):
            for v in range(u, 6):
                value = 0.0
                for a in range(first, last):
                    share = (stay if a == b else move) * track.weight[a] / c
                    du = track.model_x[a, u] - row.x[b, u]
                    dv = track.model_x[a, v] - row.x[b, v]
                    value += share * (track.model_cov[a, u, v] + du * dv)
                row.cov[b, u, v] = value
                row.cov[b, v, u] = value


@part
def copy_models(track: Any, row: Any) -> None:
    """Copy the models of a track to a guess, unchanged."""
    for m in range(MODELS):
        row.weight[m] = track.weight[m]
        for u in range(6):
            row.x[m, u] = track.model_x[m, u]
            for v in range(6):
                row.cov[m, u, v] = track.model_cov[m, u, v]


@part
def pull(
    px: float, py: float, pz: float, vx: float, vy: float, rotation: float
) -> tuple[float, float, float]:
    """Return the acceleration of a free fall in ECEF, m/s2."""
    g = -GM / (px * px + py * py + pz * pz) ** 1.5
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
    """Let one covariance grow by dt seconds of constant velocity with white acceleration."""
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    for u in range(3):
        for v in range(3):
            cov[u, v] += dt * (cov[u, v + 3] + cov[u + 3, v]) + dt * dt * cov[u + 3, v + 3]
    for u in range(3):
        for v in range(3):
            cov[u, v + 3] += dt * cov[u + 3, v + 3]
            cov[v + 3, u] = cov[u, v + 3]
    for u in range(3):
        for v in range(3):
            # Noise lies in the horizontal plane, a share of it along the vertical.
            flat = (vertical - 1.0) * x[u] * x[v] / r2
            n = q * ((1.0 if u == v else 0.0) + flat)
            cov[u, v] += n * dt * dt * dt / 3
            cov[u, v + 3] += n * dt * dt / 2
            cov[v + 3, u] += n * dt * dt / 2
            cov[u + 3, v + 3] += n * dt


@part
def predict(track: Any, dt: float, tuning: Any, row: Any) -> None:
    """Put a track, dt seconds on (never back: dt <= 0 copies), into a guess."""
    if dt <= 0.0:
        copy_models(track, row)
        return
    stay = math.exp(-dt / tuning.manoeuvre_s)
    mix(track, 0, FLYING, stay, row)
    mix(track, FLYING, MODELS, stay, row)
    for m in range(MODELS):
        if row.weight[m] > 0.0:
            advance(row.x[m], dt, m >= FLYING, tuning.rotation)
            share = tuning.vertical if m < FLYING else 1.0
            spread(row.cov[m], dt, tuning.noise[m], share, row.x[m])


@part
def combine(track: Any) -> None:
    """Put the moments of all models of a track together in its x and cov."""
    for u in range(6):
        mean = 0.0
        for m in range(MODELS):
            if track.weight[m] > 0.0:
                mean += track.weight[m] * track.model_x[m, u]
        track.x[u] = mean
    for u in range(6):
        for v in range(u, 6):
            value = 0.0
            for m in range(MODELS):
                if track.weight[m] > 0.0:
                    du = track.model_x[m, u] - track.x[u]
                    dv = track.model_x[m, v] - track.x[v]
                    value += track.weight[m] * (track.model_cov[m, u, v] + du * dv)
            track.cov[u, v] = value
            track.cov[v, u] = value
