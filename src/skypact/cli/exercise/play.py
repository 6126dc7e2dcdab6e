"""Play a scenario through the production nodes under the simulated clock."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from skypact import __version__
from skypact.cli import folders
from skypact.config import STATE, load
from skypact.core.codec import encode
from skypact.core.jit import load as load_kernels
from skypact.core.messages import Message
from skypact.edge.journal import Journal, Kind
from skypact.edge.replay import RecordedConfig, digest
from skypact.exercise import driver
from skypact.exercise.links import Links
from skypact.exercise.outcome.outcome import step_s
from skypact.exercise.recorded import RecordedTraffic
from skypact.exercise.scenario import Scenario
from skypact.exercise.watch.watch import Watch
from skypact.exercise.world import World
from skypact.node import Node, build

SECOND_NS = 1_000_000_000
JOURNAL = "journal"


class Played(NamedTuple):
    """watches: what each node showed; simulated_s, wall_s, cpu_s: how long it was and took."""

    watches: dict[str, Watch]
    simulated_s: float
    wall_s: float
    cpu_s: float


def play(
    scenario: Scenario,
    agreements: Mapping[str, str],
    seed: int,
    out: Path,
    for_s: float | None,
    progress: Callable[[float], None],
    *,
    recorded: bool = True,
) -> Played:
    """Play `scenario`; write a node folder for each nation into `out`, with its journal when
    `recorded`. Same scenario, seed and code give the same bytes. progress: called with the share
    done."""
    load_kernels()
    begun, cpu = time.perf_counter(), time.process_time()
    start_ns = scenario.start_ns
    simulated_s = min(for_s or scenario.duration_s, scenario.duration_s)
    end_ns = start_ns + round(simulated_s * SECOND_NS)
    folders.write_folders(out, scenario, agreements, seed, folders.UNCONNECTED, {})
    names = [nation.name for nation in scenario.nations]
    directories = {name: load(out / name) for name in names}
    nodes: dict[str, Node] = {name: build(directories[name]) for name in names}
    watches = {name: Watch(name, start_ns, step_s(scenario.duration_s)) for name in names}
    journals: dict[str, Journal] = {}
    if recorded:
        for name, directory in directories.items():
            journals[name] = Journal(directory.state / JOURNAL)
            config = RecordedConfig(version=__version__, files=directory.files)
            journals[name].append(Kind.CONFIG, start_ns, msgspec.msgpack.encode(config))

    def record(nation: str, message: Message, now_ns: int) -> None:
        if recorded:
            journals[nation].append(Kind.INPUT, now_ns, encode(message))
            journals[nation].flush()

    def record_outputs(nation: str, outputs: Sequence[Message], now_ns: int) -> None:
        if recorded:
            journals[nation].append(Kind.OUTPUT, now_ns, digest(outputs))
        watches[nation].take(outputs, now_ns)

    def advanced(now_ns: int) -> None:
        progress((now_ns - start_ns) / (end_ns - start_ns))

    world, links = World(scenario, seed, start_ns, RecordedTraffic()), Links(scenario, seed)
    try:
        driver.run(nodes, world, links, start_ns, end_ns, record, record_outputs, advanced)
    finally:
        for journal in journals.values():
            journal.close()
    for watch in watches.values():
        watch.end_ns = end_ns
    wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    return Played(watches, simulated_s, wall_s, cpu_s)


def journal_of(out: Path, nation: str) -> Path:
    """Return where the journal of a nation lies below a folder of nodes."""
    return out / nation / STATE / JOURNAL
