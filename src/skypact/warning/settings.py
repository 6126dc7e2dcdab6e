"""Settings of the warning room, as written in TOML under [warning] and [[place]]."""

from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
ZoneFile = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.(geojson|json)$", max_length=120)
]
Delay = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
ThreatName = Literal["ballistic", "cruise", "drone", "rocket"]

CIRCLE_POINTS = 24
METRES_PER_DEGREE = 111_195.0


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place to be warned: a circle (`lat_deg`, `lon_deg`, `radius_m`) or a `polygon` of
    [lat_deg, lon_deg] corners, not closed. shelter_s: how long people there need to take cover."""

    name: Name
    nation: Name
    kind: Literal["site", "zone"]
    lat_deg: Latitude | None = None
    lon_deg: Longitude | None = None
    radius_m: Annotated[float, msgspec.Meta(gt=0, le=1e6)] | None = None
    polygon: (
        Annotated[
            tuple[tuple[Latitude, Longitude], ...], msgspec.Meta(min_length=3, max_length=256)
        ]
        | None
    ) = None
    shelter_s: Annotated[float, msgspec.Meta(ge=0, le=3_600)] = 60.0

    def __post_init__(self) -> None:
        circle = (self.lat_deg, self.lon_deg, self.radius_m)
        if self.polygon is None:
            if None in circle:
                raise ValueError(f"{self.name}: needs lat_deg, lon_deg and radius_m, or a polygon")
        elif circle != (None, None, None):
            raise ValueError(f"{self.name}: has a circle and a polygon; one of them must go")
        elif _crosses_itself(self.polygon):
            raise ValueError(f"{self.name}: the sides of the polygon cross")

    @property
    def corners_deg(self) -> F64:
        """Return the corners, shape (V, 2) of lat, lon; a circle as the polygon around it."""
        if self.polygon is not None:
            return np.array(self.polygon, np.float64)
        assert self.lat_deg is not None
        assert self.lon_deg is not None
        assert self.radius_m is not None
        turn = np.arange(CIRCLE_POINTS) * (2 * np.pi / CIRCLE_POINTS)
        reach_deg = self.radius_m / np.cos(np.pi / CIRCLE_POINTS) / METRES_PER_DEGREE
        lat = self.lat_deg + reach_deg * np.cos(turn)
        lon = self.lon_deg + reach_deg * np.sin(turn) / max(np.cos(np.radians(self.lat_deg)), 1e-3)
        return np.stack([np.clip(lat, -90, 90), (lon + 180) % 360 - 180], -1)

    @property
    def centre_deg(self) -> tuple[float, float]:
        """Return (lat_deg, lon_deg) of the middle, for maps."""
        if self.lat_deg is not None and self.lon_deg is not None:
            return self.lat_deg, self.lon_deg
        corners = _unwrapped(self.corners_deg)
        return float(corners[:, 0].mean()), float((corners[:, 1].mean() + 180) % 360 - 180)


class WarningSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """zones: GeoJSON files below the node's folder, whose zones are places too.

    posts: told of every warning at once; escalation_posts: told one after the other, each after
    another `acknowledge_within_s` of silence; partner_acknowledge_within_s: the same for a warning
    that we raised for a partner.

    warn_of: classes that raise warnings; class_probability_min: how sure of the class;
    looks_min: updates of a track before it can raise one.
    *_horizon_s: air-breathers further away in time do not warn yet; cone_deg: how far off the
    present course they are taken to turn; turn_max_mps2, faster_share: how hard they could turn at
    all, and how much faster than now they could fly; margin_m: added around every place;
    position_sd_max_m, course_sd_max_deg: tracks less certain than this do not warn.
    ballistic_coefficient_kgpm2: mass over drag area, 0 no air; ballistic_coefficient_spread: its
    relative standard deviation; impact_sd_min_m: the impact is never said to be known better.
    clear_after_s: quiet for this long proposes the all-clear; update_every_s: at most one update;
    update_shift_s: smaller shifts of an arrival are no news.
    launch_confidence_min: launches seen from space that are less sure do not warn; launch_reach_m:
    how far one may fly; launch_course_sd_deg: of the direction in which it was seen to fly;
    launch_acceleration_mps2: least and most that a motor gives, as a mean over its burning.
    open_max, closed_max: warnings held.
    """

    zones: Annotated[tuple[ZoneFile, ...], msgspec.Meta(max_length=64)] = ()
    posts: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=16)] = ("duty",)
    escalation_posts: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ("supervisor",)
    acknowledge_within_s: Delay = 30.0
    partner_acknowledge_within_s: Delay = 45.0
    warn_of: tuple[ThreatName, ...] = ("ballistic", "cruise", "drone", "rocket")
    class_probability_min: Share = 0.7
    looks_min: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1
    cruise_horizon_s: Delay = 1_800.0
    drone_horizon_s: Delay = 2_700.0
    cone_deg: Annotated[float, msgspec.Meta(ge=0, le=60)] = 10.0
    turn_max_mps2: Annotated[float, msgspec.Meta(gt=0, le=500)] = 20.0
    faster_share: Annotated[float, msgspec.Meta(ge=1, le=3)] = 1.2
    margin_m: Annotated[float, msgspec.Meta(ge=0, le=1e5)] = 2_000.0
    position_sd_max_m: Annotated[float, msgspec.Meta(gt=0, le=1e5)] = 5_000.0
    course_sd_max_deg: Annotated[float, msgspec.Meta(gt=0, le=90)] = 15.0
    ballistic_coefficient_kgpm2: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 8_000.0
    ballistic_coefficient_spread: Annotated[float, msgspec.Meta(ge=0, le=0.8)] = 0.2
    impact_sd_min_m: Annotated[float, msgspec.Meta(ge=0, le=1e5)] = 100.0
    clear_after_s: Delay = 30.0
    update_every_s: Delay = 2.0
    update_shift_s: Delay = 5.0
    launch_confidence_min: Share = 0.5
    launch_reach_m: Annotated[float, msgspec.Meta(gt=0, le=2e7)] = 2_000_000.0
    launch_course_sd_deg: Annotated[float, msgspec.Meta(gt=0, le=90)] = 10.0
    launch_acceleration_mps2: tuple[Positive, Positive] = (12.0, 60.0)
    open_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 2_000
    closed_max: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 1_000

    def horizon_s(self, is_cruise: NDArray[np.bool_]) -> F64:
        """Return how far ahead in time cruise missiles and drones are looked at."""
        return np.where(is_cruise, self.cruise_horizon_s, self.drone_horizon_s)

    def __post_init__(self) -> None:
        told = self.posts + self.escalation_posts
        if len(set(told)) != len(told):
            raise ValueError("a post is named twice in posts and escalation_posts")
        if self.launch_acceleration_mps2[0] > self.launch_acceleration_mps2[1]:
            raise ValueError("launch_acceleration_mps2: the least comes first")


def _unwrapped(corners_deg: F64) -> F64:
    """Return corners whose longitudes do not jump at the 180th meridian."""
    first = corners_deg[:1, 1]
    lon = first + (corners_deg[:, 1] - first + 180) % 360 - 180
    return np.stack([corners_deg[:, 0], lon], -1)


def _crosses_itself(polygon: tuple[tuple[float, float], ...]) -> bool:
    a = _unwrapped(np.array(polygon, np.float64))
    b = np.roll(a, -1, axis=0)

    def side(p: F64, q: F64, r: F64) -> F64:
        """Return on which side of each line p-q each r lies, shape (lines, points)."""
        d = q - p
        return np.sign(
            d[:, None, 0] * (r[None, :, 1] - p[:, None, 1])
            - d[:, None, 1] * (r[None, :, 0] - p[:, None, 0])
        )

    cut = side(a, b, a) * side(a, b, b) < 0
    return bool((cut & cut.T).any())
