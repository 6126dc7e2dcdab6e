"""What flies in a scenario: threats of generic classes, and civil aircraft that nobody recorded.

They are not models of real systems.
"""

from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Height = Annotated[float, msgspec.Meta(ge=-500, le=100_000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e6)]
Speed = Annotated[float, msgspec.Meta(ge=10, le=2000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
CrossSection = Annotated[float, msgspec.Meta(gt=0, le=1e4)]


class Point(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point on the ellipsoid."""

    lat_deg: Latitude
    lon_deg: Longitude


class Waypoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point on a route; without `height_m` the height of the threat holds here."""

    lat_deg: Latitude
    lon_deg: Longitude
    height_m: Height | None = None


class _Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """count: how many; spacing_m: side by side in rows of three; interval_s: one after another."""

    name: Name
    start_s: Seconds = 0.0
    count: Count = 1
    spacing_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 0.0
    interval_s: Seconds = 0.0


class Ballistic(
    _Group, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="class",
    tag="ballistic",
):  # fmt: skip
    """An unpowered arc from `start_height_m` above `launch` to `aim`; the boost is not played.

    elevation_deg: of the velocity at the start, without it the least speed; drag_kgpm2: mass over
    drag area, the larger the less the air brakes.
    """

    launch: Point
    aim: Point
    start_height_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 25_000.0
    elevation_deg: Annotated[float, msgspec.Meta(gt=5, lt=85)] | None = None
    drag_kgpm2: Annotated[float, msgspec.Meta(ge=100, le=1e9)] = 8_000.0
    rcs_m2: CrossSection = 1.0


class Rocket(
    Ballistic, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="class",
    tag="rocket",
):  # fmt: skip
    """A ballistic arc of short range, from near the ground."""

    start_height_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 1_000.0
    rcs_m2: CrossSection = 0.1


class _Route(_Group, frozen=True, kw_only=True, forbid_unknown_fields=True):
    waypoints: Annotated[tuple[Waypoint, ...], msgspec.Meta(min_length=2, max_length=200)]
    speed_mps: Speed
    height_m: Height
    turn_g: Annotated[float, msgspec.Meta(gt=0, le=20)] = 1.0
    rcs_m2: CrossSection = 0.1


class Cruise(
    _Route, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="class", tag="cruise"
):
    """A cruise missile on great-circle legs; ends at the last waypoint."""

    turn_g: Annotated[float, msgspec.Meta(gt=0, le=20)] = 2.0


class Drone(
    _Route, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="class", tag="drone"
):
    """A one-way drone on great-circle legs; ends at the last waypoint."""

    rcs_m2: CrossSection = 0.05


class Aircraft(
    _Route, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="class",
    tag="aircraft",
):  # fmt: skip
    """A crewed aircraft on great-circle legs; leaves at the last waypoint and harms nobody."""

    turn_g: Annotated[float, msgspec.Meta(gt=0, le=20)] = 3.0
    rcs_m2: CrossSection = 5.0


Threat = Ballistic | Rocket | Cruise | Drone | Aircraft


class Civil(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Civil aircraft made up by chance over a circle: straight legs across it, at the heights and
    speeds of airliners, with an address that secondary radars read."""

    lat_deg: Latitude
    lon_deg: Longitude
    radius_m: Annotated[float, msgspec.Meta(gt=10_000, le=3e6)]
    count: Annotated[int, msgspec.Meta(ge=1, le=20_000)]
    speed_mps: Speed = 230.0
    rcs_m2: CrossSection = 20.0
