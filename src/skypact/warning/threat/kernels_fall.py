"""Free fall to the ground, one object after the other: RK4 in ECEF (rotating Earth: centrifugal
and Coriolis terms), two-body + J2 + drag in an exponential atmosphere, a step of its own for each.
Source: Vallado, Fundamentals of Astrodynamics, 4th ed., 8.6 (J2), 8.7 (drag).
"""

import math

import numpy as np

from skypact.core.geodesy import (
    EARTH_RATE_RADPS,
    ECCENTRICITY2,
    F64,
    FLATTENING,
    GM_M3PS2,
    J2,
    SEMI_MAJOR_AXIS_M,
)
from skypact.core.jit import F8, arrays, kernel, part, signature, together

GRAVITY_MPS2 = 9.80665
POLAR_RADIUS_M = SEMI_MAJOR_AXIS_M * (1 - FLATTENING)
DENSITY_KGPM3 = 1.225
SCALE_HEIGHT_M = 7_200.0
AIR_TOP_M = 90_000.0
STEP_MAX_S = 60.0
STEPS_MAX = 1_000
FLIGHT_MAX_S = 3_600.0

State = tuple[float, float, float, float, float, float]


@part
def height_above_ellipsoid(x: float, y: float, z: float) -> float:
    """Return the height along the radius: exact on the ground, within 30 m below 200 km."""
    r2 = x * x + y * y + z * z
    surface = POLAR_RADIUS_M / math.sqrt(1 - ECCENTRICITY2 * (1 - z * z / r2))
    return math.sqrt(r2) - surface


@part
def derivative(s: State, drag: float) -> State:
    """Return velocity and acceleration; drag in m2/kg."""
    x, y, z, u, v, w = s
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    pull = -GM_M3PS2 / (r2 * r)
    bulge = 1.5 * J2 * SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M / r2
    z2 = z * z / r2
    flat = pull * (1 + bulge * (1 - 5 * z2)) + EARTH_RATE_RADPS * EARTH_RATE_RADPS
    brake = 0.0
    if drag > 0:
        height = max(height_above_ellipsoid(x, y, z), 0.0)
        density = DENSITY_KGPM3 * math.exp(-height / SCALE_HEIGHT_M)
        brake = 0.5 * density * drag * math.sqrt(u * u + v * v + w * w)
    return (
        u,
        v,
        w,
        x * flat + 2 * EARTH_RATE_RADPS * v - brake * u,
        y * flat - 2 * EARTH_RATE_RADPS * u - brake * v,
        z * pull * (1 + bulge * (3 - 5 * z2)) - brake * w,
    )


@part
def moved(s: State, d: State, h: float) -> State:
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
def advanced(s: State, drag: float, h: float) -> State:
    """Return the state one RK4 step of `h` seconds later."""
    k1 = derivative(s, drag)
    k2 = derivative(moved(s, k1, h / 2), drag)
    k3 = derivative(moved(s, k2, h / 2), drag)
    k4 = derivative(moved(s, k3, h), drag)
    return moved(moved(moved(moved(s, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6)


@part
def step_s(s: State, drag: float) -> float:
    """Return a long step in vacuum; in air half a scale height or a tenth of the speed."""
    x, y, z, u, v, w = s
    height = height_above_ellipsoid(x, y, z)
    climb = (x * u + y * v + z * w) / math.sqrt(x * x + y * y + z * z)
    left = (climb + math.sqrt(climb * climb + 2 * GRAVITY_MPS2 * max(height, 0.0))) / GRAVITY_MPS2
    free = min(max(left / 8, 1.0), STEP_MAX_S)
    if drag <= 0:
        return free
    if height > AIR_TOP_M:
        # A step from above the air may not leap through it.
        return min(free, max((height - AIR_TOP_M) / max(-climb, 1.0), 5.0))
    speed = math.sqrt(u * u + v * v + w * w)
    brake = 0.5 * DENSITY_KGPM3 * math.exp(-max(height, 0.0) / SCALE_HEIGHT_M) * speed * drag
    thick = min(0.5 * SCALE_HEIGHT_M / (abs(climb) + 50), 0.1 / max(brake, 1e-9))
    return min(free, max(thick, 0.1))


@part
def rest_s(s: State, drag: float, step: float) -> float:
    """Return the part of the step until the ground: bisection on the height, to 0.1 ms."""
    low, high = 0.0, step
    while high - low > 1e-4:
        middle = (low + high) / 2
        there = advanced(s, drag, middle)
        if height_above_ellipsoid(there[0], there[1], there[2]) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@kernel(
    signature(together(arrays(F8, 2), arrays(F8, 1)), arrays(F8, 2), arrays(F8, 2), arrays(F8, 1))
)
def fall(position: F64, velocity: F64, drag: F64) -> tuple[F64, F64]:
    """Return ground points (M, 3) in ECEF and times (M,) in s; NaN for what stays up an hour.

    position, velocity: (M, 3) ECEF in m, m/s; drag (M,): drag area over mass in m2/kg, 0 no air.
    """
    count = len(drag)
    ground, time = np.full((count, 3), np.nan), np.full(count, np.nan)
    for i in range(count):
        p, v = position[i], velocity[i]
        s = (p[0], p[1], p[2], v[0], v[1], v[2])
        passed = 0.0
        for _ in range(STEPS_MAX):
            step = step_s(s, drag[i])
            after = advanced(s, drag[i], step)
            if height_above_ellipsoid(after[0], after[1], after[2]) <= 0:
                rest = rest_s(s, drag[i], step)
                landed = advanced(s, drag[i], rest)
                ground[i, 0], ground[i, 1], ground[i, 2] = landed[0], landed[1], landed[2]
                time[i] = passed + rest
                break
            s, passed = after, passed + step
            if passed > FLIGHT_MAX_S:
                break
    return ground, time
