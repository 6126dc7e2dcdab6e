"""A direct line between two nations beside the hub: the hub may die, and nothing is taken twice."""

import asyncio
import os
import signal
import time
import tomllib
from pathlib import Path

import pytest
import tomli_w
from bench.nation import Nation
from nats.aio.client import Client
from nats.aio.msg import Msg

from skypact.config import load
from skypact.core.messages import Delivery, Stream
from skypact.edge.clock import Clock
from skypact.edge.first_hour.enrol import cut
from skypact.edge.links.credentials import endpoint, server_text
from skypact.edge.links.link import client_options
from skypact.edge.links.nats_config import server_name
from skypact.edge.links.nats_server import NatsServer, kept_port
from skypact.edge.links.ways import Way
from tests.e2e.nats_lab import until
from tests.e2e.test_intruder import Intruder, two_nations, warn

pytestmark = pytest.mark.e2e


def directly(state: Path) -> None:
    """Give auria a door, to which borvia makes its line."""
    door = kept_port(state / "ports/direct")
    _edit(state / "auria", direct_port=door, direct=[{"partner": "borvia"}])
    _edit(state / "borvia", direct=[{"partner": "auria", "to": f"127.0.0.1:{door}"}])


def _edit(home: Path, **link: object) -> None:
    file = home / "node.toml"
    tables = tomllib.loads(file.read_text())
    tables["link"] |= link
    file.write_text(tomli_w.dumps(tables))


def told(nation: Nation) -> list[str]:
    """Return the warnings of the other that people were told, doubles kept."""
    found = [m for m in nation.told if isinstance(m, Delivery) and m.event == "warning_raised"]
    return [m.warning.warning_id for m in found if m.warning.origin != nation.name]


def up(nation: Nation, partner: str) -> Way:
    return nation.partners.ways[partner].up(asyncio.get_running_loop().time())


async def both_up(auria: Nation, borvia: Nation) -> None:
    both = Way.HUB | Way.DIRECT
    await until(lambda: up(auria, "borvia") == both and up(borvia, "auria") == both, 30)


async def kill_hub(state: Path, intruder: Intruder) -> None:
    """End the hub's server as a power cut would."""
    await intruder.client.close()
    for pid in _servers(state / "keystone"):
        os.kill(pid, signal.SIGKILL)


def _servers(home: Path) -> list[int]:
    named = str(home / "state/nats/nats-server.conf").encode()
    found = [p for p in Path("/proc").glob("[0-9]*/cmdline") if named in _read(p)]
    assert found
    return [int(p.parent.name) for p in found]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_hub_is_killed_and_the_exchange_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_nations(tmp_path, directly) as (auria, borvia, intruder):
            await both_up(auria, borvia)
            late_s = [await delivered(auria, borvia, number) for number in range(1, 41)]
            await kill_hub(tmp_path, intruder)
            late_s += [await delivered(auria, borvia, number) for number in range(41, 161)]
            print(f"longest way of a warning: {max(late_s):.3f} s, over a killed hub")
            await until(lambda: up(borvia, "auria") is Way.DIRECT, 10)
            assert borvia.link("auria")
            assert auria.link("borvia")
            assert len(told(borvia)) == len(set(told(borvia))) == 160
            assert auria.refused("borvia") == borvia.refused("auria") == []
            assert borvia.partners.ways["auria"].count["doubled"] > 40

    asyncio.run(run())


async def delivered(auria: Nation, borvia: Nation, number: int) -> float:
    """Raise a warning; return when the partner's people were told (s)."""
    begin_s = time.monotonic()
    await warn(auria, number)
    await until(lambda: len(told(borvia)) == number, 20)
    return time.monotonic() - begin_s


def test_a_frame_sent_again_is_still_refused_and_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_nations(tmp_path, directly) as (auria, borvia, intruder):
            await both_up(auria, borvia)
            await until(lambda: len(intruder.seen.get(Stream.HEARTBEAT, [])) > 4)
            assert borvia.refused("auria") == []
            seen = intruder.seen[Stream.HEARTBEAT][-3]
            await intruder.send(Stream.HEARTBEAT, seen)
            await until(lambda: any("a repeat" in r for r in borvia.refused("auria")), 5)
            damaged = bytearray(intruder.seen[Stream.HEARTBEAT][-1])
            damaged[-1] ^= 1
            await intruder.send(Stream.HEARTBEAT, bytes(damaged))
            await until(lambda: any("seal is broken" in r for r in borvia.refused("auria")), 5)
            assert borvia.link("auria")

    asyncio.run(run())


def test_a_direct_line_carries_only_what_is_for_the_two(tmp_path: Path) -> None:
    """borvia's own operator sits in the account of the line: what else can be had there?"""

    async def run() -> None:
        async with two_nations(tmp_path, directly) as (auria, borvia, _):
            await both_up(auria, borvia)
            await borvia.partners.stop()
            directory = load(tmp_path / "borvia")
            link = directory.config.link
            assert link is not None
            text = server_text(directory, link, Clock().now_ns())
            free = '{ user: "app.borvia.exercise.skypact" }'
            own = next(line for line in text.splitlines() if "app.borvia" in line)
            text = text.replace(own, "")
            begin = text.index('"DIRECT-auria" {')
            text = text[:begin] + text[begin:].replace("users: [", f"users: [\n {free}", 1)
            evil = NatsServer(
                directory.state / "evil", server_name("borvia", directory.config.node.context),
                link.port, text,
            )  # fmt: skip
            await evil.start()
            heard: set[str] = set()
            client = Client()
            await client.connect(**client_options(endpoint(directory, link, Clock().now_ns())))

            async def hear(message: Msg) -> None:
                heard.add(message.subject)

            await client.subscribe(">", cb=hear)
            forged = ("exercise.cestia.auria.track", "exercise.auria.keystone.track", "feed.x")
            for subject in forged:
                await client.publish(subject, b"forged")
            await client.flush()
            await until(lambda: "exercise.auria.borvia.heartbeat" in heard, 20)
            await asyncio.sleep(2.5)
            others = {s for s in heard if not s.startswith("exercise.borvia.")} - {*forged}
            assert others <= {f"exercise.auria.borvia.{stream}" for stream in Stream}
            assert not auria.partners._links.refused
            assert auria.refused("cestia") == []
            await client.close()
            await evil.stop()

    asyncio.run(run())


def test_one_that_is_cut_off_has_no_line_any_more(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_nations(tmp_path, directly) as (auria, borvia, _):
            await both_up(auria, borvia)
            cut(tmp_path / "auria", "borvia", "Duty officer", "a drill", Clock().now_ns())
            await until(lambda: not up(auria, "borvia"), 15)
            conf = (tmp_path / "auria/state/nats/nats-server.conf").read_text()
            assert "DIRECT-borvia" not in conf
            await until(lambda: not borvia.link("auria"), 10)

    asyncio.run(run())
