"""A nation's picture as a SAPIENT fusion node tells it: registration, status, detections. Pure."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from skypact.core.columns import array
from skypact.core.geodesy import MEAN_RADIUS_M
from skypact.core.messages import Context, Identity, PictureView, ThreatClass
from skypact.sensors.sapient.answers import envelope
from skypact.sensors.sapient.frames import framed
from skypact.sensors.sapient.marks import MARKS
from skypact.sensors.sapient.schema import VERSION, number

MODE = "picture"
CLASS = "Air Vehicle"
INFO = {
    "moves_like": ", ".join(kind.name.lower() for kind in ThreatClass),
    "identity": ", ".join(identity.name.lower() for identity in Identity),
    "reporter": "name",
    "track": "system track number",
    "context": ", ".join(context.value for context in Context),
}
"""What is said of an object beyond the standard's own fields, and its values. A class says how it
moves; the identity is the one the picture holds and no other."""
_DEGREES = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"


class Teller(NamedTuple):
    """Whose picture it is. node_id: of this node; name: for people; version: of the software;
    every_s: between two status reports; report_id: makes an id for a report of a time."""

    node_id: str
    name: str
    context: Context
    version: str
    every_s: float
    report_id: Callable[[int], str]


def registration(teller: Teller, now_ns: int) -> bytes:
    """Return the frame that must come first."""
    message = envelope(teller.node_id, now_ns, teller.context)
    said = message.registration
    definition = said.node_definition.add()
    definition.node_type = number("Registration.NodeType", "NODE_TYPE_FUSION_NODE")
    said.icd_version = VERSION
    mark = MARKS[teller.context]
    said.name = said.short_name = f"{teller.name} {mark}".strip()
    capability = said.capabilities.add()
    capability.category, capability.type = "Fusion", "Air picture"
    seconds = number("Registration.TimeUnits", "TIME_UNITS_SECONDS")
    interval = said.status_definition.status_interval
    interval.units, interval.value = seconds, teller.every_s
    _mode(said.mode_definition.add(), seconds)
    config = said.config_data.add()
    config.manufacturer, config.model = "Skypact", "Skypact node"
    config.software_version = teller.version
    return framed(message.SerializeToString())


def _mode(mode: Any, seconds: int) -> None:
    mode.mode_name = MODE
    mode.mode_type = number("Registration.ModeType", "MODE_TYPE_PERMANENT")
    mode.settle_time.units, mode.settle_time.value = seconds, 0
    mode.tracking_type = number("Registration.TrackingType", "TRACKING_TYPE_TRACK")
    detection = mode.detection_definition.add()
    datum = number("LocationDatum", "LOCATION_DATUM_WGS84_E")
    place = number("LocationCoordinateSystem", _DEGREES)
    detection.location_type.location_units, detection.location_type.location_datum = place, datum
    speed = number("SpeedUnits", "SPEED_UNITS_MS")
    units = detection.velocity_type.enu_velocity_units
    units.east_north_rate_units = units.up_rate_units = speed
    detection.velocity_type.location_datum = datum
    error = detection.geometric_error
    error.type, error.units, error.variation_type = "Standard Deviation", "degrees, metres", "Track"
    detection.detection_class_definition.add().class_definition.add().type = CLASS
    objects = number("Registration.DetectionReportCategory", "DETECTION_REPORT_CATEGORY_OBJECT")
    for name, values in INFO.items():
        report = detection.detection_report.add()
        report.category, report.type, report.units = objects, name, values
    # Mandatory, even for a node that takes no task: no command is offered.
    task = mode.task
    task.concurrent_tasks = 0
    task.region_definition.region_type.append(
        number("Registration.RegionType", "REGION_TYPE_AREA_OF_INTEREST")
    )
    area = task.region_definition.region_area.add()
    area.location_units, area.location_datum = place, datum


def status(teller: Teller, now_ns: int, *, new: bool, leaving: bool = False) -> bytes:
    """Return the frame of a status report. new: the first one, or one that says another thing."""
    message = envelope(teller.node_id, now_ns, teller.context)
    report = message.status_report
    report.report_id = teller.report_id(now_ns)
    state = "SYSTEM_GOODBYE" if leaving else "SYSTEM_OK"
    report.system = number("StatusReport.System", state)
    report.info = number("StatusReport.Info", "INFO_NEW" if new else "INFO_UNCHANGED")
    report.mode = MODE
    return framed(message.SerializeToString())


def detections(teller: Teller, view: PictureView, objects: list[str]) -> list[bytes]:
    """Return the frame of a detection report for each track of the picture.

    objects: the ULID of each track, in the order of the picture.
    """
    lat, lon = array(view, "lat_rad"), array(view, "lon_rad")
    sd_deg = np.degrees(array(view, "horizontal_sd_m") / MEAN_RADIUS_M)
    columns = (
        array(view, "number"),
        np.degrees(lat),
        np.degrees(lon),
        array(view, "height_wgs84_m"),
        sd_deg,
        np.minimum(sd_deg / np.maximum(np.cos(lat), 1e-6), 180.0),
        array(view, "height_sd_m"),
        array(view, "velocity_enu_mps"),
        array(view, "threat_class"),
        array(view, "identity"),
        array(view, "reporter"),
        array(view, "callsign"),
    )
    place = number("LocationCoordinateSystem", _DEGREES)
    datum = number("LocationDatum", "LOCATION_DATUM_WGS84_E")
    classes = {int(kind): kind.name.lower() for kind in ThreatClass}
    identities = {int(identity): identity.name.lower() for identity in Identity}
    reporters = dict(enumerate(view.reporters))
    frames: list[bytes] = []
    rows: zip[Any] = zip(objects, *(column.tolist() for column in columns), strict=True)
    for who, track, y, x, z, y_sd, x_sd, z_sd, velocity, kind, identity, reporter, said in rows:
        message = envelope(teller.node_id, view.observed_ns, teller.context)
        report = message.detection_report
        report.report_id, report.object_id = teller.report_id(view.observed_ns), who
        location = report.location
        location.x, location.y, location.z = x, y, z
        location.x_error, location.y_error, location.z_error = x_sd, y_sd, z_sd
        location.coordinate_system, location.datum = place, datum
        east, north, up = velocity
        rates = report.enu_velocity
        rates.east_rate, rates.north_rate, rates.up_rate = east, north, up
        report.classification.add().type = CLASS
        by = reporters.get(reporter, "?")
        values = (
            classes[kind],
            identities[identity],
            by,
            str(track),
            teller.context.value,
        )
        for name, value in zip(INFO, values, strict=True):
            info = report.object_info.add()
            info.type, info.value = name, value
        callsign = said.decode("ascii", "replace").strip()
        if callsign:
            report.id = callsign
        frames.append(framed(message.SerializeToString()))
    return frames


def lost(teller: Teller, now_ns: int, objects: list[tuple[str, tuple[float, ...]]]) -> list[bytes]:
    """Return a last report of each object that the picture no longer holds.

    objects: its ULID and where it was last, (lat_deg, lon_deg, height_wgs84_m).
    """
    frames: list[bytes] = []
    for who, (lat, lon, height_m) in objects:
        message = envelope(teller.node_id, now_ns, teller.context)
        report = message.detection_report
        report.report_id, report.object_id, report.state = teller.report_id(now_ns), who, "lost"
        location = report.location
        location.x, location.y, location.z = lon, lat, height_m
        location.coordinate_system = number("LocationCoordinateSystem", _DEGREES)
        location.datum = number("LocationDatum", "LOCATION_DATUM_WGS84_E")
        frames.append(framed(message.SerializeToString()))
    return frames
