"""Registration's kernels: hits without their biases, and sensors compared on common tracks.

A plot of one sensor is held against two plots of another, on the same track, on either side of it
in time (asynchronous pseudo-measurements, after Lin, Bar-Shalom, Kirubarajan 2005).
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature
from skypact.tracking.kernels.layout import HIT, POINT, SITE

RANGE, SCALE, AZIMUTH, ELEVATION, TIME, EAST, NORTH, UP, BIASES = range(9)
# Columns of a tally, a row a sensor: pairs, of these rejected; clipped squares of its own scatter
# in range, azimuth, elevation, and how many; plots equal to the one before, and how many. Row 0
# alone: tracks whose reports are trusted, and contradicted.
PAIRS, REJECTED, SQUARE, COUNT, EQUAL, REPEATABLE = 0, 1, 2, 5, 8, 9
TRUSTED, CONTRADICTED, TALLY = 10, 11, 12
GATE2, REJECT2 = 9.0, 25.0  # three dimensions: full weight below, none above
CLIP = 9.0  # one wild plot counts no more than three standard deviations
GAP_PERIODS = 2.5
REPORT_GAP_NS = 12_000_000_000
# A target may leave the straight line between two plots with this acceleration.
ACCELERATION_MPS2 = 6.0
NOT_NEGATIVE = 0xFFFFFF  # a mask that lets the compiler see that an index is none from the end
# A report is trusted when two radars agree with it, in the mean, within this many standard
# deviations. Radars that may themselves be farther off than this are no witnesses.
AGREE_SD, WITNESS_VAR, WITNESSES = 3.0, 500.0**2, 2


@part
def axes_of(point: Any, rot: Any, azimuth: float, elevation: float) -> None:
    """Fill the axes of a point: away from the sensor, across, up."""
    sa, ca = math.sin(azimuth), math.cos(azimuth)
    se, ce = math.sin(elevation), math.cos(elevation)
    for c in range(3):
        point.axes[0, c] = sa * ce * rot[0, c] + ca * ce * rot[1, c] + se * rot[2, c]
        point.axes[1, c] = ca * rot[0, c] - sa * rot[1, c]
        point.axes[2, c] = -sa * se * rot[0, c] - ca * se * rot[1, c] + ce * rot[2, c]


@part
def level_axes(point: Any, x: float, y: float, z: float) -> None:
    """Fill the axes of a report: east, north, geocentric up."""
    flat = max(math.sqrt(x * x + y * y), 1e-9)
    r = math.sqrt(flat * flat + z * z)
    point.axes[0, 0], point.axes[0, 1], point.axes[0, 2] = -y / flat, x / flat, 0.0
    point.axes[1, 0], point.axes[1, 1] = -z * x / (flat * r), -z * y / (flat * r)
    point.axes[1, 2] = flat / r
    point.axes[2, 0], point.axes[2, 1], point.axes[2, 2] = x / r, y / r, z / r


@part
def place_radar(point: Any, hit: Any, site: Any, bias: Any) -> None:
    """Put a radar's hit where it is without the bias."""
    rot = site.rotation
    reach = hit.raw[0] * (1.0 - bias[SCALE]) - bias[RANGE]
    elevation = hit.raw[2] - bias[ELEVATION]
    if math.isnan(elevation):  # the track's own height stands in
        local = (0.0, 0.0, 0.0)
        dx = hit.place[0] - site.position[0]
        dy = hit.place[1] - site.position[1]
        dz = hit.place[2] - site.position[2]
        local = (
            rot[0, 0] * dx + rot[0, 1] * dy + rot[0, 2] * dz,
            rot[1, 0] * dx + rot[1, 1] * dy + rot[1, 2] * dz,
            rot[2, 0] * dx + rot[2, 1] * dy + rot[2, 2] * dz,
        )
        elevation = math.atan2(local[2], math.sqrt(local[0] ** 2 + local[1] ** 2))
    axes_of(point, rot, hit.raw[1] - bias[AZIMUTH], elevation)
    for c in range(3):
        moved = bias[EAST] * rot[0, c] + bias[NORTH] * rot[1, c] + bias[UP] * rot[2, c]
        point.x[c] = site.position[c] + reach * point.axes[0, c] + moved
    point.lever[0], point.lever[1], point.lever[2] = 1.0, reach * math.cos(elevation), reach
    point.time_ns = hit.time_ns - np.int64(1e9 * bias[TIME])


@kernel(
    signature(
        I8,
        *(arrays(record(HIT), 1), arrays(record(SITE), 1), arrays(F8, 2), arrays(F8, 2)),
        arrays(record(POINT), 1),
    )
)
def place_hits(hits: Any, sites: Any, biases: Any, factors: Any, points: Any) -> int:
    """Fill a POINT for each HIT: where it is without `biases` (radars, BIASES), how surely.

    factors (radars, 3): by how much the noise variance is raised. Returns how many.
    """
    radars = sites.size - 1
    for i in range(hits.size):
        hit, point = hits[i], points[i]
        s = hit.sensor
        point.track, point.sensor, point.time_ns = hit.track, s, hit.time_ns
        for c in range(3):
            point.raw[c], point.pace[c] = hit.raw[c], hit.pace[c]
        if s < radars:
            place_radar(point, hit, sites[s], biases[s])
        else:
            for c in range(3):
                point.x[c], point.lever[c] = hit.raw[c], 1.0
            level_axes(point, hit.raw[0], hit.raw[1], hit.raw[2])
        for u in range(3):
            for v in range(3):
                value = 0.0
                for c in range(3):
                    variance = point.lever[c] ** 2 * hit.noise_var[c]
                    if s < radars:
                        variance *= factors[s, c]
                    value += variance * point.axes[c, u] * point.axes[c, v]
                point.cov[u, v] = value
    return hits.size


