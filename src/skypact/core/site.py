"""Where a sensor stands and what it can do, as written in TOML."""

import math
from typing import Annotated

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class SensorSite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sensor. sac, sic: its ASTERIX identity; height_m: antenna above the ellipsoid; *_sd:
    one standard deviation; no `elevation_sd_deg` means a radar that measures no height, no
    `range_rate_sd_mps` one whose range rates are not used;
    clutter_per_scan: mean number of false plots a scan; passive: measures azimuth, maybe elevation,
    but no range; signal_speed_mps: of what it senses (sound 340), none for light."""

    name: str
    sac: Annotated[int, msgspec.Meta(ge=0, le=255)]
    sic: Annotated[int, msgspec.Meta(ge=0, le=255)]
    lat_deg: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    height_m: Annotated[float, msgspec.Meta(ge=-500, le=20_000)]
    period_s: Positive
    range_min_m: Annotated[float, msgspec.Meta(ge=0, le=1e7)] = 500.0
    range_max_m: Positive = 400_000.0
    elevation_min_deg: Annotated[float, msgspec.Meta(ge=-10, le=90)] = -1.0
    elevation_max_deg: Annotated[float, msgspec.Meta(ge=-10, le=90)] = 50.0
    range_sd_m: Positive = 60.0
    azimuth_sd_deg: Positive = 0.15
    elevation_sd_deg: Positive | None = None
    range_rate_sd_mps: Positive | None = None
    detection_probability: Share = 0.9
    clutter_per_scan: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 5.0
    passive: bool = False
    signal_speed_mps: Positive | None = None

    @property
    def lat_rad(self) -> float:
        return math.radians(self.lat_deg)

    @property
    def lon_rad(self) -> float:
        return math.radians(self.lon_deg)

    @property
    def origin(self) -> tuple[float, float, float]:
        """Return (lat_rad, lon_rad, height_wgs84_m)."""
        return self.lat_rad, self.lon_rad, self.height_m

    @property
    def azimuth_sd_rad(self) -> float:
        return math.radians(self.azimuth_sd_deg)

    @property
    def elevation_sd_rad(self) -> float:
        """Return the standard deviation, NaN for a radar that measures no height."""
        return math.nan if self.elevation_sd_deg is None else math.radians(self.elevation_sd_deg)
