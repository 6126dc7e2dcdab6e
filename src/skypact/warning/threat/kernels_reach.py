"""Which places lie ahead of tracks or in impact ellipses, one track after the other.

Places are sorted by latitude: a track looks only at the band that it can reach. Nothing of the size
of tracks times places is made; of each nation at most `most` places of a track are kept. Seen from
a track, corners lie where the azimuthal equidistant projection puts them.
"""

import math
from typing import Any

import numpy as np

from skypact.core.geodesy import MEAN_RADIUS_M
from skypact.core.jit import F8, I8, arrays, kernel, part, signature, together
from skypact.core.kernels.pairing import first_beyond

TINY = 1e-12
NEAR2 = 0.01
Basis = tuple[float, float, float, float, float, float, float, float, float]


@part
def basis_at(lat: float, lon: float) -> Basis:
    """Return east, north, up of a point of the mean sphere."""
    sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    return -so, co, 0.0, -sl * co, -sl * so, cl, cl * co, cl * so, sl


@part
def seen_from(b: Basis, x: float, y: float, z: float) -> tuple[float, float]:
    """Return east, north in m of a unit vector, distance and direction kept."""
    east = b[0] * x + b[1] * y
    north = b[3] * x + b[4] * y + b[5] * z
    up = b[6] * x + b[7] * y + b[8] * z
    side2 = east * east + north * north
    if side2 < NEAR2 and up > 0:
        # The series of asin(x) / x, to 1e-10 here: several times as fast as the angle itself.
        scale = 1 + side2 / 6 * (1 + side2 * 9 / 20 * (1 + side2 * 25 / 42))
    else:
        side = math.sqrt(side2)
        scale = math.atan2(side, up) / max(side, TINY)
    return east * scale * MEAN_RADIUS_M, north * scale * MEAN_RADIUS_M


@part
def project(b: Basis, corner: Any, begin: int, end: int, out: Any) -> int:
    """Fill `out` with the corners of a polygon as seen from a point; return how many."""
    for k in range(begin, end):
        out[k - begin, 0], out[k - begin, 1] = seen_from(
            b, corner[k, 0], corner[k, 1], corner[k, 2]
        )
    return end - begin


@part
def gap_of(corner: Any, count: int) -> tuple[float, bool]:
    """Return the distance from (0, 0) to a polygon, 0 inside, and whether it is inside."""
    least2, inside = np.inf, False
    for k in range(count):
        j = k + 1 if k + 1 < count else 0
        ax, ay, bx, by = corner[k, 0], corner[k, 1], corner[j, 0], corner[j, 1]
        dx, dy = bx - ax, by - ay
        share = -(ax * dx + ay * dy) / max(dx * dx + dy * dy, TINY)
        share = min(max(share, 0.0), 1.0)
        fx, fy = ax + share * dx, ay + share * dy
        least2 = min(least2, fx * fx + fy * fy)
        if (ay > 0) != (by > 0) and ax - ay * dx / dy > 0:
            inside = not inside
    return (0.0 if inside else math.sqrt(least2)), inside


@part
def wrapped(turn: float) -> float:
    return (turn + math.pi) % (2 * math.pi) - math.pi


@part
def widths(corner: Any, count: int, course: float) -> tuple[float, float]:
    """Return the least and the greatest angle off the course to a polygon."""
    mx, my = 0.0, 0.0
    for k in range(count):
        mx += corner[k, 0]
        my += corner[k, 1]
    centre = wrapped(math.atan2(mx, my) - course)
    low, high = np.inf, -np.inf
    for k in range(count):
        off = centre + wrapped(math.atan2(corner[k, 0], corner[k, 1]) - course - centre)
        low, high = min(low, off), max(high, off)
    return low, high


