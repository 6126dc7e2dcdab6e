"""Defended places as arrays: where their edges lie as seen from a point."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, azimuth_rad, distance_m
from skypact.warning.settings import Place

I64 = NDArray[np.int64]


class Places:
    """All places of all nations. count P, at most V corners, shorter polygons repeat their last.

    lat_rad, lon_rad, reach_m (P,): a circle around each place; corners (P, V, 2): lat, lon in rad.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        self.count = len(self.places)
        polygons = [np.radians(place.corners_deg) for place in self.places]
        width = max((len(p) for p in polygons), default=3)
        self.corners = np.zeros((self.count, width, 2))
        for row, polygon in enumerate(polygons):
            self.corners[row, : len(polygon)] = polygon
            self.corners[row, len(polygon) :] = polygon[-1]
        centres = np.radians(np.array([p.centre_deg for p in self.places]).reshape(-1, 2))
        self.lat_rad, self.lon_rad = centres[:, 0], centres[:, 1]
        self.reach_m = distance_m(
            self.lat_rad[:, None], self.lon_rad[:, None], self.corners[..., 0], self.corners[..., 1]
        ).max(axis=1, initial=0.0)

    def near(self, lat_rad: F64, lon_rad: F64, within_m: F64) -> tuple[I64, I64]:
        """Return pairs (point, place) where the place may be within `within_m` of the point.

        lat_rad, lon_rad, within_m: (N,). Order: by point, then by place.
        """
        gap = distance_m(lat_rad[:, None], lon_rad[:, None], self.lat_rad, self.lon_rad)
        point, place = np.nonzero(gap <= within_m[:, None] + self.reach_m)
        return point, place

    def corners_from(self, lat_rad: F64, lon_rad: F64, place: I64) -> F64:
        """Return the corners of `place` (K,) east, north of the points (K,), shape (K, V, 2) in m.

        Azimuthal equidistant: distance and direction from the point are those of the sphere.
        """
        corners = self.corners[place]
        gap = distance_m(lat_rad[:, None], lon_rad[:, None], corners[..., 0], corners[..., 1])
        way = azimuth_rad(lat_rad[:, None], lon_rad[:, None], corners[..., 0], corners[..., 1])
        return np.stack([gap * np.sin(way), gap * np.cos(way)], -1)


def gap_to_polygon(corners: F64) -> F64:
    """Return the distance from (0, 0) to polygons (K, V, 2), 0 inside, shape (K,)."""
    a, b = corners, np.roll(corners, -1, axis=1)
    d = b - a
    length2 = np.maximum((d * d).sum(-1), 1e-12)
    share = np.clip(-(a * d).sum(-1) / length2, 0.0, 1.0)
    foot = a + share[..., None] * d
    gap = np.sqrt((foot * foot).sum(-1)).min(axis=1)
    return np.where(holds_origin(corners), 0.0, gap)


def holds_origin(corners: F64) -> NDArray[np.bool_]:
    """Return whether (0, 0) lies in polygons (K, V, 2), shape (K,): even-odd rule."""
    a, b = corners, np.roll(corners, -1, axis=1)
    spans = (a[..., 1] > 0) != (b[..., 1] > 0)
    rise = np.where(spans, b[..., 1] - a[..., 1], 1.0)
    crossing = a[..., 0] - a[..., 1] * (b[..., 0] - a[..., 0]) / rise
    return (spans & (crossing > 0)).sum(axis=1) % 2 == 1
