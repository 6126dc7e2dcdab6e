"""SAPIENT messages that tests share; keywords change them."""

from typing import Any

from skypact.sensors.sapient.frames import framed
from skypact.sensors.sapient.schema import VERSION, message_class, number

START_NS, S = 1_790_000_000_000_000_000, 1_000_000_000
RADAR = "3d1ffd1b-cc01-4c26-a7e8-bf4da3d393b8"
CAMERA = "b5546692-a0cc-4846-a36c-4b7098eae08e"
OBJECT = "01H7SS2G2H7PQPQ6F1MMCF9BT5"
REPORT = "01H7SS2G2HFG5EP09GYC8YP69C"
DEG_M = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"
RAD_M = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M"
ELLIPSOID, GEOID = "LOCATION_DATUM_WGS84_E", "LOCATION_DATUM_WGS84_G"


def message(node: str = RADAR, at_s: float = 0.0, text: str = "") -> Any:
    made = message_class()()
    made.node_id = node
    made.timestamp.seconds, made.timestamp.nanos = divmod(START_NS + round(at_s * S), S)
    if text:
        made.additional_information = text
    return made


def registration(
    node: str = RADAR,
    kinds: tuple[str, ...] = ("RADAR",),
    *,
    version: str = VERSION,
    units: tuple[str, ...] = ("SPEED_UNITS_MS",),
    capability: str = "Radar",
    sub_type: str = "",
    name: str = "Mast",
    text: str = "",
) -> Any:
    made = message(node, text=text)
    said = made.registration
    for kind in kinds:
        definition = said.node_definition.add()
        definition.node_type = number("Registration.NodeType", f"NODE_TYPE_{kind}")
        if sub_type:
            definition.node_sub_type.append(sub_type)
    said.icd_version, said.short_name = version, name
    made_capability = said.capabilities.add()
    made_capability.category, made_capability.type = capability, "Range"
    seconds = number("Registration.TimeUnits", "TIME_UNITS_SECONDS")
    interval = said.status_definition.status_interval
    interval.units, interval.value = seconds, 5
    mode = said.mode_definition.add()
    mode.mode_name = "default"
    mode.mode_type = number("Registration.ModeType", "MODE_TYPE_PERMANENT")
    mode.settle_time.units, mode.settle_time.value = seconds, 0
    for unit in units:
        detection = mode.detection_definition.add()
        system = number("LocationCoordinateSystem", DEG_M)
        datum = number("LocationDatum", ELLIPSOID)
        detection.location_type.location_units = system
        detection.location_type.location_datum = datum
        speed = detection.velocity_type.enu_velocity_units
        speed.east_north_rate_units = number("SpeedUnits", unit)
        detection.velocity_type.location_datum = datum
    region = mode.task.region_definition
    region.region_type.append(number("Registration.RegionType", "REGION_TYPE_BOUNDARY"))
    area = region.region_area.add()
    area.location_units = number("LocationCoordinateSystem", DEG_M)
    area.location_datum = number("LocationDatum", ELLIPSOID)
    config = said.config_data.add()
    config.manufacturer, config.model = "Maker", "One"
    return made


def _report(node: str, at_s: float) -> Any:
    made = message(node, at_s)
    made.detection_report.report_id, made.detection_report.object_id = REPORT, OBJECT
    return made


def detection(
    node: str = RADAR,
    at_s: float = 0.0,
    *,
    lat: float = -32.0,
    lon: float = -18.0,
    z: float | None = 3000.0,
    system: str = DEG_M,
    datum: str = ELLIPSOID,
    error: float | None = None,
    velocity: tuple[float, ...] = (100.0, -50.0, 2.0),
    callsign: str = "SKY7",
) -> Any:
    made = _report(node, at_s)
    report = made.detection_report
    report.location.x, report.location.y = lon, lat
    if z is not None:
        report.location.z = z
    if error is not None:
        report.location.x_error = report.location.y_error = error
    report.location.coordinate_system = number("LocationCoordinateSystem", system)
    report.location.datum = number("LocationDatum", datum)
    for name, value in zip(("east_rate", "north_rate", "up_rate"), velocity, strict=False):
        setattr(report.enu_velocity, name, value)
    report.id = callsign
    return made


def polar(
    node: str = RADAR,
    at_s: float = 0.0,
    *,
    azimuth: float | None = 30.0,
    elevation: float | None = 5.0,
    distance: float | None = 20_000.0,
    system: str = "DEGREES_M",
    datum: str = "TRUE",
) -> Any:
    made = _report(node, at_s)
    place = made.detection_report.range_bearing
    for name, value in (("azimuth", azimuth), ("elevation", elevation), ("range", distance)):
        if value is not None:
            setattr(place, name, value)
    prefix = "RANGE_BEARING_COORDINATE_SYSTEM_"
    place.coordinate_system = number("RangeBearingCoordinateSystem", prefix + system)
    place.datum = number("RangeBearingDatum", f"RANGE_BEARING_DATUM_{datum}")
    return made


def status(
    node: str = RADAR,
    at_s: float = 0.0,
    *,
    system: str = "SYSTEM_OK",
    said: tuple[tuple[str, str], ...] = (),
    origin: tuple[float, float, float] | None = None,
) -> Any:
    made = message(node, at_s)
    report = made.status_report
    report.report_id, report.mode = REPORT, "default"
    report.system = number("StatusReport.System", system)
    report.info = number("StatusReport.Info", "INFO_NEW")
    for level, value in said:
        one = report.status.add()
        one.status_level = number("StatusReport.StatusLevel", f"STATUS_LEVEL_{level}_STATUS")
        one.status_type = number("StatusReport.StatusType", "STATUS_TYPE_OTHER")
        one.status_value = value
    if origin is not None:
        place = report.node_location
        place.y, place.x, place.z = origin
        place.coordinate_system = number("LocationCoordinateSystem", DEG_M)
        place.datum = number("LocationDatum", ELLIPSOID)
    return made


def alert(node: str = RADAR, description: str = "fence cut") -> Any:
    made = message(node)
    made.alert.alert_id, made.alert.description = REPORT, description
    made.alert.alert_type = number("Alert.AlertType", "ALERT_TYPE_WARNING")
    made.alert.status = number("Alert.AlertStatus", "ALERT_STATUS_ACTIVE")
    made.alert.location.CopyFrom(detection().detection_report.location)
    return made


def task(node: str = RADAR) -> Any:
    made = message(node)
    made.destination_id = CAMERA
    made.task.task_id = REPORT
    made.task.control = number("Task.Control", "CONTROL_START")
    return made


def frame(made: Any) -> bytes:
    return framed(made.SerializeToString())
