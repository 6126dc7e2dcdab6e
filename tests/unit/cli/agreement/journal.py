"""A node's folder whose journal holds two tracks, as a live node would have written it."""

from pathlib import Path

import msgspec

from skypact.cli import folders
from skypact.config import AGREEMENTS, load
from skypact.core.codec import encode
from skypact.core.ids import Issuer
from skypact.core.messages import Context, Woken
from skypact.edge.journal import Journal, Kind
from skypact.edge.replay import RecordedConfig
from skypact.exercise.scenario import load as load_scenario
from tests.unit.picture.flights import T0, S, moved, own, started, state

SCENARIO = load_scenario("first_night")
ISSUER = Issuer("auria", "test", Context.EXERCISE)
SECONDS = 4
TERMS = """\
owner = "auria"
partner = "borvia"
valid_from = 2020-01-01T00:00:00Z
valid_until = 2040-01-01T00:00:00Z
[[clause]]
id = "1"
what = "track"
classes = ["unknown", "aircraft"]
"""


def node_folder(tmp_path: Path) -> Path:
    """Return the folder of auria."""
    folder = tmp_path / "auria"
    folders.write_folders(tmp_path, SCENARIO, {"a.toml": TERMS}, 1, folders.UNCONNECTED, {})
    assert (folder / AGREEMENTS / "a.toml").exists()
    return folder


def ran(folder: Path) -> Path:
    """Write a journal of some seconds into the folder; return the folder `state`."""
    directory = load(folder)
    journal = Journal(directory.state / "journal")
    recorded = RecordedConfig(version="test", files=directory.files)
    journal.append(Kind.CONFIG, T0, msgspec.msgpack.encode(recorded))
    journal.append(Kind.INPUT, T0, encode(started(T0)))
    for k in range(SECONDS):
        now_ns = T0 + k * S
        states = [moved(state(0, 0, 150, 90), k), moved(state(9_000, 0, 150, 90), k)]
        batch = own([1, 2], states, now_ns)
        journal.append(Kind.INPUT, now_ns, encode(batch))
        woken = Woken(**ISSUER.header(now_ns + S // 2, now_ns + S // 2))
        journal.append(Kind.INPUT, now_ns + S // 2, encode(woken))
    journal.close()
    return directory.state
