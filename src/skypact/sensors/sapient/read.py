"""SAPIENT messages to plots, bearings, reports and the health of their nodes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skypact.core.errors import InvariantError
from skypact.core.messages import TIME_MAX_NS, Context
from skypact.core.site import SensorSite
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.sapient import checks, detections, nodes
from skypact.sensors.sapient.detections import Columns, Placed, Seen
from skypact.sensors.sapient.frames import split
from skypact.sensors.sapient.marks import context_of
from skypact.sensors.sapient.nodes import Node, shown
from skypact.sensors.sapient.schema import decode_error, message_class
from skypact.sensors.settings import FeedSettings

NODES_MAX = 1_024
SECOND_NS = 1_000_000_000
ALIEN = {
    "task": "a task: this node tasks nothing and takes no task",
    "task_ack": "an answer to a task: this node has given none",
    "registration_ack": "an answer to a registration: this node registers on no feed",
    "alert_ack": "an answer to an alert: this node has raised none",
}
"""Messages that are refused whoever sends them."""
LATE = "time too far from the arrival: is the sender's clock right?"


@dataclass(slots=True)
class Reading:
    """What a batch of messages held.

    scans, bearings: by sensor; reports: of everybody else; health: (node, what is wrong with it);
    heard: sensors that said anything; unknown: nodes whose bearings have no site, with a count.
    """

    scans: dict[str, Columns] = field(default_factory=dict[str, Columns])
    bearings: dict[str, Columns] = field(default_factory=dict[str, Columns])
    reports: Columns | None = None
    health: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    heard: dict[str, None] = field(default_factory=dict[str, None])
    notes: list[str] = field(default_factory=list[str])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    records: int = 0


class Rows:
    """Detections of a batch. origins: of `polar`, which have no site."""

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self.polar: list[Seen] = []
        self.origins: list[tuple[float, float, float]] = []
        self.by_sensor: dict[str, list[Seen]] = {}


class Reader:
    """Reads one feed. nodes: by UUID, those heard last at the end; all that is remembered."""

    def __init__(
        self, feed: FeedSettings, sites: Mapping[str, SensorSite], context: Context
    ) -> None:
        self._settings, self._sites, self._context = feed.sapient, sites, context
        self._sensors = {uuid.lower(): name for uuid, name in feed.sapient.nodes.items()}
        for name in self._sensors.values():
            if name not in sites:
                raise InvariantError(f"feed {feed.name}: there is no [[sensor]] {name!r}")
        self._clock_error_max_ns = round(feed.clock_error_max_s * SECOND_NS)
        self.nodes: dict[str, Node] = {}

    def read(self, frames: Iterable[tuple[bytes, int]]) -> Reading:
        """Return what frames hold, (bytes, arrival_ns) each; no bytes at all make this fail."""
        reading, rows = Reading(), Rows()
        for data, arrival_ns in frames:
            messages, refusals = split(data)
            reading.refusals += refusals
            for message in messages:
                why = self._take(message, arrival_ns, reading, rows)
                if why:
                    reading.refusals.append(Refusal(0, why))
                else:
                    reading.records += 1
        self._columns(reading, rows)
        return reading

    def _take(self, data: bytes, arrival_ns: int, reading: Reading, rows: Rows) -> str:
        """Read one message; return why it is refused, "" when it is not."""
        try:
            message = message_class().FromString(data)
        except decode_error():
            return "bytes that are no SAPIENT message"
        content = message.WhichOneof("content")
        if content in ALIEN:
            return ALIEN[content]
        if content == "error":
            said = "; ".join(message.error.error_message)
            return f"the sender reports an error: {shown(said) or 'it does not say which'}"
        why = checks.fault(message)
        if why:
            return f"not by the standard: {why}"
        if context_of(message) not in (None, self._context):
            return f"belongs to another context: {shown(message.additional_information)}"
        time_ns = message.timestamp.seconds * SECOND_NS + message.timestamp.nanos
        if abs(time_ns - arrival_ns) > self._clock_error_max_ns:
            return LATE
        return self._said(message, content, (time_ns, arrival_ns), reading, rows)

    def _said(
        self, message: Any, content: str, times_ns: tuple[int, int], reading: Reading, rows: Rows
    ) -> str:
        uuid = message.node_id.lower()
        if content == "registration":
            return self._register(uuid, message.registration, times_ns[1])
        node = self.nodes.get(uuid)
        if node is None:
            return f"node {uuid} has not registered"
        if node.refused:
            return f"node {uuid} {node.refused}"
        node.heard_ns = times_ns[1]
        if uuid in self._sensors:
            reading.heard[self._sensors[uuid]] = None
        if content == "status_report":
            node.origin = nodes.origin(message.status_report) or node.origin
            node.status = nodes.status(message.status_report)
            reading.health.append((self._label(uuid, node), node.status))
            return ""
        if content == "alert":
            reading.notes.append(f"alert of {self._label(uuid, node)}: {_alert(message.alert)}")
            return ""
        return self._detect(uuid, node, message.detection_report, times_ns[0], reading, rows)

    def _register(self, uuid: str, registration: Any, arrival_ns: int) -> str:
        node = nodes.registered(registration, arrival_ns)
        before = self.nodes.pop(uuid, None)
        if before is not None:
            node.origin = before.origin
        self.nodes[uuid] = node
        while len(self.nodes) > NODES_MAX:
            del self.nodes[min(self.nodes, key=lambda name: self.nodes[name].heard_ns)]
        return f"node {uuid} {node.refused}" if node.refused else ""

    def _detect(
        self, uuid: str, node: Node, report: Any, time_ns: int, reading: Reading, rows: Rows
    ) -> str:
        if detections.is_lost(report):
            return ""
        found = detections.read(report, node, time_ns, self._settings.position_sd_m)
        if isinstance(found, str):
            return found
        if isinstance(found, Placed):
            rows.placed.append(found)
            return ""
        name = self._sensors.get(uuid)
        if name is not None:
            if found.range_m != found.range_m and not self._sites[name].passive:
                return f"sensor {name} is not passive, and this detection has no range"
            rows.by_sensor.setdefault(name, []).append(found)
        elif found.range_m == found.range_m and node.origin is not None:
            rows.polar.append(found)
            rows.origins.append(node.origin)
        else:
            label = self._label(uuid, node)
            reading.unknown[label] = reading.unknown.get(label, 0) + 1
            reading.records -= 1  # counted as unknown instead
        return ""

    def _columns(self, reading: Reading, rows: Rows) -> None:
        for name, seen in rows.by_sensor.items():
            if self._sites[name].passive:
                reading.bearings[name] = detections.bearing_columns(seen)
            else:
                reading.scans[name] = detections.plot_columns(seen)
        sd_m = self._settings.position_sd_m
        placed = rows.placed + detections.located(rows.polar, rows.origins, sd_m)
        if placed:
            reading.reports = detections.report_columns(placed)

    def _label(self, uuid: str, node: Node) -> str:
        """Return how a node is shown: the sensor it is, else what it calls itself."""
        return self._sensors.get(uuid) or f"{node.name or 'node'} {uuid[:8]}"


def sent_ns(data: bytes) -> int | None:
    """Return when a message says it was sent, None when it can't be read."""
    try:
        sent = message_class().FromString(data).timestamp
    except decode_error():
        return None
    time_ns = sent.seconds * SECOND_NS + sent.nanos
    return time_ns if 0 < time_ns <= TIME_MAX_NS else None


def _alert(alert: Any) -> str:
    return shown(alert.description) or "it does not say what"
