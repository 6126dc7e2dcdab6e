"""Two hubs that store nothing: either may be killed, and what is committed is not lost."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import tomli_w
from bench.nation import Nation

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import load
from skypact.core.messages import AirWarning, Delivery, Release, Stream, WarningRaised
from skypact.edge.clock import Clock
from skypact.edge.first_hour.enrol import cut
from skypact.edge.inbox import Lane
from skypact.edge.links import hub_folder, pki
from skypact.edge.links.nats_server import kept_port
from skypact.exercise.scenario import load as load_scenario
from tests.e2e.nats_lab import knock, until
from tests.unit.sharing.treaty import warning

pytestmark = pytest.mark.e2e
HUBS = ("north", "south")
SKYPACT = str(Path(sys.executable).with_name("skypact"))


def edit(home: Path, **link: object) -> None:
    """Change the table [link] of a node."""
    file = home / "node.toml"
    tables = tomllib.loads(file.read_text())
    tables["link"] |= link
    file.write_text(tomli_w.dumps(tables))


def two_hubs(state: Path) -> dict[str, int]:
    """Write an alliance whose coordinator has two more hubs; return the door of each."""
    prepare(state, load_scenario("first_night"), agreement_texts("first_night"), 1)
    ports = {f"{hub}-{use}": kept_port(state / f"ports/{hub}-{use}") for hub in HUBS
             for use in ("port", "leaf_port", "cluster_port")}  # fmt: skip
    tables = [
        {"name": hub, "host": "127.0.0.1", **{use: ports[f"{hub}-{use}"] for use in
         ("port", "leaf_port", "cluster_port")}} for hub in HUBS
    ]  # fmt: skip
    edit(state / "keystone", hub=tables, cluster_port=kept_port(state / "ports/cluster"))
    doors = {hub: ports[f"{hub}-leaf_port"] for hub in HUBS}
    for name in ("auria", "borvia"):
        edit(state / name, hubs=[f"127.0.0.1:{door}" for door in doors.values()])
    for hub in HUBS:
        hub_folder.write(load(state / "keystone"), hub, state / hub, Clock().now_ns())
    return doors


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([SKYPACT, "hub", str(folder)])


def is_open(port: int) -> bool:
    with subprocess.Popen(
        ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"], stderr=subprocess.DEVNULL
    ) as tried:
        return tried.wait() == 0


@asynccontextmanager
async def alliance(
    state: Path,
) -> AsyncIterator[tuple[Nation, Nation, dict[str, subprocess.Popen[bytes]]]]:
    """Run auria and borvia with both hubs; the coordinator's node never runs."""
    doors = two_hubs(state)
    running = {hub: start(state / hub) for hub in HUBS}
    await until(lambda: all(is_open(door) for door in doors.values()), 20)
    auria, borvia = Nation(state / "auria"), Nation(state / "borvia")
    await asyncio.gather(auria.start(), borvia.start())
    try:
        await until(lambda: auria.link("borvia") and borvia.link("auria"), 30)
        yield auria, borvia, running
    finally:
        await asyncio.gather(auria.stop(), borvia.stop())
        for hub in running.values():
            hub.terminate()
            hub.wait(10)


class Traffic:
    """auria raises a warning and sends a track frame every 20 ms. late: of the frames, when each
    arrived."""

    def __init__(self, auria: Nation, borvia: Nation) -> None:
        self.auria, self.borvia, self.raised, self.arrived = auria, borvia, 0, list[float]()
        passed = borvia.partners._sealed._received

        def received(partner: str, stream: Stream, frame: bytes) -> None:
            if stream is Stream.TRACK:
                self.arrived.append(time.monotonic())
            else:
                passed(partner, stream, frame)

        borvia.partners._sealed._received = received

    async def run(self) -> None:
        while True:
            now_ns, self.raised = self.auria.clock.now_ns(), self.raised + 1
            header = self.auria.issuer.header(now_ns, now_ns)
            event = WarningRaised(**header, warning=numbered(self.raised))
            self.auria.driver.inbox.put(Lane.WARNING, event)
            self.auria.partners.release(Release(
                **header, partner="borvia", stream=Stream.TRACK, epoch=1, sequence=self.raised,
                clauses=("auria-borvia/tracks",), frame=bytes(300),
            ))  # fmt: skip
            await asyncio.sleep(0.02)

    def longest_gap_s(self, since_s: float) -> float:
        times = [t for t in self.arrived if t >= since_s - 1]
        return max(b - a for a, b in itertools.pairwise(times))

    def taken(self) -> list[str]:
        """Return the warnings of auria that borvia's people were told, in order, doubles kept."""
        found = [m for m in self.borvia.told if isinstance(m, Delivery)]
        return [m.warning.warning_id for m in found
                if m.warning.origin == "auria" and m.event == "warning_raised"]  # fmt: skip


