"""The demo: four nodes and the outside world on this machine, one raid seen together."""

import asyncio
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import click
import msgspec

from skypact.cli import folders, summary, watches
from skypact.config import KEYS, STATE
from skypact.core.jit import is_cold, warm
from skypact.core.messages import Context
from skypact.edge.clock import Clock
from skypact.edge.links import pki
from skypact.edge.links.nats_server import kept_port
from skypact.edge.log import configure
from skypact.edge.supervise import ChildSpec, supervise
from skypact.exercise.scenario import Scenario
from skypact.exercise.scenario import load as load_scenario

PRELOAD = ("skypact.cli.live", "skypact.cli.world")
LEAD_NS = 3_000_000_000


def run(
    scenario_name: str,
    state: Path | None,
    seed: int,
    for_s: float | None,
    browser: bool,
    summary_path: Path | None,
) -> int:
    """Run the demo until Ctrl-C or for `for_s` seconds; return the exit status.

    state: folder to keep everything in and go on from; without it a new one that is removed.
    """
    if state is not None:
        return _run(scenario_name, state, seed, for_s, browser, summary_path)
    with tempfile.TemporaryDirectory(prefix="skypact-demo-") as folder:
        return _run(scenario_name, Path(folder), seed, for_s, browser, summary_path)


def _run(
    scenario_name: str,
    state: Path,
    seed: int,
    for_s: float | None,
    browser: bool,
    summary_path: Path | None,
) -> int:
    configure("demo")
    scenario = load_scenario(scenario_name)
    say(f"EXERCISE {scenario.title.removeprefix('EXERCISE: ')}. Ctrl-C ends it.", "demo")
    network = prepare(state, scenario, folders.agreements_of(scenario_name, scenario), seed)
    if is_cold():
        say("compiling kernels, once: about a minute", "demo")
    # Here, so that every node inherits them.
    warm()
    start_ns = _start_ns(state)
    hub = scenario.hub
    names = sorted((n.name for n in scenario.nations), key=lambda name: (name != hub, name))
    first = next(name for name in names if name != hub)
    children = [
        ChildSpec(name, partial(_node, state / name, name, browser and name == first))
        for name in names
    ]
    children.append(ChildSpec("world", partial(_world, scenario, seed, start_ns, network)))
    status = supervise(children, preload=PRELOAD, rehearse=_rehearse, for_s=for_s)
    if summary_path is not None:
        merged = summary.merge({name: state / name / STATE for name in names})
        summary_path.write_bytes(msgspec.json.format(msgspec.json.encode(merged), indent=2))
        say(f"summary written to {summary_path}", "demo")
    return status


def say(line: str, who: str) -> None:
    """Print one readable line: time, who, what."""
    clock = time.strftime("%H:%M:%S", time.gmtime(Clock().now_ns() // 1_000_000_000))
    click.echo(f"{clock}Z  {who:<9} {line}")
    sys.stdout.flush()


def prepare(
    state: Path, scenario: Scenario, agreements: Mapping[str, str], seed: int
) -> folders.Network:
    """Write the folders, ports and certificates of all nodes; what is there stays."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    ports = state / "ports"
    names = [n.name for n in scenario.nations]
    network = folders.Network(
        feeds={f: kept_port(ports / f"feed-{f}") for n in scenario.nations for f in _feeds(n)},
        servers={name: kept_port(ports / f"server-{name}") for name in names},
        leaf=kept_port(ports / "leaf"),
        consoles={name: kept_port(ports / f"console-{name}") for name in names},
        warnings={p.nation: kept_port(ports / f"cap-{p.nation}") for p in scenario.places},
    )
    now_ns, authorities = Clock().now_ns(), dict[str, str]()
    for name in names:
        made = pki.make_authority(state / name / KEYS, name, Context.EXERCISE, now_ns)
        authorities[name] = made.certificate.read_text()
    folders.write_folders(state, scenario, agreements, seed, network, authorities)
    watches.write(state, scenario, folders.VALID)
    return network


def _feeds(nation: folders.Nation) -> list[str]:
    others = (*nation.traffic, *nation.launch_watches, *nation.observers)
    return [s.name for s in nation.sensors] + [feed.feed for feed in others]


def _start_ns(state: Path) -> int:
    """Return when the raid begins; a demo started again on the same folder goes on with it."""
    path = state / "start_ns"
    if not path.exists():
        path.write_text(str(Clock().now_ns() + LEAD_NS))
    return int(path.read_text())


def _rehearse() -> None:
    from skypact.cli.live import rehearse

    rehearse()


def _node(directory: Path, name: str, browser: bool) -> int:
    from skypact.cli.live import run_node

    tell: Callable[[str], None] = partial(say, who=name)
    opened_before = directory / STATE / "browser-opened"

    def opened(link: str) -> None:
        tell(f"console: {link}")
        if browser and not opened_before.exists():
            opened_before.touch()
            webbrowser.open(link)

    return run_node(directory, tell, opened)


def _world(scenario: Scenario, seed: int, start_ns: int, network: folders.Network) -> int:
    from skypact.cli.world import play

    streams = {t.feed for n in scenario.nations for t in n.traffic if t.format == "beast"}
    udp = {feed: port for feed, port in network.feeds.items() if feed not in streams}
    tcp = {feed: network.feeds[feed] for feed in streams}
    return asyncio.run(play(scenario, seed, start_ns, udp, tcp))
