"""Plots: what sensors saw, as columns."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, ClassVar

import msgspec

from skypact.core.columns import Column
from skypact.core.messages.header import TIME_MAX_NS, Message

PRIMARY, SECONDARY, DEPENDENT = 1, 2, 4  # bits of `detection`: PSR, SSR or Mode S, ADS-B


class Scan(Message, frozen=True, kw_only=True, tag="scan"):
    """Plots of one radar, in its own polar frame (slant range; azimuth from true north at the
    site; elevation above the site's tangent plane). A scan may arrive in pieces (sectors).

    address: 24-bit ICAO, 0 none. callsign: 8 ASCII bytes. NaN: not measured.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "time_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
        "range_m": Column("<f8", "m", 0, 1e7),
        "azimuth_rad": Column("<f8", "rad", 0, 6.2831853071795872),
        "elevation_rad": Column("<f8", "rad", -1.5708, 1.5708, missing=True),
        "range_rate_mps": Column("<f8", "m/s", -2e4, 2e4, missing=True),
        "altitude_pressure_m": Column("<f8", "m", -1e3, 5e4, missing=True),
        "address": Column("<u4", "", 0, 0xFFFFFF),
        "mode3a": Column("<i4", "octal as int, -1 none", -1, 0o7777),
        "detection": Column("|u1", "bits", 0, 7),
        "callsign": Column("|S8", "", 0, 0),
    }
    sensor: str
    count: int
    time_ns: bytes
    range_m: bytes
    azimuth_rad: bytes
    elevation_rad: bytes
    range_rate_mps: bytes
    altitude_pressure_m: bytes
    address: bytes
    mode3a: bytes
    detection: bytes
    callsign: bytes


class Bearings(Message, frozen=True, kw_only=True, tag="bearings"):
    """Directions in which one passive sensor (optical, acoustic, radio) perceives something, and
    when: azimuth from true north at the site, elevation above its tangent plane."""

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "time_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
        "azimuth_rad": Column("<f8", "rad", 0, 6.2831853071795872),
        "elevation_rad": Column("<f8", "rad", -1.5708, 1.5708, missing=True),
    }
    sensor: str
    count: int
    time_ns: bytes
    azimuth_rad: bytes
    elevation_rad: bytes


class PositionReports(Message, frozen=True, kw_only=True, tag="position_reports"):
    """Positions that targets or other systems report (ADS-B, CAT021; system tracks, CAT062).

    position_sd_m: one standard deviation a horizontal axis, from the report's accuracy category.
    velocity_enu_mps: east, north, up at the target.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "time_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
        "lat_rad": Column("<f8", "rad", -1.5707963267948968, 1.5707963267948968),
        "lon_rad": Column("<f8", "rad", -3.1415926535897936, 3.1415926535897936),
        "height_wgs84_m": Column("<f8", "m", -1e3, 5e5, missing=True),
        "altitude_pressure_m": Column("<f8", "m", -1e3, 5e4, missing=True),
        "velocity_enu_mps": Column("<f8", "m/s", -2e4, 2e4, missing=True, width=3),
        "position_sd_m": Column("<f8", "m", 0, 1e6),
        "address": Column("<u4", "", 0, 0xFFFFFF),
        "callsign": Column("|S8", "", 0, 0),
    }
    feed: str
    count: int
    time_ns: bytes
    lat_rad: bytes
    lon_rad: bytes
    height_wgs84_m: bytes
    altitude_pressure_m: bytes
    velocity_enu_mps: bytes
    position_sd_m: bytes
    address: bytes
    callsign: bytes


class Sighted(IntEnum):
    """What a source says it perceives. Hearsay: no class of a track follows from it."""

    OTHER = 0
    DRONE = 1
    MISSILE = 2
    AIRCRAFT = 3
    EXPLOSION = 4


class Sightings(Message, frozen=True, kw_only=True, tag="sightings"):
    """Directions in which sources without a site of their own (people, cheap sensors) perceive
    something: source, a pseudonym; where it stands, azimuth from true north there, each with one
    standard deviation; signal_speed_mps: of what it senses, NaN for light.

    It never leaves the node: people who report are civilians.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "time_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
        "source": Column("<u8", "", 0, 0xFFFFFFFFFFFFFFFF),
        "lat_rad": Column("<f8", "rad", -1.5707963267948968, 1.5707963267948968),
        "lon_rad": Column("<f8", "rad", -3.1415926535897936, 3.1415926535897936),
        "place_sd_m": Column("<f8", "m", 0, 1e6),
        "azimuth_rad": Column("<f8", "rad", 0, 6.2831853071795872),
        "azimuth_sd_rad": Column("<f8", "rad", 0, 3.1415926535897936),
        "elevation_rad": Column("<f8", "rad", -1.5708, 1.5708, missing=True),
        "signal_speed_mps": Column("<f8", "m/s", 0, 1e9, missing=True),
        "sighted": Column("|u1", "Sighted", 0, 4),
    }
    feed: str
    count: int
    time_ns: bytes
    source: bytes
    lat_rad: bytes
    lon_rad: bytes
    place_sd_m: bytes
    azimuth_rad: bytes
    azimuth_sd_rad: bytes
    elevation_rad: bytes
    signal_speed_mps: bytes
    sighted: bytes


class SightingArea(msgspec.Struct, frozen=True, kw_only=True):
    """An area of some 20 km in which believed sources point at something that no track explains.
    lat_rad, lon_rad: its middle; sources: how many; sighted: what most of them say."""

    lat_rad: Annotated[float, msgspec.Meta(ge=-1.5707963267948968, le=1.5707963267948968)]
    lon_rad: Annotated[float, msgspec.Meta(ge=-3.1415926535897936, le=3.1415926535897936)]
    sources: int
    sighted: Sighted


class SightingsUnexplained(Message, frozen=True, kw_only=True, tag="sightings_unexplained"):
    """For the node's own people: where somebody should look. No source is named, no place finer."""

    areas: tuple[SightingArea, ...]


class LaunchDetections(Message, frozen=True, kw_only=True, tag="launch_detections"):
    """Launches that one sensor in space has reported. They serve warning only: shown to
    people, and a hint to the tracker of how fast what comes from there flies. No release has them.

    The error of the place is an ellipse: one standard deviation along its axes, azimuth of the
    major one. azimuth_rad: in which direction it flies; burn_s: how long its motor was seen to
    burn; confidence: that it was a launch.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "time_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
        "time_sd_s": Column("<f8", "s", 0, 3600),
        "lat_rad": Column("<f8", "rad", -1.5707963267948968, 1.5707963267948968),
        "lon_rad": Column("<f8", "rad", -3.1415926535897936, 3.1415926535897936),
        "major_sd_m": Column("<f8", "m", 0, 1e6),
        "minor_sd_m": Column("<f8", "m", 0, 1e6),
        "major_azimuth_rad": Column("<f8", "rad", 0, 6.2831853071795872),
        "azimuth_rad": Column("<f8", "rad", 0, 6.2831853071795872, missing=True),
        "confidence": Column("<f8", "", 0, 1),
        "burn_s": Column("<f8", "s", 0, 1_000, missing=True, later=True),
    }
    sensor: str
    count: int
    time_ns: bytes
    time_sd_s: bytes
    lat_rad: bytes
    lon_rad: bytes
    major_sd_m: bytes
    minor_sd_m: bytes
    major_azimuth_rad: bytes
    azimuth_rad: bytes
    confidence: bytes
    burn_s: bytes = b""
