"""Server, links and outbox start and end as one, and frames reach a partner's node."""

import asyncio
from pathlib import Path

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import load
from skypact.core.messages import Context, Release, Stream
from skypact.edge.clock import Clock
from skypact.edge.links.partners import Partners
from skypact.edge.store import DurableFrame, Store
from skypact.exercise.scenario import load as load_scenario

WITHIN_S = 40.0


def release(stream: Stream, frame: bytes, sequence: int) -> Release:
    return Release(
        id="r", observed_ns=0, received_ns=0, origin="auria", context=Context.EXERCISE,
        partner="keystone", stream=stream, epoch=1, sequence=sequence, clauses=(), frame=frame,
    )  # fmt: skip


class Side:
    """One node's partners, without its rooms."""

    def __init__(self, home: Path) -> None:
        directory = load(home)
        assert directory.config.link is not None
        self.got: list[tuple[str, Stream, bytes]] = []
        self.unopened: list[tuple[str, str]] = []
        self.partners = Partners(
            directory,
            directory.config.link,
            Clock().now_ns,
            lambda partner, stream, frame: self.got.append((partner, stream, frame)),
            lambda partner, reason: self.unopened.append((partner, reason)),
        )
        self.store = directory.state / "store.sqlite"
        self.rows = Store(self.store)
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.partners.start()
        self.tasks = [asyncio.create_task(one) for one in self.partners.work(self.store)]

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks, timeout=10)
        await self.partners.stop()
        self.rows.close()


def test_frames_of_both_kinds_reach_the_partner(tmp_path: Path) -> None:
    prepare(tmp_path, load_scenario("first_night"), agreement_texts("first_night"), 1)

    async def run() -> None:
        hub, nation = Side(tmp_path / "keystone"), Side(tmp_path / "auria")
        await hub.start()
        await nation.start()
        nation.rows.commit([DurableFrame("keystone", 1, b"warn")], [])
        end = asyncio.get_running_loop().time() + WITHIN_S
        kinds: set[Stream] = set()
        while kinds < {Stream.TRACK, Stream.WARNING}:
            assert asyncio.get_running_loop().time() < end, hub.got
            nation.partners.release(release(Stream.TRACK, b"track", 1))
            nation.partners.release(release(Stream.WARNING, b"warn", 1))
            await asyncio.sleep(0.05)
            kinds = {stream for _, stream, _ in hub.got}
        assert {(partner, frame) for partner, _, frame in hub.got} == {
            ("auria", b"track"), ("auria", b"warn"),
        }  # fmt: skip
        assert hub.unopened == []
        nation.partners.acknowledged("keystone", 1)
        await nation.stop()
        await hub.stop()

    asyncio.run(run())