def numbered(number: int) -> AirWarning:
    return warning(warning_id=f"auria-warning-{number}")


def test_either_hub_may_be_killed_and_nothing_committed_is_lost(tmp_path: Path) -> None:
    async def run() -> None:
        async with alliance(tmp_path) as (auria, borvia, running):
            traffic = Traffic(auria, borvia)
            sending = asyncio.create_task(traffic.run())
            await asyncio.sleep(1.0)
            doors = {hub: hub_folder.read(tmp_path / hub).leaf_port for hub in HUBS}
            for hub in HUBS:
                killed_s, before = time.monotonic(), len(traffic.arrived)
                running[hub].kill()
                running[hub].wait()
                await until(lambda n=before: len(traffic.arrived) > n + 100, 20)
                print(f"{hub} killed: longest live gap {traffic.longest_gap_s(killed_s):.2f} s")
                assert not is_open(doors[hub])
                running[hub] = start(tmp_path / hub)
                await until(lambda h=hub: is_open(doors[h]), 20)
                await asyncio.sleep(2.0)  # the hubs find each other again
            sending.cancel()
            await until(lambda: len(traffic.taken()) >= traffic.raised, 20)
            told = traffic.taken()
            assert len(told) == len(set(told)) == traffic.raised
            assert auria.refused("borvia") == borvia.refused("auria") == []

    asyncio.run(run())


def test_only_a_hub_joins_the_cluster_and_no_nation(tmp_path: Path) -> None:
    doors = two_hubs(tmp_path)
    hub = start(tmp_path / "north")
    try:
        asyncio.run(until(lambda: is_open(doors["north"]), 20))
        file = hub_folder.read(tmp_path / "north")
        now_ns, authority = Clock().now_ns(), tmp_path / "keystone/keys/authority.pem"
        own = pki.make_authority(authority.parent, "keystone", file.context, now_ns)
        nation = pki.make_authority(tmp_path / "auria/keys", "auria", file.context, now_ns)
        node = pki.issue(nation, pki.Role.NODE, now_ns)
        member = pki.issue(own, pki.Role.HUB, now_ns, ("127.0.0.1",), tmp_path / "south")
        client = pki.issue_client(own, "guest", "watch", tmp_path / "guest", now_ns)

        def at_cluster(credential: pki.Credential) -> str:
            return knock(file.cluster_port, credential, authority, "keystone-exercise")

        assert at_cluster(member) == "let in"
        for other in (client, pki.issue(own, pki.Role.APP, now_ns)):
            assert at_cluster(other) == "refused by name"
        assert at_cluster(node) == "refused in TLS"
        assert knock(file.leaf_port, node, authority) == "let in"
        assert knock(file.leaf_port, member, authority) == "refused in TLS"
    finally:
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(10) == 0


def test_a_folder_written_anew_is_taken_by_a_running_hub(tmp_path: Path) -> None:
    doors = two_hubs(tmp_path)
    hub = start(tmp_path / "north")
    try:
        asyncio.run(until(lambda: is_open(doors["north"]), 20))
        file = hub_folder.read(tmp_path / "north")
        authority = tmp_path / "keystone/keys/authority.pem"
        now_ns = Clock().now_ns()
        nation = pki.make_authority(tmp_path / "auria/keys", "auria", file.context, now_ns)
        node = pki.issue(nation, pki.Role.NODE, now_ns)
        assert knock(file.leaf_port, node, authority) == "let in"
        cut(tmp_path / "keystone", "auria", "Duty officer", "a drill", now_ns)
        hub_folder.write(load(tmp_path / "keystone"), "north", tmp_path / "north", now_ns)

        def refused() -> bool:
            try:
                return knock(file.leaf_port, node, authority) != "let in"
            except ConnectionRefusedError:  # it starts again
                return False

        asyncio.run(until(refused, 10))
    finally:
        os.kill(hub.pid, signal.SIGTERM)
        hub.wait(10)
