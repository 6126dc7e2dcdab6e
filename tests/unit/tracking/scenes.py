"""Small made-up scenes: radars, targets and their plots."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.geodesy import ecef_from_geodetic, enu_from_ecef, velocity_ecef_from_enu
from skypact.core.ids import Issuer
from skypact.core.messages import Context, PositionReports, Scan
from skypact.core.site import SensorSite
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.tracker import Tracker

T0_NS = 1_800_000_000_000_000_000
SECOND_NS = 1_000_000_000
RADAR = SensorSite(
    name="north",
    sac=1,
    sic=1,
    lat_deg=-32.0,
    lon_deg=-18.0,
    height_m=100.0,
    period_s=5.0,
    range_sd_m=50.0,
    azimuth_sd_deg=0.1,
    elevation_sd_deg=0.2,
)


def tracker(*sites: SensorSite, **settings: object) -> Tracker:
    return Tracker(
        Issuer("auria", "tracking", Context.TEST),
        TrackingSettings(**settings),  # type: ignore[arg-type]
        sites or (RADAR,),
    )


def straight(
    times_s: Sequence[float], east_m: float = 40e3, north_m: float = 60e3, speed_mps: float = 220.0
) -> NDArray[np.float64]:
    """Return ECEF positions of a target that flies east at 9 km, one a time."""
    start = ecef_from_geodetic(
        RADAR.lat_rad + north_m / 6.37e6,
        RADAR.lon_rad + east_m / (6.37e6 * np.cos(RADAR.lat_rad)),
        9e3,
    )
    velocity = velocity_ecef_from_enu([speed_mps, 0, 0], RADAR.lat_rad, RADAR.lon_rad)
    return start + np.asarray(times_s)[:, None] * velocity


def polar(site: SensorSite, position_ecef_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return range, azimuth, elevation, shape (n, 3)."""
    east, north, up = np.moveaxis(enu_from_ecef(position_ecef_m, site.origin), -1, 0)
    slant = np.sqrt(east**2 + north**2 + up**2)
    return np.stack([slant, np.arctan2(east, north) % (2 * np.pi), np.arcsin(up / slant)], -1)


def scan(
    times_s: Sequence[float],
    plots: NDArray[np.float64],
    sensor: str = "north",
    **columns: object,
) -> Scan:
    """Return a scan of plots (n, 3) range, azimuth, elevation at these seconds after T0_NS."""
    n = len(plots)
    time_ns = T0_NS + np.round(np.asarray(times_s, np.float64) * 1e9).astype(np.int64)
    seen = int(time_ns.max()) if n else T0_NS
    values: dict[str, object] = {
        "time_ns": time_ns,
        "range_m": plots[:, 0],
        "azimuth_rad": plots[:, 1],
        "elevation_rad": plots[:, 2],
        "range_rate_mps": np.full(n, np.nan),
        "altitude_pressure_m": np.full(n, np.nan),
        "address": np.zeros(n),
        "mode3a": np.full(n, -1),
        "detection": np.ones(n),
        "callsign": np.zeros(n, "S8"),
    }
    header = Issuer("auria", "sensors", Context.TEST).header(seen, seen)
    return Scan(**header, sensor=sensor, count=n, **pack(Scan, **(values | columns)))


def reports(
    times_s: Sequence[float],
    lat_rad: Sequence[float],
    lon_rad: Sequence[float],
    address: Sequence[int],
    **columns: object,
) -> PositionReports:
    """Return position reports at 10 km."""
    n = len(times_s)
    time_ns = T0_NS + np.round(np.asarray(times_s) * 1e9).astype(np.int64)
    values: dict[str, object] = {
        "time_ns": time_ns,
        "lat_rad": lat_rad,
        "lon_rad": lon_rad,
        "height_wgs84_m": np.full(n, 10e3),
        "altitude_pressure_m": np.full(n, np.nan),
        "velocity_enu_mps": np.full((n, 3), np.nan),
        "position_sd_m": np.full(n, 30.0),
        "address": address,
        "callsign": np.zeros(n, "S8"),
    }
    seen = int(time_ns.max())
    header = Issuer("auria", "sensors", Context.TEST).header(seen, seen)
    packed = pack(PositionReports, **(values | columns))
    return PositionReports(**header, feed="adsb", count=n, **packed)
