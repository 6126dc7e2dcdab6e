"""Where a sensor stands, what it can do, and where and when it cannot, as written in TOML."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from skypact.core.lines import Path

Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]

SECTORS_MAX, OUTAGES_MAX = 8, 8  # of one sensor
_TURN_RAD = 2 * math.pi
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something stands in the way, a ridge or a building: clockwise from from_deg to to_deg,
    azimuths from true north, over north when from_deg is the larger; nothing is seen there below
    the elevation up_to_deg."""

    from_deg: Annotated[float, msgspec.Meta(ge=0, lt=360)]
    to_deg: Annotated[float, msgspec.Meta(gt=0, le=360)]
    up_to_deg: Annotated[float, msgspec.Meta(ge=-10, le=90)] = 90.0

    @property
    def from_rad(self) -> float:
        """Return where it begins, -pi..pi."""
        return math.radians(self.from_deg - (360.0 if self.from_deg > 180.0 else 0.0))

    @property
    def width_rad(self) -> float:
        return math.radians(self.to_deg - self.from_deg) % _TURN_RAD or _TURN_RAD

    def hides(self, azimuth_rad: ArrayLike, elevation_rad: ArrayLike) -> NDArray[np.bool_]:
        """Return whether what is seen at these azimuths (-pi..2 pi) and elevations is hidden."""
        off = np.asarray(azimuth_rad, np.float64) - self.from_rad
        off = np.where(off < 0, off + _TURN_RAD, off)
        off = np.where(off >= _TURN_RAD, off - _TURN_RAD, off)
        return (off <= self.width_rad) & (np.asarray(elevation_rad) < math.radians(self.up_to_deg))


class Outage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a sensor does not look although its feed may go on: from_utc <= time < to_utc."""

    from_utc: Instant
    to_utc: Instant

    @property
    def span_ns(self) -> tuple[int, int]:
        """Return (from, to)."""
        return _since_epoch_ns(self.from_utc), _since_epoch_ns(self.to_utc)


def _since_epoch_ns(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000


class SensorSite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sensor. sac, sic: its ASTERIX identity; height_m: antenna above the ellipsoid; mast_m:
    antenna above the ground or sea around it, which is the ellipsoid when left out; blocked: where
    something stands in its way; outages: when it is known not to look; *_sd: one standard
    deviation; no `elevation_sd_deg` means a radar that measures no height, no `range_rate_sd_mps`
    one whose range rates are not used;
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
    mast_m: Annotated[float, msgspec.Meta(ge=0, le=1_000)] | None = None
    blocked: Annotated[tuple[Sector, ...], msgspec.Meta(max_length=SECTORS_MAX)] = ()
    outages: Annotated[tuple[Outage, ...], msgspec.Meta(max_length=OUTAGES_MAX)] = ()

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

    @property
    def ground_m(self) -> float:
        """Return the height of the ground around it above the ellipsoid."""
        return 0.0 if self.mast_m is None else self.height_m - self.mast_m

    @property
    def over_ground_m(self) -> float:
        """Return the height of the antenna over that ground."""
        return self.height_m - self.ground_m

    def hidden(self, azimuth_rad: ArrayLike, elevation_rad: ArrayLike) -> NDArray[np.bool_]:
        """Return whether a sector hides what is seen at these azimuths and elevations."""
        hidden = np.zeros(np.broadcast(azimuth_rad, elevation_rad).shape, np.bool_)
        for sector in self.blocked:
            hidden |= sector.hides(azimuth_rad, elevation_rad)
        return hidden

    def rests_until_ns(self, time_ns: int) -> int:
        """Return the end of the outage it is in at a time, 0 when it is in none."""
        spans = [outage.span_ns for outage in self.outages]
        return max((to_ns for from_ns, to_ns in spans if from_ns <= time_ns < to_ns), default=0)


def limit_faults(site: SensorSite) -> Iterator[tuple[Path, str]]:
    """Yield (key path, message) of the limits of a sensor that contradict each other."""
    if site.range_min_m >= site.range_max_m:
        yield ("range_max_m",), f"must be more than range_min_m, {site.range_min_m:g} m"
    if site.elevation_min_deg >= site.elevation_max_deg:
        yield ("elevation_max_deg",), "must be more than elevation_min_deg"
    for i, sector in enumerate(site.blocked):
        if sector.from_deg == sector.to_deg:
            yield ("blocked", i, "to_deg"), "must differ from from_deg; all round is 0 to 360"
        if sector.up_to_deg <= site.elevation_min_deg:
            why = (
                f"blocks nothing: the beam begins at elevation_min_deg, {site.elevation_min_deg:g}"
            )
            yield ("blocked", i, "up_to_deg"), why
    for i, outage in enumerate(site.outages):
        if outage.from_utc >= outage.to_utc:
            yield ("outages", i, "to_utc"), "must be after from_utc"
