"""Run an exercise under the simulated clock, one journal a node."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from skypact import __version__
from skypact.cli import folders
from skypact.config import STATE, load
from skypact.core.codec import encode
from skypact.core.messages import Message
from skypact.edge.journal import Journal, Kind
from skypact.edge.replay import RecordedConfig, digest
from skypact.exercise import driver
from skypact.exercise.links import Links
from skypact.exercise.recorded import RecordedTraffic
from skypact.exercise.scenario import load as load_scenario
from skypact.exercise.world import World
from skypact.node import Node, build

SECOND_NS = 1_000_000_000


def run(
    name: str, seed: int, out: Path, for_s: float | None, progress: Callable[[float], None]
) -> dict[str, Any]:
    """Play scenario `name`; write a node folder with its journal for each nation into `out`.

    Same scenario, seed and code give the same bytes. progress: called with the share done.
    """
    scenario = load_scenario(name)
    agreements = folders.agreement_texts(name)
    start_ns = scenario.start_ns
    end_ns = start_ns + round((for_s or scenario.duration_s) * SECOND_NS)
    nodes: dict[str, Node] = {}
    journals: dict[str, Journal] = {}
    names = [nation.name for nation in scenario.nations]
    folders.write_folders(out, scenario, agreements, seed, folders.UNCONNECTED, {})
    for nation in names:
        directory = load(out / nation)
        nodes[nation] = build(directory)
        journals[nation] = Journal(directory.state / "journal")
        recorded = RecordedConfig(version=__version__, files=directory.files)
        journals[nation].append(Kind.CONFIG, start_ns, msgspec.msgpack.encode(recorded))

    def record(nation: str, message: Message, now_ns: int) -> None:
        journals[nation].append(Kind.INPUT, now_ns, encode(message))
        journals[nation].flush()

    def record_outputs(nation: str, outputs: Sequence[Message], now_ns: int) -> None:
        journals[nation].append(Kind.OUTPUT, now_ns, digest(outputs))

    world = World(scenario, seed, start_ns, RecordedTraffic())
    links = Links(scenario, seed)

    def advanced(now_ns: int) -> None:
        progress((now_ns - start_ns) / (end_ns - start_ns))

    driver.run(nodes, world, links, start_ns, end_ns, record, record_outputs, advanced)
    for journal in journals.values():
        journal.close()
    return {
        "scenario": scenario.name,
        "seed": seed,
        "journals": {name: str(out / name / STATE / "journal") for name in journals},
    }
