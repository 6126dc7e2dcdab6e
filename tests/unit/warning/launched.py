"""Launches as they are reported, and what comes of them: one arc from 12 degrees north of Alder."""

from typing import Any

import numpy as np

from skypact.core.columns import pack
from skypact.core.geodesy import azimuth_rad, ecef_from_geodetic, enu_axes
from skypact.core.messages import LaunchDetections
from skypact.warning.threat.kernels_fall import advanced
from tests.unit.warning.world import LAT, LON, SECOND_NS, header

NORTH_DEG = 5.0
BURN_S = 60.0


def launches(now_ns: int, time_ns: int, count: int = 1, **changes: Any) -> LaunchDetections:
    """Return reports of launches 5 degrees north of Alder."""
    row: dict[str, Any] = {
        "time_ns": time_ns,
        "time_sd_s": 2.0,
        "lat_rad": np.radians(LAT + NORTH_DEG),
        "lon_rad": np.radians(LON),
        "major_sd_m": 3e3,
        "minor_sd_m": 2e3,
        "major_azimuth_rad": 0.0,
        "azimuth_rad": np.nan,
        "confidence": 0.9,
        "burn_s": np.nan,
    }
    columns = pack(
        LaunchDetections, **{name: np.full(count, v) for name, v in (row | changes).items()}
    )
    return LaunchDetections(**header(now_ns), sensor="orbit", count=count, **columns)


def arc(after_s: float, aside_deg: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return position and velocity so long after a launch towards Alder: BURN_S of even
    acceleration at 45 degrees, then free fall over about 555 km."""
    lat, lon = np.radians(LAT + NORTH_DEG), np.radians(LON)
    course = float(azimuth_rad(lat, lon, np.radians(LAT), np.radians(LON + aside_deg)))
    level = np.cos(np.radians(45))
    up = enu_axes(lat, lon).T @ [level * np.sin(course), level * np.cos(course), level]
    start = ecef_from_geodetic(lat, lon, 0.0)
    burnt_s, speed = min(after_s, BURN_S), 2_105.0
    p = start + up * speed / BURN_S * burnt_s**2 / 2
    v = up * speed / BURN_S * burnt_s
    now = (*p, *v)
    for _ in range(round((after_s - burnt_s) * 2)):
        now = advanced.py_func(now, 1 / 8_000, 0.5)
    return np.array(now[:3]), np.array(now[3:])


def seconds(value: float) -> int:
    return round(value * SECOND_NS)