@part
def around(points: Any, low: int, high: int, i: int, other: int, gap_ns: int) -> tuple[int, int]:
    """Return the rows of sensor `other` before and after row i in low..high, (-1, -1) if none."""
    first, last = i - 1, i + 1
    while first >= low and points[first].sensor != other:
        first -= 1
    while last < high and points[last].sensor != other:
        last += 1
    if first < low or last >= high:
        return -1, -1
    gap = points[last].time_ns - points[first].time_ns
    if gap <= 0 or gap > gap_ns:
        return -1, -1
    return first, last


@part
def differ(one: Any, first: Any, last: Any, z: Any, cov: Any) -> None:
    """Fill z: one less the other's place at the time; its noise covariance."""
    gap = 1e-9 * (last.time_ns - first.time_ns)
    share = 1e-9 * (one.time_ns - first.time_ns) / gap
    bend = ACCELERATION_MPS2 * share * (1.0 - share) * gap * gap / 2
    for u in range(3):
        z[u] = one.x[u] - first.x[u] - share * (last.x[u] - first.x[u])
        for v in range(3):
            cov[u, v] = one.cov[u, v] + (bend * bend if u == v else 0.0)
            cov[u, v] += (1.0 - share) ** 2 * first.cov[u, v] + share**2 * last.cov[u, v]


@part
def moves(point: Any, rot: Any, pace: Any, prior: Any, sign: float, at: int, g: Any) -> None:
    """Fill columns at..at+BIASES of g (3, 2 BIASES): what each bias, in units of its prior, does
    to a residual."""
    reach = point.lever[2]
    for u in range(3):
        g[u, at + RANGE] = sign * prior[RANGE] * point.axes[0, u]
        g[u, at + SCALE] = sign * prior[SCALE] * reach * point.axes[0, u]
        g[u, at + AZIMUTH] = sign * prior[AZIMUTH] * point.lever[1] * point.axes[1, u]
        g[u, at + ELEVATION] = sign * prior[ELEVATION] * reach * point.axes[2, u]
        g[u, at + TIME] = -sign * prior[TIME] * pace[u]
        for c in range(3):
            g[u, at + EAST + c] = -sign * prior[EAST + c] * rot[c, u]


@part
def invert(m: Any, out: Any) -> None:
    """Fill the inverse of a symmetric 3x3 matrix."""
    out[0, 0] = m[1, 1] * m[2, 2] - m[1, 2] * m[1, 2]
    out[1, 1] = m[0, 0] * m[2, 2] - m[0, 2] * m[0, 2]
    out[2, 2] = m[0, 0] * m[1, 1] - m[0, 1] * m[0, 1]
    out[0, 1] = m[0, 2] * m[1, 2] - m[0, 1] * m[2, 2]
    out[0, 2] = m[0, 1] * m[1, 2] - m[0, 2] * m[1, 1]
    out[1, 2] = m[0, 1] * m[0, 2] - m[1, 2] * m[0, 0]
    det = m[0, 0] * out[0, 0] + m[0, 1] * out[0, 1] + m[0, 2] * out[0, 2]
    for u in range(3):
        for v in range(u, 3):
            out[u, v] /= det
            out[v, u] = out[u, v]


@part
def quadratic(m: Any, a: Any, b: Any) -> float:
    """Return a' m b in three dimensions."""
    value = 0.0
    for u in range(3):
        for v in range(3):
            value += a[u] * m[u, v] * b[v]
    return value


@part
def spread_of(wide: Any, one: int, other: int, g: Any, half: Any, out: Any) -> None:
    """Fill out (3, 3) = g wide g'; one, other: where the biases of the two sensors begin in wide;
    half: (3, 2 BIASES) to work in."""
    one, other = one & NOT_NEGATIVE, other & NOT_NEGATIVE
    half[:, :] = 0.0
    for u in range(3):
        for a in range(2 * BIASES):
            share = g[u, a]
            at = one + a if a < BIASES else other + a - BIASES
            for b in range(BIASES):
                half[u, b] += share * wide[at, one + b]
            for b in range(BIASES):
                half[u, BIASES + b] += share * wide[at, other + b]
    for u in range(3):
        for v in range(u, 3):
            value = 0.0
            for b in range(2 * BIASES):
                value += half[u, b] * g[v, b]
            out[u, v] = out[v, u] = value


@part
def learn(
    g: Any, one: int, other: int, z: Any, weight: Any, estimate: Any, kind: int, weighed: Any
) -> None:
    """Add a measurement z = g (biases - flat) + noise to the information of a kind; one, other:
    where the biases of the two sensors begin; weighed: (3, 2 BIASES) to work in."""
    _, flat, information, vector = estimate
    one, other, kind = one & NOT_NEGATIVE, other & NOT_NEGATIVE, kind & NOT_NEGATIVE
    for u in range(3):
        for a in range(2 * BIASES):
            weighed[u, a] = weight[u, 0] * g[0, a] + weight[u, 1] * g[1, a] + weight[u, 2] * g[2, a]
    for u in range(3):
        total = z[u]
        for a in range(BIASES):
            total += g[u, a] * flat[one + a] + g[u, BIASES + a] * flat[other + a]
        for b in range(BIASES):
            vector[kind, one + b] += weighed[u, b] * total
        for b in range(BIASES):
            vector[kind, other + b] += weighed[u, BIASES + b] * total
    for a in range(2 * BIASES):
        at = one + a if a < BIASES else other + a - BIASES
        for u in range(3):
            share = g[u, a]
            for b in range(BIASES):
                information[kind, at, one + b] += share * weighed[u, b]
            for b in range(BIASES):
                information[kind, at, other + b] += share * weighed[u, BIASES + b]
