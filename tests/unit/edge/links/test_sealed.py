"""Two ends of sealed links over a wire that a test holds in its hands."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from skypact.core.messages.release import Stream
from skypact.edge.links.envelope import Sealer
from skypact.edge.links.frame_keys import own_keys
from skypact.edge.links.sealed import EARLY_MAX_BYTES, EARLY_MAX_FRAMES, SealedLinks
from tests.unit.edge.links.allies import DAY_NS, EXERCISE, NOW_NS, Ally, ally, as_known

Test = Callable[["Pair"], Coroutine[Any, Any, None]]


class End:
    """One nation's end. wire: what it has sent; got, refused, met: what it was told."""

    def __init__(self, own: Ally, other: Ally) -> None:
        self.ally, self.other = own, other
        self.wire: list[tuple[Stream, bytes]] = []
        self.got: list[tuple[Stream, bytes]] = []
        self.refused: list[str] = []
        self.met: list[str] = []
        self.up, self.now_ns = True, NOW_NS
        self.links = SealedLinks(
            own.nation,
            EXERCISE,
            {other.nation: other.certificate},
            own.keys,
            lambda: self.now_ns,
            self._send,
            lambda _, stream, frame: self.got.append((stream, frame)),
            lambda _, reason: self.refused.append(reason),
            self.met.append,
        )

    async def _send(self, partner: str, stream: Stream, data: bytes) -> bool:
        assert partner == self.other.nation
        if self.up:
            self.wire.append((stream, data))
        return self.up

    def hear(self, stream: Stream, data: bytes) -> None:
        self.links.take(self.other.nation, stream, data)


class Pair:
    def __init__(self, folder: Path) -> None:
        auria, borvia = ally(folder / "a", "auria"), ally(folder / "b", "borvia")
        self.a, self.b = End(auria, borvia), End(borvia, auria)

    async def settle(self) -> None:
        """Carry what lies on both wires to and fro."""
        for _ in range(5):
            await asyncio.sleep(0.01)
            for end, far in ((self.a, self.b), (self.b, self.a)):
                sent, end.wire[:] = list(end.wire), []
                for stream, data in sent:
                    far.hear(stream, data)

    async def meet(self) -> None:
        tasks = [asyncio.create_task(end.links.run()) for end in (self.a, self.b)]
        await self.settle()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def played(folder: Path, test: Test) -> None:
    async def run() -> None:
        await test(Pair(folder))

    asyncio.run(run())


