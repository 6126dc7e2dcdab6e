"""How far magnetic north lies east of true north: the World Magnetic Model.

Source: WMM2025, NOAA and the British Geological Survey, computed by pygeomag. It ends with 2029;
later times get the field of its last day, some 0.1 degrees a year off, and need the next model.
"""

import math
from functools import lru_cache
from typing import Any, cast

import pygeomag
from pygeomag.wmm import wmm_2025

YEAR_S = 31_556_952.0
_FIRST_YEAR, _END_YEAR = 2025.0, 2029.99
_CELLS_A_DEGREE, _CELLS_A_YEAR = 10, 10
_LAT_MAX_DEG = 89.0  # at the poles a compass says nothing


def declination_rad(lat_deg: float, lon_deg: float, time_s: float) -> float:
    """Return the declination at sea level, positive east; azimuth = magnetic azimuth + this.

    time_s: seconds since 1970 UTC. Computed on a grid of 0.1 degrees and 0.1 years, so within 0.1
    degrees of the model between 60 degrees north and south.
    """
    year = min(max(1970.0 + time_s / YEAR_S, _FIRST_YEAR), _END_YEAR)
    lat_deg = min(max(lat_deg, -_LAT_MAX_DEG), _LAT_MAX_DEG)
    return _declination_rad(
        round(lat_deg * _CELLS_A_DEGREE),
        round(lon_deg * _CELLS_A_DEGREE),
        min(round(year * _CELLS_A_YEAR), int(_END_YEAR * _CELLS_A_YEAR)),
    )


@lru_cache(maxsize=65_536)
def _declination_rad(lat: int, lon: int, year: int) -> float:
    found = _model().calculate(
        glat=lat / _CELLS_A_DEGREE, glon=lon / _CELLS_A_DEGREE, alt=0.0, time=year / _CELLS_A_YEAR
    )
    return math.radians(cast(float, found.d))


@lru_cache(maxsize=1)
def _model() -> Any:
    return pygeomag.GeoMag(coefficients_data=wmm_2025.WMM_2025)
