"""What a reading of lines becomes: messages."""

from typing import Any

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import Bearings, LaunchDetections, Message, Scan, Sightings
from skypact.sensors.lines.fields import Columns
from skypact.sensors.lines.reader import LinesReading

SENSOR_KINDS: tuple[tuple[str, Any], ...] = (
    ("plots", Scan),
    ("bearings", Bearings),
    ("launches", LaunchDetections),
)


def messages(issuer: Issuer, feed: str, reading: LinesReading, now_ns: int) -> list[Message]:
    """Return a message a kind and sensor; positions are the room's own matter."""
    made: list[Message] = []
    for field, kind in SENSOR_KINDS:
        by_sensor: dict[str, Columns] = getattr(reading, field)
        for sensor, columns in by_sensor.items():
            made.append(_message(issuer, kind, columns, now_ns, sensor=sensor))
    if reading.sightings is not None:
        made.append(_message(issuer, Sightings, reading.sightings, now_ns, feed=feed))
    return made


def _message(issuer: Issuer, kind: Any, columns: Columns, now_ns: int, **names: str) -> Message:
    observed_ns = int(columns["time_ns"].max())
    header = issuer.header(observed_ns, now_ns)
    made: Message = kind(**header, **names, count=len(columns["time_ns"]), **pack(kind, **columns))
    return made
