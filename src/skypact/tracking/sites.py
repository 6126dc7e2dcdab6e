"""Radars as the kernels need them, and what they cover."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ecef_from_geodetic, enu_axes, geodetic_from_ecef
from skypact.core.site import SensorSite
from skypact.tracking.kernels.layout import SITE
from skypact.tracking.kernels.measure import (
    FALSE_HEIGHTS_M,
    FALSE_RATES,
    HORIZON,
    REPORT_DENSITY,
)

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
_TURN_RAD = 2 * np.pi
# False plots spread over this much elevation at most; what is left is sky nobody flies in.
_FALSE_ELEVATION_MAX_RAD = math.radians(20)
_FALSE_PLOTS_MIN = 0.1
_BEYOND = 1.2  # plots come from no farther than this, over the range of the settings


def site_rows(sites: Sequence[SensorSite]) -> NDArray[Any]:
    """Return one SITE row a radar, in their order, and a last one for position reports."""
    rows = np.zeros(len(sites) + 1, SITE)
    for row, site in zip(rows, sites, strict=False):
        row["radar"] = 1
        row["position"] = ecef_from_geodetic(*site.origin)
        row["rotation"] = enu_axes(site.lat_rad, site.lon_rad)
        row["range_min"], row["range_max"] = site.range_min_m, site.range_max_m
        row["elevation_min"] = math.radians(site.elevation_min_deg)
        row["elevation_max"] = math.radians(site.elevation_max_deg)
        row["height"] = site.height_m
        row["mast"], row["ground"] = site.over_ground_m, site.ground_m
        row["sectors"] = len(site.blocked)
        for k, sector in enumerate(site.blocked):
            row["blocked"][k] = sector.from_rad, sector.width_rad, math.radians(sector.up_to_deg)
        for k, outage in enumerate(site.outages):
            row["outages_ns"][k] = outage.span_ns
        row["noise_var"] = (
            site.range_sd_m**2,
            site.azimuth_sd_rad**2,
            site.elevation_sd_rad**2,
        )
        row["detects"] = min(max(site.detection_probability, 0.05), 0.99)
        row["false_plots"] = max(site.clutter_per_scan, _FALSE_PLOTS_MIN)
        if site.passive:
            row["radar"], row["noise_var"][0] = 2, np.nan
            row["delay"] = 1.0 / site.signal_speed_mps if site.signal_speed_mps else 0.0
        row["rate_var"] = site.range_rate_sd_mps**2 if site.range_rate_sd_mps else 0.0
        row["period_ns"] = round(site.period_s * 1e9)
    return spread_false_plots(rows)


def spread_false_plots(rows: NDArray[Any]) -> NDArray[Any]:
    """Fill in the density of false plots that follows from their number and each radar's limits."""
    radars = rows[rows["radar"] > 0]
    high = np.minimum(radars["elevation_max"], _FALSE_ELEVATION_MAX_RAD)
    span = np.maximum(high - radars["elevation_min"], 0.01)
    depth = np.maximum(radars["range_max"] - radars["range_min"], 1.0)
    depth = np.where(radars["radar"] == 2, 1.0, depth)
    radars["elevation_span"] = span
    radars["false_density"] = radars["false_plots"] / (2 * np.pi * depth * span)
    rows[rows["radar"] > 0] = radars
    return rows


def least_floor(rows: NDArray[Any]) -> float:
    """Return the least log density of false plots (per m3) that any plot of these SITE rows with a
    height can lie in, as the kernel `place_plot` has it."""
    found = [math.log(REPORT_DENSITY)]
    for site in rows[rows["radar"] == 1]:
        far_m = _BEYOND * float(site["range_max"])
        density = float(site["false_density"])
        by_height = density * float(site["elevation_span"]) / FALSE_HEIGHTS_M / far_m
        rate_var = float(site["rate_var"])
        rated = FALSE_RATES - 0.5 * math.log(2 * math.pi * rate_var) if rate_var > 0 else 0.0
        found.append(math.log(min(density / far_m**2, by_height)) - max(rated, 0.0))
    return min(found)


def rest(rows: NDArray[Any], time_ns: int) -> None:
    """Note in SITE rows who is in an outage at a plot time."""
    begin, end = rows["outages_ns"][..., 0], rows["outages_ns"][..., 1]
    rows["resting"] = ((begin <= time_ns) & (time_ns < end)).any(axis=1)


def in_coverage(states: F64, sites: NDArray[Any]) -> Flags:
    """Return for states (n, 6) ECEF whether a radar that looks has them in range, inside its
    elevations, over its horizon and with nothing in the way, as the kernel `covered` does."""
    inside = np.zeros(len(states), np.bool_)
    height = geodetic_from_ecef(states[:, :3])[2]
    for site in sites[(sites["radar"] == 1) & (sites["resting"] == 0)]:
        inside |= _seen(states, height, site)
    return inside


def _seen(states: F64, height: F64, site: Any) -> Flags:
    local: F64 = (states[:, :3] - site["position"]) @ site["rotation"].T
    slant = np.sqrt(np.sum(local * local, axis=1))
    elevation = np.arcsin(np.clip(local[:, 2] / np.maximum(slant, 1.0), -1, 1))
    seen: Flags = (slant >= site["range_min"]) & (slant <= site["range_max"])
    seen &= (elevation >= site["elevation_min"]) & (elevation <= site["elevation_max"])
    azimuth: F64 = np.arctan2(local[:, 0], local[:, 1])
    sectors: F64 = site["blocked"][: site["sectors"]]
    for begin, width, up_to in sectors.tolist():
        off: F64 = azimuth - begin
        off = np.where(off < 0.0, off + _TURN_RAD, off)
        seen &= ~((off <= width) & (elevation < up_to))
    over_ground = np.maximum(height - site["ground"], 0.0)
    return seen & (slant <= HORIZON * (np.sqrt(max(site["mast"], 0.0)) + np.sqrt(over_ground)))
