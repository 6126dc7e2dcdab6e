"""Plots of messages as the PLOT rows that the kernels take."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import ecef_from_geodetic, enu_axes, velocity_ecef_from_enu
from skypact.core.messages import DEPENDENT, Bearings, PositionReports, Scan
from skypact.tracking.heights import Heights
from skypact.tracking.kernels.layout import PLOT

F64 = NDArray[np.float64]
# A report's own accuracy is a claim; below these it is not believed.
_REPORT_SD_MIN_M, _HEIGHT_SD_MIN_M = 10.0, 15.0
_REPORT_SPEED_SD_MPS = 20.0
_UNKNOWN_HEIGHT_M, _UNKNOWN_HEIGHT_SD_M = 6_000.0, 4_000.0


def empty_plots(count: int) -> NDArray[Any]:
    """Return rows where nothing is measured."""
    rows = np.zeros(count, PLOT)
    rows["altitude"] = rows["rate"] = rows["velocity"] = np.nan
    rows["polar"][:, 2] = np.nan
    return rows


def ecef_from_polar(polar: F64, position_ecef_m: F64, rotation: F64) -> F64:
    """Return positions ECEF (n, 3) of range, azimuth, elevation (n, 3) seen from a place; rotation:
    from ECEF to east, north, up there."""
    reach, azimuth, elevation = polar.T
    flat = np.cos(elevation)
    local = [np.sin(azimuth) * flat, np.cos(azimuth) * flat, np.sin(elevation)]
    return position_ecef_m + (reach * np.stack(local)).T @ rotation


def scan_plots(scan: Scan) -> NDArray[Any]:
    """Return the plots of a radar."""
    rows = empty_plots(scan.count)
    rows["time_ns"] = array(scan, "time_ns")
    rows["polar"][:, 0] = array(scan, "range_m")
    rows["polar"][:, 1] = array(scan, "azimuth_rad")
    rows["polar"][:, 2] = array(scan, "elevation_rad")
    rows["rate"] = array(scan, "range_rate_mps")
    rows["altitude"] = array(scan, "altitude_pressure_m")
    rows["address"] = array(scan, "address")
    rows["callsign"] = array(scan, "callsign").view("<u8")
    rows["detection"] = array(scan, "detection")
    return rows


def bearing_plots(bearings: Bearings) -> NDArray[Any]:
    """Return bearings; their range is NaN."""
    rows = empty_plots(bearings.count)
    rows["time_ns"] = array(bearings, "time_ns")
    rows["polar"][:, 0] = np.nan
    rows["polar"][:, 1] = array(bearings, "azimuth_rad")
    rows["polar"][:, 2] = array(bearings, "elevation_rad")
    return rows


def report_plots(reports: PositionReports, heights: Heights) -> NDArray[Any]:
    """Return position reports; height from WGS84, else from pressure, else a wide guess."""
    rows = empty_plots(reports.count)
    lat, lon = array(reports, "lat_rad"), array(reports, "lon_rad")
    height = array(reports, "height_wgs84_m")
    pressure = heights.geometric_m(array(reports, "altitude_pressure_m"))
    known = np.where(np.isnan(height), pressure, height)
    sd = np.maximum(array(reports, "position_sd_m"), _REPORT_SD_MIN_M)
    up_sd = np.where(np.isnan(height), heights.variance_m2**0.5, np.maximum(sd, _HEIGHT_SD_MIN_M))
    up_sd = np.where(np.isnan(known), _UNKNOWN_HEIGHT_SD_M, up_sd)
    known = np.where(np.isnan(known), _UNKNOWN_HEIGHT_M, known)
    rows["time_ns"] = array(reports, "time_ns")
    rows["position"] = ecef_from_geodetic(lat, lon, known)
    rows["rotation"] = enu_axes(lat, lon)
    rows["noise_var"] = np.stack([sd, sd, up_sd], 1) ** 2
    rows["velocity"] = velocity_ecef_from_enu(array(reports, "velocity_enu_mps"), lat, lon)
    rows["velocity_var"] = _REPORT_SPEED_SD_MPS**2
    rows["address"] = array(reports, "address")
    rows["callsign"] = array(reports, "callsign").view("<u8")
    rows["detection"] = DEPENDENT
    return rows