def test_frames_pass_once_both_know_each_other(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        assert not await pair.a.links.send("borvia", Stream.WARNING, b"too early")
        await pair.meet()
        assert (pair.a.met, pair.b.met) == (["borvia"], ["auria"])
        assert await pair.a.links.send("borvia", Stream.WARNING, b"warned")
        ((stream, data),) = pair.a.wire
        assert b"warned" not in data
        pair.b.hear(stream, data)
        assert pair.b.got == [(Stream.WARNING, b"warned")]
        assert pair.a.refused == pair.b.refused == []

    played(tmp_path, test)


def test_what_comes_before_the_keys_waits_for_them(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        early = Sealer(pair.a.ally.keys, as_known(pair.b.ally)).seal(b"early")
        forged = Sealer(ally(tmp_path / "h", "keystone").keys, as_known(pair.b.ally)).seal(
            b"forged"
        )
        for data in (early, forged):
            pair.b.hear(Stream.WARNING, data)
        for _ in range(EARLY_MAX_FRAMES):
            pair.b.hear(Stream.TRACK, bytes(EARLY_MAX_BYTES + 1))
        assert pair.b.got == pair.b.refused == []
        await pair.meet()
        assert pair.b.got == [(Stream.WARNING, b"early")]
        assert len(pair.b.refused) == 1

    played(tmp_path, test)


def test_one_that_starts_anew_is_answered_at_once(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        await pair.meet()
        fresh = End(pair.b.ally, pair.a.ally)
        # What was said less than half a second ago is not said again.
        for _ in range(6):
            await asyncio.sleep(0.1)
        task = asyncio.create_task(fresh.links.run())
        await asyncio.sleep(0.02)
        for stream, data in fresh.wire:
            pair.a.hear(stream, data)
        await asyncio.sleep(0.02)
        for stream, data in pair.a.wire:
            fresh.hear(stream, data)
        task.cancel()
        assert fresh.met == ["auria"]

    played(tmp_path, test)


def test_a_line_that_is_down_is_tried_again(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        pair.a.up = False
        task = asyncio.create_task(pair.a.links.run())
        await asyncio.sleep(0.05)
        pair.a.up = True
        for _ in range(3):
            await asyncio.sleep(0.1)
        task.cancel()
        assert [stream for stream, _ in pair.a.wire] == [Stream.KEYS]

    played(tmp_path, test)


def test_what_cannot_be_opened_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        hub = ally(tmp_path / "hub", "keystone")
        await pair.meet()
        forged = Sealer(hub.keys, as_known(pair.b.ally)).seal(b"forged")
        for data in (b"", b"noise", forged):
            pair.b.hear(Stream.WARNING, data)
        pair.b.hear(Stream.KEYS, hub.keys.announcement(asks=False))
        assert [reason.split()[0:2] for reason in pair.b.refused] == [
            ["it", "is"],
            ["it", "is"],
            ["it", "is"],
            ["the", "announced"],
        ]
        assert await pair.a.links.send("borvia", Stream.TRACK, b"still")
        pair.b.hear(*pair.a.wire[-1])
        assert pair.b.got == [(Stream.TRACK, b"still")]

    played(tmp_path, test)


def test_new_keys_are_taken_and_old_ones_no_longer(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        await pair.meet()
        before = pair.a.ally.keys
        for end in (pair.a, pair.b):
            end.now_ns = NOW_NS + 25 * DAY_NS
        pair.a.links.renewed(own_keys(pair.a.ally.authority, pair.a.now_ns))
        await pair.meet()
        assert pair.b.met == ["auria", "auria"]
        assert await pair.a.links.send("borvia", Stream.TRACK, b"new")
        pair.b.hear(*pair.a.wire[-1])
        assert pair.b.got == [(Stream.TRACK, b"new")]
        pair.b.hear(Stream.KEYS, before.announcement(asks=False))
        assert pair.b.refused == ["older keys than those already announced"]

    played(tmp_path, test)


def test_a_frame_signed_shortly_before_new_keys_still_counts(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        await pair.meet()
        for end in (pair.a, pair.b):
            end.now_ns = NOW_NS + 25 * DAY_NS
        pair.a.links.renewed(own_keys(pair.a.ally.authority, pair.a.now_ns))
        # Partners are told first: this one is still signed with the old key, and comes later.
        assert await pair.a.links.send("borvia", Stream.TRACK, b"on its way")
        late = pair.a.wire[-1]
        await pair.meet()
        pair.b.hear(*late)
        assert set(pair.b.got) == {(Stream.TRACK, b"on its way")}
        assert pair.b.refused == []
        pair.a.links._sign_with(pair.a.links._own)  # a second later
        assert await pair.a.links.send("borvia", Stream.TRACK, b"new")
        pair.b.hear(*pair.a.wire[-1])
        assert pair.b.got[-1] == (Stream.TRACK, b"new")
        pair.b.links._before.clear()  # some seconds later
        pair.b.hear(*late)
        assert "has not announced" in pair.b.refused[0]

    played(tmp_path, test)


def test_keys_end_by_themselves(tmp_path: Path) -> None:
    async def test(pair: Pair) -> None:
        await pair.meet()
        assert await pair.a.links.send("borvia", Stream.TRACK, b"late")
        pair.a.now_ns = pair.b.now_ns = NOW_NS + 31 * DAY_NS
        pair.b.hear(*pair.a.wire[-1])
        assert pair.b.got == []
        assert not await pair.a.links.send("borvia", Stream.TRACK, b"later")

    played(tmp_path, test)


@pytest.mark.parametrize("stream", [Stream.TRACK, Stream.KEYS])
def test_one_that_is_cut_off_gets_nothing_and_is_not_read(tmp_path: Path, stream: Stream) -> None:
    async def test(pair: Pair) -> None:
        await pair.meet()
        assert await pair.a.links.send("borvia", Stream.TRACK, b"before")
        data = {
            Stream.TRACK: pair.a.wire[-1][1],
            Stream.KEYS: pair.a.ally.keys.announcement(asks=True),
        }
        pair.b.links.forget("auria")
        pair.b.hear(stream, data[stream])
        assert pair.b.got == []
        assert len(pair.b.refused) == 1
        assert not await pair.b.links.send("auria", Stream.TRACK, b"after")

    played(tmp_path, test)
