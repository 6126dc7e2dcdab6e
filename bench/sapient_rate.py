"""SAPIENT messages per CPU second, in this run beside sapient-pydantic, as one JSON line.

    python bench/sapient_rate.py [--repeat 5] [--messages 3000]

`out`: a picture of 1,000 tracks to frames, checked afterwards message by message; `pydantic_out`: the
same messages, as objects of sapient-pydantic, to bytes.
`in`: framed bytes through the sensors room, every check of the standard on, to plots and reports, in
batches of 64; `pydantic_in`: the same bytes by sapient-pydantic to objects, its checks on.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage as Theirs
from sapient_msg_pydantic.bsi_flex_335_v2_0.sapient_message import SapientMessage

from skypact.core.columns import fault
from skypact.core.ids import Issuer
from skypact.core.messages import Context, PositionReports, Scan
from skypact.sensors.sapient.frames import split
from skypact.sensors.sapient.ids import ulid
from skypact.sensors.sapient.write import Teller, detections
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from tests.unit.edge.clients.pictures import picture
from tests.unit.sensors import samples
from tests.unit.sensors.sapient import messages

BAR = 3_000
BATCH = 64
FEED = {
    "name": "net",
    "source": "tcp://127.0.0.1:5001",
    "format": "sapient",
    "period_s": 5,
    "sapient": {"nodes": {messages.RADAR: "r1"}},
}


def rate(work: Callable[[], int], repeat: int) -> int:
    """Return the median of messages per CPU second."""
    found = []
    for _ in range(repeat):
        begun = time.process_time()
        count = work()
        found.append(count / (time.process_time() - begun))
    return round(statistics.median(found))


def frames(count: int) -> list[bytes]:
    """Return what a radar and a fusion node say: one status in twenty, the rest detections."""
    dice = np.random.default_rng(1)
    made = [messages.registration(), messages.registration(messages.CAMERA, ("FUSION_NODE",))]
    for i in range(count - 2):
        at_s = i / 1_000
        if i % 20 == 0:
            made.append(messages.status(at_s=at_s, origin=(-32, -18, 10)))
        elif i % 2:
            azimuth, distance = dice.uniform(0, 360), dice.uniform(1e3, 3e4)
            made.append(messages.polar(at_s=at_s, azimuth=azimuth, distance=distance))
        else:
            lat, lon = dice.uniform(-33, -31), dice.uniform(-19, -17)
            one = messages.detection(messages.CAMERA, at_s, lat=lat, lon=lon, error=0.0004)
            kind = one.detection_report.classification.add()
            kind.type, kind.confidence = "Air Vehicle", 0.8
            inner = kind.sub_class.add()
            inner.type, inner.level, inner.confidence = "UAV", 1, 0.7
            made.append(one)
    return [messages.frame(m) for m in made]


def outward(repeat: int) -> dict[str, int]:
    """Return messages per CPU second from a picture to frames, ours and theirs."""
    teller = Teller(
        "11111111-2222-4333-8444-555555555555", "Auria", Context.EXERCISE, "0", 5.0,
        lambda time_ns: ulid(time_ns, os.urandom(10)),
    )  # fmt: skip
    view = picture(range(1, 1_001))
    objects = [ulid(messages.START_NS, os.urandom(10)) for _ in range(1_000)]
    sent = detections(teller, view, objects)
    read = [SapientMessage.from_pb2(Theirs.FromString(split(data)[0][0])) for data in sent]

    def ours() -> int:
        return len(detections(teller, view, objects))

    def theirs() -> int:
        return sum(1 for m in read if m.to_pb2().SerializeToString())

    return {"out": rate(ours, repeat), "pydantic_out": rate(theirs, repeat)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--messages", type=int, default=3_000)
    a = parser.parse_args()
    sent = frames(a.messages)
    arrival_ns = messages.START_NS + round(a.messages / 1_000 * messages.S)
    feed = msgspec.convert(FEED, FeedSettings)

    def ours() -> int:
        sensors = Sensors(Issuer("a", "sensors", Context.EXERCISE), (feed,), (samples.site(),))
        rows = 0
        for at in range(0, len(sent), BATCH):
            part = [(arrival_ns, data) for data in sent[at : at + BATCH]]
            for message in sensors.handle(samples.datagrams("net", part), arrival_ns):
                assert isinstance(message, Scan | PositionReports)
                assert fault(message) == ""
                rows += message.count
        assert rows == sum(1 for i in range(a.messages - 2) if i % 20), rows
        return len(sent)

    def theirs() -> int:
        for data in sent:
            [message] = split(data)[0]
            SapientMessage.from_pb2(Theirs.FromString(message))
        return len(sent)

    ours()
    result = {
        "in": rate(ours, a.repeat),
        "pydantic_in": rate(theirs, a.repeat),
        **outward(a.repeat),
        "bytes_each": round(statistics.mean(map(len, sent))),
        "bar": BAR,
    }
    met = min(result["in"], result["out"]) >= BAR
    print(json.dumps({"met": met} | result))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