@part
def closest_of(corner: Any, count: int, gap: float, course: float) -> float:
    """Return how near the way straight on comes to a polygon that is `gap` away, 0 through it."""
    s, c = math.sin(course), math.cos(course)
    least2 = gap * gap
    for k in range(count):
        j = k + 1 if k + 1 < count else 0
        along = corner[k, 0] * s + corner[k, 1] * c
        across = corner[k, 0] * c - corner[k, 1] * s
        if along > 0:
            least2 = min(least2, across * across)
        next_along = corner[j, 0] * s + corner[j, 1] * c
        next_across = corner[j, 0] * c - corner[j, 1] * s
        if (across > 0) != (next_across > 0):
            share = across / (across - next_across)
            if along + share * (next_along - along) > 0:
                return 0.0
    return math.sqrt(least2)


@part
def grown(pair: Any, value: Any, count: int) -> tuple[Any, Any]:
    """Return both with room for more."""
    more, longer = np.empty((2 * count, 2), np.int64), np.empty((2 * count, 2), np.float64)
    more[:count], longer[:count] = pair[:count], value[:count]
    return more, longer


@part
def places_corners(begin: Any) -> int:
    """Return the most corners of a place."""
    most = 1
    for p in range(len(begin) - 1):
        most = max(most, begin[p + 1] - begin[p])
    return most


@part
def in_band(row: Any, band: Any, centre: Any, reach_m: Any, widest: float, out: Any) -> int:
    """Fill `out` with places whose circle touches the cone and the least way to each; return how
    many. Never too strict."""
    lat, lon, course, cone, spare, _, look = row
    b = basis_at(lat, lon)
    found, wide = 0, (look + widest) / MEAN_RADIUS_M
    p = first_beyond(band, lat - wide)
    while p < len(band) and band[p] <= lat + wide:
        x, y = seen_from(b, centre[p, 0], centre[p, 1], centre[p, 2])
        gap, room = math.sqrt(x * x + y * y), reach_m[p] + spare
        # Twice, because the margin and the place are added up as angles later on.
        angle = math.pi if gap <= room else 2 * math.asin(room / gap)
        near = gap <= look + reach_m[p]
        if near and abs(wrapped(math.atan2(x, y) - course)) <= cone + angle:
            out[found, 0], out[found, 1] = p, gap - reach_m[p]
            found += 1
        p += 1
    return found


@part
def corner_within(corner: Any, count: int, course: float, cone: float) -> bool:
    """Return whether a corner lies within a cone of less than 90 degrees."""
    s, c, slope = math.sin(course), math.cos(course), math.tan(cone)
    for k in range(count):
        along = corner[k, 0] * s + corner[k, 1] * c
        if abs(corner[k, 0] * c - corner[k, 1] * s) <= along * slope:
            return True
    return False


@part
def gap_ahead(row: Any, corner: Any, count: int) -> float:
    """Return the way to a polygon, -1 when it is not ahead."""
    _, _, course, cone, spare, flown, _ = row
    gap, inside = gap_of(corner, count)
    if gap > flown:
        return -1.0
    if not inside and gap > spare and not corner_within(corner, count, course, cone):
        low, high = widths(corner, count, course)
        angle = math.asin(min(spare / max(gap, spare), 1.0))
        if low - angle > cone or high + angle < -cone:
            return -1.0
    return gap


@part
def farthest(row: Any, value: Any) -> int:
    """Return which of some rows has the greatest value."""
    worst = 0
    for j in range(1, len(row)):
        if value[row[j], 0] > value[row[worst], 0]:
            worst = j
    return worst


