"""SAPIENT nodes: who has registered, who is refused, and what they say of themselves."""

import math
from typing import Any

import msgspec

from skypact.core.geoid import undulation_m
from skypact.sensors.sapient.schema import VERSION, number

EFFECTORS = ("KINETIC", "JAMMER", "CYBER", "LDEW", "RFDEW")
"""Node types that act on something. CYBER senses or acts, and a node can't be asked which."""
EFFECTOR_WORDS = frozenset(
    ("effector", "jammer", "kinetic", "weapon", "interceptor", "ldew", "rfdew", "hpm")
)
"""The same as they stand in capabilities and sub-types, which are free text."""
SPEED_UNITS_MPS = {"SPEED_UNITS_MS": 1.0, "SPEED_UNITS_KPH": 1 / 3.6}
TEXT_MAX = 80
FAULT_LEVELS = ("STATUS_LEVEL_WARNING_STATUS", "STATUS_LEVEL_ERROR_STATUS")
_SYSTEMS = {"SYSTEM_OK": "", "SYSTEM_WARNING": "warning", "SYSTEM_ERROR": "error"} | {
    "SYSTEM_GOODBYE": "has left"
}


class Node(msgspec.Struct, kw_only=True):
    """A node that has registered. refused: why nothing of it is read, "" when it is; speed_mps: of
    one unit of its velocities, None when it announced none; origin: its last stated place (lat_rad,
    lon_rad, height_wgs84_m); status: what it last said is wrong with it; heard_ns: arrival."""

    name: str
    heard_ns: int
    refused: str = ""
    speed_mps: float | None = None
    origin: tuple[float, float, float] | None = None
    status: str = ""


def registered(registration: Any, now_ns: int) -> Node:
    """Return what a checked Registration makes of its sender."""
    return Node(
        name=shown(registration.short_name or registration.name),
        heard_ns=now_ns,
        refused=refusal(registration),
        speed_mps=_speed_mps(registration),
    )


def refusal(registration: Any) -> str:
    """Return why nothing of a node will be read, "" when it will."""
    if registration.icd_version != VERSION:
        return f"speaks {shown(registration.icd_version)!r}, not {VERSION!r}"
    effectors = {number("Registration.NodeType", f"NODE_TYPE_{name}") for name in EFFECTORS}
    types = {definition.node_type for definition in registration.node_definition}
    words = {c.category for c in registration.capabilities}
    words |= {kind for d in registration.node_definition for kind in d.node_sub_type}
    said = {part for word in words for part in word.casefold().replace("_", " ").split()}
    if types & effectors or said & EFFECTOR_WORDS:
        return "is an effector: this node reads sensors and tasks nothing"
    if 0 in types:
        return "does not say what type of node it is"
    return ""


def _speed_mps(registration: Any) -> float | None:
    """Return the one unit of all velocities; None where modes differ or none is announced."""
    units = {
        definition.velocity_type.enu_velocity_units.east_north_rate_units
        for mode in registration.mode_definition
        for definition in mode.detection_definition
        if definition.HasField("velocity_type")
    }
    if len(units) != 1:
        return None
    known = {number("SpeedUnits", name): mps for name, mps in SPEED_UNITS_MPS.items()}
    return known.get(units.pop())


def status(report: Any) -> str:
    """Return what a StatusReport says is wrong, "" when all is well."""
    systems = {number("StatusReport.System", name): word for name, word in _SYSTEMS.items()}
    levels = {number("StatusReport.StatusLevel", name) for name in FAULT_LEVELS}
    parts = [systems.get(report.system, "says nothing of its state")]
    parts += [shown(s.status_value) for s in report.status if s.status_level in levels]
    return shown("; ".join(dict.fromkeys(part for part in parts if part)))


def origin(report: Any) -> tuple[float, float, float] | None:
    """Return where a StatusReport says that its node stands, None when it can't be read."""
    if not report.HasField("node_location"):
        return None
    found = latitude_longitude(report.node_location)
    if isinstance(found, str):
        return None
    lat, lon = found
    height_m = height(report.node_location)
    if isinstance(height_m, str):
        return None
    if is_above_geoid(report.node_location):
        height_m += float(undulation_m(lat, lon))
    return lat, lon, height_m if math.isfinite(height_m) else 0.0


_DEGREES, _RADIANS = (
    "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M",
    "LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M",
)


def radians_of(location: Any) -> float | None:
    """Return how many radians one unit of a location's angles has; None for another system."""
    system = location.coordinate_system
    if system == number("LocationCoordinateSystem", _DEGREES):
        return math.pi / 180
    return 1.0 if system == number("LocationCoordinateSystem", _RADIANS) else None


def latitude_longitude(location: Any) -> tuple[float, float] | str:
    """Return (lat_rad, lon_rad) of a Location, or why there is none."""
    unit = radians_of(location)
    if unit is None:
        return "a position that is not in latitude and longitude"
    lat, lon = location.y * unit, location.x * unit
    # NaN fails both.
    if not (abs(lat) <= math.pi / 2 and abs(lon) <= math.pi):
        return "a position that is nowhere on Earth"
    return lat, lon


def height(location: Any) -> float | str:
    """Return the height in the location's own datum, NaN when there is none, or why it is wrong."""
    if not location.HasField("z"):
        return math.nan
    return location.z if -1e3 <= location.z <= 5e5 else "a height that is nowhere in the air"


def is_above_geoid(location: Any) -> bool:
    """Return whether heights are above mean sea level."""
    return location.datum == number("LocationDatum", "LOCATION_DATUM_WGS84_G")


def shown(text: str) -> str:
    """Return a text of somebody else as it may be shown: one short line without odd characters."""
    return "".join(c if c.isprintable() else " " for c in text[:TEXT_MAX]).strip()
