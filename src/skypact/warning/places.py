"""Defended places as arrays: sorted by latitude, their corners as unit vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, distance_m
from skypact.warning.settings import Place

I64 = NDArray[np.int64]


class Places:
    """All places of all nations. count P, corners C in all.

    lat_rad, lon_rad, reach_m (P,): a circle around each place. For kernels, sorted by latitude:
    order (P,) which place it is, band (P,) latitudes, centre (P, 3), wide_m (P,), nation (P,)
    index into `nations`, begin (P + 1,) of its corners in corner (C, 3); unit vectors.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        self.count = len(self.places)
        self.nations = tuple(dict.fromkeys(place.nation for place in self.places))
        polygons = [np.radians(place.corners_deg) for place in self.places]
        centres = np.radians(np.array([p.centre_deg for p in self.places]).reshape(-1, 2))
        self.lat_rad, self.lon_rad = centres[:, 0].copy(), centres[:, 1].copy()
        self.reach_m = np.array(
            [
                distance_m(lat, lon, polygon[:, 0], polygon[:, 1]).max()
                for lat, lon, polygon in zip(self.lat_rad, self.lon_rad, polygons, strict=True)
            ],
            np.float64,
        )
        self.order: I64 = np.argsort(self.lat_rad, kind="stable")
        self.band = self.lat_rad[self.order]
        self.centre = _unit(self.lat_rad, self.lon_rad)[self.order]
        self.wide_m = self.reach_m[self.order]
        at = {nation: i for i, nation in enumerate(self.nations)}
        owner: I64 = np.array([at[place.nation] for place in self.places], np.int64)
        self.nation = owner[self.order]
        index: list[int] = self.order.tolist()
        sizes = [0, *(len(polygons[i]) for i in index)]
        self.begin: I64 = np.cumsum(np.array(sizes, np.int64))
        flat = np.concatenate([np.zeros((0, 2)), *(polygons[i] for i in index)])
        self.corner = np.ascontiguousarray(_unit(flat[:, 0], flat[:, 1]))


def _unit(lat_rad: F64, lon_rad: F64) -> F64:
    """Return unit vectors (N, 3) of points of the mean sphere."""
    flat = np.cos(lat_rad)
    return np.stack([flat * np.cos(lon_rad), flat * np.sin(lon_rad), np.sin(lat_rad)], -1)
