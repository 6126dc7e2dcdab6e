"""Real calls on loopback to telephones that others made. More of them: bench/phone_calls.py."""

import asyncio
import itertools
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from skypact.config.channels import PhoneSettings
from skypact.core.messages import Channel, Context, DeliveryState, NoticeFailure
from skypact.edge.channels.dispatch import Dispatcher
from skypact.edge.channels.phone.phone import Phone
from tests.e2e import phone_peers as peers
from tests.unit.edge.channels.notices import ISSUER, Ledger, notice, until

pytestmark = pytest.mark.e2e
D = DeliveryState
SHORT = "Exercise, exercise, exercise. A drone."


def free_port() -> int:
    """Return an even port that is free, and the next with it."""
    while True:
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1] // 2 * 2 + 2
            try:
                two.bind(("127.0.0.1", port))
                three.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            if port < 60_000:
                return port


def calling(scene: Callable[[Dispatcher, Ledger], Awaitable[None]], **settings: object) -> Ledger:
    """Run the channel; return what the node was told."""

    async def run() -> Ledger:
        sound = free_port()
        given = {
            "host": "127.0.0.1", "port": 0, "ring_s": 4.0, "pause_s": 0.5, "repeats": 1,
            "sound_ports": (sound, sound + 399), "machine_greeting_s": 3.0,
        }  # fmt: skip
        phone = Phone(PhoneSettings(**(given | settings)), Path(), Context.EXERCISE)  # type: ignore[arg-type]
        ledger = Ledger()
        dispatcher = Dispatcher({Channel.PHONE: phone}, ISSUER, ledger.submit, time.time_ns)
        running = asyncio.create_task(dispatcher.run())
        await until(lambda: bool(ledger.noted))
        try:
            async with asyncio.timeout(60):
                await scene(dispatcher, ledger)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return ledger

    return asyncio.run(run())


def test_ten_people_are_called_at_once_and_accept_or_reject(tmp_path: Path) -> None:
    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        yes, no, sound = free_port(), free_port(), free_port()
        async with (
            peers.sipp(tmp_path, peers.presses("1"), yes, sound),
            peers.sipp(tmp_path, peers.presses("2"), no, sound + 1_000),
        ):
            for i in range(10):
                port = no if i in (3, 7) else yes
                address = f"sip:watch{i}@127.0.0.1:{port}"
                dispatcher.take(notice(Channel.PHONE, address, notice_id=f"n{i}"))
            answers = (D.ACKNOWLEDGED, D.REJECTED)
            await until(lambda: sum(s in answers for s in ledger.states) == 10, 30)

    ledger = calling(scene)
    assert ledger.states.count(D.ACKNOWLEDGED) == 8
    rejected = {r.notice_id for r in ledger.reported if r.state is D.REJECTED}
    assert rejected == {"n3", "n7"}


def test_what_became_of_a_call_is_told_apart(tmp_path: Path) -> None:
    long = peers.greeting(tmp_path / "greeting.ulaw", 30)
    steps = {
        "busy": peers.BUSY,
        "declines": peers.DECLINES,
        "never takes": peers.NEVER_TAKES,
        "silent": peers.SILENT,
        "machine": peers.machine(long),
    }

    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        async with asyncio.TaskGroup() as group:
            over = asyncio.Event()

            async def peer(name: str) -> None:
                port, sound = free_port(), free_port()
                async with peers.sipp(tmp_path, steps[name], port, sound):
                    address = f"sip:watch@127.0.0.1:{port}"
                    dispatcher.take(notice(Channel.PHONE, address, notice_id=name, speech=SHORT))
                    await over.wait()

            for name in steps:
                group.create_task(peer(name))
            await until(lambda: ledger.states.count(D.FAILED) == len(steps), 50)
            over.set()

    failed = {r.notice_id: r for r in calling(scene).reported if r.state is D.FAILED}
    assert {name: r.failure for name, r in failed.items()} == {
        "busy": NoticeFailure.BUSY,
        "declines": NoticeFailure.DECLINED,
        "never takes": NoticeFailure.NO_ANSWER,
        "silent": NoticeFailure.NO_KEY,
        "machine": NoticeFailure.MACHINE,
    }, failed
    assert failed["busy"].evidence == "486 Busy Here"


def test_a_softphone_hears_the_warning_and_then_that_it_is_stored(tmp_path: Path) -> None:
    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        async with peers.baresip(tmp_path, free_port(), free_port()) as phone:
            dispatcher.take(notice(Channel.PHONE, phone.address))
            await until(lambda: any("taken" in r.evidence for r in ledger.reported))
            await asyncio.sleep(2.0)
            ledger.hold.clear()
            await phone.press("1")
            await until(lambda: D.ACKNOWLEDGED in ledger.states)
            await asyncio.sleep(1.0)
            ledger.hold.set()
            await asyncio.sleep(4.0)

    ledger = calling(scene)
    assert ledger.states[-1] is D.ACKNOWLEDGED
    heard = peers.Softphone(tmp_path, 0, 0).heard().astype(float)
    tenths = heard[: len(heard) // 800 * 800].reshape(-1, 800)
    loud = np.sqrt((tenths**2).mean(axis=1)) > 200
    # The warning, then nothing for as long as it was not stored, then the confirmation.
    last_silence = max((b - a for a, b in _silences(loud)), default=0)
    assert loud[:20].sum() > 8
    assert last_silence >= 8, loud
    assert loud[-30:].any()


def _silences(loud: np.ndarray) -> list[tuple[int, int]]:
    """Return the spans without sound between two that have some."""
    found = np.flatnonzero(loud)
    return [(int(a), int(b)) for a, b in itertools.pairwise(found)]