@kernel(
    signature(
        together(arrays(I8, 2), arrays(F8, 2)),
        arrays(F8, 2),
        arrays(F8, 1),
        arrays(F8, 2),
        arrays(F8, 1),
        arrays(I8, 1),
        arrays(I8, 1),
        arrays(F8, 2),
        I8,
        I8,
    )
)
def ahead(
    track: Any,
    band: Any,
    centre: Any,
    reach_m: Any,
    nation: Any,
    begin: Any,
    corner: Any,
    nations: int,
    most: int,
) -> Any:
    """Return pairs (K, 2) of track and place, and (K, 2): distance to its edge in m and closest
    approach of the way straight on in m. Of each nation the nearest `most` of a track.

    track (N, 7): latitude, longitude, course, half angle of the cone, spare room in m, how far it
    flies within its horizon in m, how far to look in m. Places, sorted by latitude: band (P,)
    latitudes, centre (P, 3) unit vectors, reach_m (P,) circle around each, nation (P,), begin
    (P + 1,) of its corners in corner (C, 3), unit vectors.
    """
    count, pair, value = 0, np.empty((1024, 2), np.int64), np.empty((1024, 2), np.float64)
    widest = reach_m.max() if len(band) else 0.0
    maybe = np.empty((len(band), 2), np.float64)
    space = np.empty((places_corners(begin), 2), np.float64)
    best, held = np.empty((nations, most), np.int64), np.empty(nations, np.int64)
    worst = np.empty(nations, np.int64)
    for i in range(len(track)):
        b = basis_at(track[i, 0], track[i, 1])
        found = in_band(track[i], band, centre, reach_m, widest, maybe)
        held[:] = 0
        order = np.argsort(maybe[:found, 1])
        for k in range(found):
            p = int(maybe[order[k], 0])
            n = nation[p]
            full = held[n] == most
            if full and maybe[order[k], 1] > value[best[n, worst[n]], 0]:
                continue
            corners = project(b, corner, begin[p], begin[p + 1], space)
            gap = gap_ahead(track[i], space, corners)
            if gap < 0 or (full and gap >= value[best[n, worst[n]], 0]):
                continue
            if count == len(pair):
                pair, value = grown(pair, value, count)
            row = best[n, worst[n]] if full else count
            if not full:
                best[n, held[n]] = row
                held[n] += 1
                count += 1
            pair[row, 0], pair[row, 1] = i, p
            value[row, 0] = gap
            value[row, 1] = closest_of(space, corners, gap, track[i, 2])
            if held[n] == most:
                worst[n] = farthest(best[n], value)
    return pair[:count], value[:count]


@kernel(
    signature(
        together(arrays(I8, 2), arrays(F8, 1)),
        arrays(F8, 2),
        arrays(F8, 1),
        arrays(F8, 2),
        arrays(F8, 1),
        arrays(I8, 1),
        arrays(F8, 2),
    )
)
def struck(ellipse: Any, band: Any, centre: Any, reach_m: Any, begin: Any, corner: Any) -> Any:
    """Return pairs (K, 2) of ellipse and place that touch, and (K,): the least statistical distance
    of a point of the place.

    ellipse (N, 7): latitude, longitude, how far to look in m, covariance east-east, east-north,
    north-north in m2, greatest statistical distance. Places as for `ahead`.
    """
    count, pair, value = 0, np.empty((1024, 2), np.int64), np.empty((1024, 2), np.float64)
    places = len(band)
    widest = reach_m.max() if places else 0.0
    space = np.empty((places_corners(begin), 2), np.float64)
    for i in range(len(ellipse)):
        lat, lon, look, ee, en, nn, far = ellipse[i]
        b = basis_at(lat, lon)
        first = math.sqrt(ee)
        slope = en / first
        second = math.sqrt(max(nn - slope * slope, 1e-6))
        wide = (look + widest) / MEAN_RADIUS_M
        p = first_beyond(band, lat - wide)
        while p < places and band[p] <= lat + wide:
            x, y = seen_from(b, centre[p, 0], centre[p, 1], centre[p, 2])
            if math.sqrt(x * x + y * y) <= look + reach_m[p]:
                corners = project(b, corner, begin[p], begin[p + 1], space)
                for k in range(corners):
                    x, y = space[k, 0], space[k, 1]
                    space[k, 0], space[k, 1] = x / first, (y - slope * x / first) / second
                gap, _ = gap_of(space, corners)
                if gap <= far:
                    if count == len(pair):
                        pair, value = grown(pair, value, count)
                    pair[count, 0], pair[count, 1] = i, p
                    value[count, 0] = gap
                    count += 1
            p += 1
    return pair[:count], value[:count, 0].copy()
