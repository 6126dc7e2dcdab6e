"""Ballistic flight of many objects, one after the other, with a fixed RK4 step.

Earth-fixed frame: centrifugal and Coriolis terms are forces. Sources: Vallado, Fundamentals of
Astrodynamics, 4th ed., 8.6 (J2), 8.7 (drag).
"""

import math
from typing import Any

import numpy as np

from skypact.core.geodesy import FLATTENING, GM_M3PS2, SEMI_MAJOR_AXIS_M
from skypact.core.jit import F8, I8, arrays, kernel, part, signature, together

SCALE_HEIGHT_M = 7200.0
BISECTIONS = 30
State = tuple[float, float, float, float, float, float]


@part
def height_above(x: float, y: float, z: float) -> float:
    """Return the height above the ellipsoid along the radius, under 30 m off at 200 km."""
    r2 = x * x + y * y + z * z
    sin2 = z * z / r2
    polar = 1 - FLATTENING
    surface = polar / math.sqrt(polar * polar + FLATTENING * (2 - FLATTENING) * sin2)
    return math.sqrt(r2) - SEMI_MAJOR_AXIS_M * surface


@part
def rate(s: State, drag: float, j2: float, spin: float, density: float) -> State:
    """Return velocity and acceleration. drag: ballistic coefficient, kg/m2; density: at the ground,
    0 for none."""
    x, y, z, u, v, w = s
    r2 = x * x + y * y + z * z
    pull = -GM_M3PS2 / (r2 * math.sqrt(r2))
    bulge = 1.5 * j2 * SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M / r2
    flat = 5 * z * z / r2
    around = pull * (1 + bulge * (1 - flat)) + spin * spin
    brake = 0.0
    if density > 0:
        air = density * math.exp(-max(height_above(x, y, z), 0.0) / SCALE_HEIGHT_M)
        brake = 0.5 * air * math.sqrt(u * u + v * v + w * w) / drag
    return (
        u,
        v,
        w,
        x * around + 2 * spin * v - brake * u,
        y * around - 2 * spin * u - brake * v,
        z * pull * (1 + bulge * (3 - flat)) - brake * w,
    )


@part
def ahead(s: State, d: State, h: float) -> State:
    """Return s + h d."""
    return (
        s[0] + h * d[0],
        s[1] + h * d[1],
        s[2] + h * d[2],
        s[3] + h * d[3],
        s[4] + h * d[4],
        s[5] + h * d[5],
    )


@part
def stepped(s: State, drag: float, j2: float, spin: float, density: float, h: float) -> State:
    """Return the state one step of h seconds later."""
    k1 = rate(s, drag, j2, spin, density)
    k2 = rate(ahead(s, k1, h / 2), drag, j2, spin, density)
    k3 = rate(ahead(s, k2, h / 2), drag, j2, spin, density)
    k4 = rate(ahead(s, k3, h), drag, j2, spin, density)
    return ahead(ahead(ahead(ahead(s, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6)


@part
def within(a: State, b: State, share: float, h: float, c: int) -> float:
    """Return coordinate c at a share (0..1) of a step: cubic Hermite."""
    jump, d0, d1 = b[c] - a[c], a[c + 3] * h, b[c + 3] * h
    return a[c] + share * (d0 + share * (3 * jump - 2 * d0 - d1 + share * (d0 + d1 - 2 * jump)))


@part
def ground_share(a: State, b: State, h: float) -> float:
    """Return the share of a step after which the ground is reached."""
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        x, y, z = within(a, b, middle, h, 0), within(a, b, middle, h, 1), within(a, b, middle, h, 2)
        if height_above(x, y, z) > 0:
            low = middle
        else:
            high = middle
    return high


@kernel(
    signature(
        together(arrays(F8, 1), arrays(F8, 2)),
        *(arrays(F8, 2), arrays(F8, 2), arrays(F8, 1), arrays(F8, 1), F8, I8, arrays(F8, 3)),
    )
)
def flights(
    p: Any, v: Any, drag: Any, forces: Any, step_s: float, steps_max: int, states: Any
) -> Any:
    """Fly each object to the ground; return flight times (N,) and impacts (N, 3), NaN for those
    that are still up after `steps_max`.

    p, v (N, 3) ECEF; drag (N,) kg/m2; forces: J2, rad/s of the Earth, kg/m3 of air. states
    (T, N, 6): filled with one state a step from the start on, the last repeated; T 0 for none.
    """
    n, kept = len(p), len(states)
    flight_s, impact = np.full(n, np.nan), np.full((n, 3), np.nan)
    for i in range(n):
        s = (p[i, 0], p[i, 1], p[i, 2], v[i, 0], v[i, 1], v[i, 2])
        done = 0
        while done < steps_max and math.isnan(flight_s[i]):
            if done < kept:
                for c in range(6):
                    states[done, i, c] = s[c]
            before = s
            s = stepped(s, drag[i], forces[0], forces[1], forces[2], step_s)
            if height_above(s[0], s[1], s[2]) <= 0:
                share = ground_share(before, s, step_s)
                flight_s[i] = (done + share) * step_s
                for c in range(3):
                    impact[i, c] = within(before, s, share, step_s, c)
            done += 1
        for k in range(done, kept):
            for c in range(6):
                states[k, i, c] = s[c]
    return flight_s, impact
