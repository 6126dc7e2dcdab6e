"""Queues, deadlines, tries and heartbeats of all channels."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from skypact.core.errors import LinkError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Channel,
    Context,
    DeliveryState,
    Notice,
    NoticeFailure,
    NoticeStopped,
    Stage,
)
from skypact.edge.channels import dispatch
from skypact.edge.channels.dispatch import Dispatcher
from skypact.edge.channels.way import Line, NotSentError
from skypact.edge.inbox import Lane
from tests.unit.edge.channels.notices import ISSUER, Ledger, notice, until

D = DeliveryState
MAIL = Channel.MAIL


class Way:
    """A channel that does what it is told."""

    channel = MAIL

    def __init__(self, does: Callable[[Notice, Line], Awaitable[None]]) -> None:
        self.at_once, self.tries, self.deadline_s, self.every_s = 1, 1, 5.0, 5.0
        self.does, self.up = does, True
        self.sent: list[str] = []
        self.starts, self.opens_at, self.stopped = 0, 1, False

    async def start(self) -> None:
        self.starts += 1
        if self.starts < self.opens_at:
            raise LinkError("the port is taken", link="mail")

    async def stop(self) -> None:
        self.stopped = True

    async def send(self, notice: Notice, line: Line) -> None:
        self.sent.append(notice.notice_id)
        await self.does(notice, line)

    async def check(self) -> str:
        if not self.up:
            raise NotSentError(NoticeFailure.UNREACHABLE, "gone")
        return "there"


async def at_once(notice: Notice, line: Line) -> None:
    await line.report(D.DELIVERED, "250 OK")


async def fails(notice: Notice, line: Line) -> None:
    raise NotSentError(NoticeFailure.UNREACHABLE, "no route", again=True)


async def for_ever(notice: Notice, line: Line) -> None:
    await asyncio.Event().wait()


def run(
    way: Way, scene: Callable[[Dispatcher, Ledger], Awaitable[None]], issuer: Issuer = ISSUER
) -> Ledger:
    """Play a scene with one channel; return what the node was told."""

    async def both() -> Ledger:
        ledger = Ledger()
        dispatcher = Dispatcher({way.channel: way}, issuer, ledger.submit, time.time_ns)
        running = asyncio.create_task(dispatcher.run())
        async with asyncio.timeout(20):
            await scene(dispatcher, ledger)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return ledger

    return asyncio.run(both())


def test_a_channel_that_cannot_open_is_told_and_opens_later() -> None:
    way = Way(at_once)
    way.every_s, way.opens_at = 0.02, 3

    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        await until(lambda: bool(ledger.noted))
        dispatcher.take(notice(MAIL))
        await until(lambda: ledger.noted[-1].up)
        dispatcher.take(notice(MAIL, notice_id="n2"))
        await until(lambda: len(ledger.reported) == 2)

    ledger = run(way, scene)
    assert (ledger.noted[0].up, ledger.noted[0].reason) == (False, "mail: the port is taken")
    failed, done = ledger.reported
    assert (failed.failure, failed.evidence) == (
        NoticeFailure.UNREACHABLE, "mail: the port is taken",
    )  # fmt: skip
    assert (done.state, way.starts, way.stopped) == (D.DELIVERED, 3, True)


def reported(*notices: Notice) -> Callable[[Dispatcher, Ledger], Awaitable[None]]:
    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        for one in notices:
            dispatcher.take(one)
        await until(lambda: len(ledger.reported) >= len(notices))

    return scene


def test_a_notice_goes_out_and_is_reported() -> None:
    ledger = run(Way(at_once), reported(notice(MAIL)))
    [told] = ledger.reported
    assert (told.notice_id, told.attempt, told.state) == ("n1", 1, D.DELIVERED)
    assert told.evidence == "250 OK"
    assert told.context is Context.EXERCISE


def test_what_comes_before_the_doors_are_open_waits_for_them() -> None:
    class Slow(Way):
        async def start(self) -> None:
            await asyncio.sleep(0.1)
            await super().start()

    way = Slow(at_once)
    assert run(way, reported(notice(MAIL))).states == [D.DELIVERED]


def test_the_urgent_goes_first() -> None:
    stages = [Stage.TEST, Stage.TEST, Stage.ALL_CLEAR, Stage.PREPARE, Stage.TAKE_COVER]
    way = Way(at_once)
    run(way, reported(*(notice(MAIL, stage=s, notice_id=f"{s}{i}") for i, s in enumerate(stages))))
    assert way.sent == ["test0", "take_cover4", "prepare3", "all_clear2", "test1"]


def test_a_channel_that_fails_is_tried_again_and_then_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "AGAIN_AFTER_S", (0.01,))
    way = Way(fails)
    way.tries = 3
    [told] = run(way, reported(notice(MAIL))).reported
    assert way.sent == ["n1"] * 3
    assert (told.state, told.failure, told.evidence) == (
        D.FAILED, NoticeFailure.UNREACHABLE, "no route",
    )  # fmt: skip


def test_a_deadline_ends_an_attempt() -> None:
    way = Way(for_ever)
    way.deadline_s = 0.05
    [told] = run(way, reported(notice(MAIL))).reported
    assert (told.state, told.failure) == (D.FAILED, NoticeFailure.LATE)


def test_what_is_of_no_use_any_more_is_not_sent() -> None:
    way = Way(at_once)
    late = notice(MAIL, expires_ns=time.time_ns() - 1)
    soon = notice(MAIL, notice_id="n2", expires_ns=time.time_ns() + 50_000_000)
    [told] = run(way, reported(late)).reported
    assert (told.state, way.sent) == (D.EXPIRED, [])
    [told] = run(Way(for_ever), reported(soon)).reported
    assert told.state is D.EXPIRED


def test_a_stop_reaches_what_waits_and_what_goes_out() -> None:
    async def until_stopped(notice: Notice, line: Line) -> None:
        await line.stopped.wait()
        raise NotSentError(NoticeFailure.STOPPED, line.reason)

    way = Way(until_stopped)

    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        for name in ("n1", "n2"):
            dispatcher.take(notice(MAIL, notice_id=name))
        await until(lambda: way.sent == ["n1"])
        for name in ("n2", "n1"):
            dispatcher.take(NoticeStopped(**ISSUER.header(1, 1), notice_id=name, reason="enough"))
        await until(lambda: len(ledger.reported) == 2)

    ledger = run(way, scene)
    assert way.sent == ["n1"]
    assert {r.notice_id: r.failure for r in ledger.reported} == {
        "n1": NoticeFailure.STOPPED,
        "n2": NoticeFailure.STOPPED,
    }


def test_the_same_attempt_goes_out_once() -> None:
    way = Way(for_ever)

    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        for _ in range(3):
            dispatcher.take(notice(MAIL))
        await until(lambda: bool(way.sent))

    run(way, scene)
    assert way.sent == ["n1"]


def test_another_context_and_no_channel_are_refused() -> None:
    way = Way(at_once)
    real = notice(MAIL, context=Context.OPERATION)
    other = notice(Channel.WEBHOOK, notice_id="n2")
    ledger = run(way, reported(real, other))
    assert way.sent == []
    assert [r.failure for r in ledger.reported] == [NoticeFailure.REFUSED] * 2


def test_a_full_queue_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "QUEUE_MAX", 2)

    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        for i in range(5):
            dispatcher.take(notice(MAIL, notice_id=f"n{i}"))
        await until(lambda: len(ledger.reported) == 2)

    ledger = run(Way(for_ever), scene)
    assert {r.failure for r in ledger.reported} == {NoticeFailure.CROWDED}


def test_a_fault_of_ours_is_a_failure_of_one_notice() -> None:
    async def breaks(notice: Notice, line: Line) -> None:
        if notice.notice_id == "n1":
            raise KeyError("oh")
        await at_once(notice, line)

    ledger = run(Way(breaks), reported(notice(MAIL), notice(MAIL, notice_id="n2")))
    assert {r.notice_id: r.state for r in ledger.reported} == {"n1": D.FAILED, "n2": D.DELIVERED}


def test_answers_of_people_go_before_the_rest() -> None:
    async def both(notice: Notice, line: Line) -> None:
        await line.report(D.SENT, "")
        await line.report(D.ACKNOWLEDGED, "")

    ledger = run(Way(both), reported(notice(MAIL), notice(MAIL, notice_id="n2")))
    assert ledger.lanes.count(Lane.HUMAN) == ledger.states.count(D.ACKNOWLEDGED) > 0


def test_a_channel_has_a_heartbeat() -> None:
    way = Way(at_once)
    way.every_s = 0.02

    async def scene(dispatcher: Dispatcher, ledger: Ledger) -> None:
        await until(lambda: len(ledger.noted) >= 2)
        way.up = False
        await until(lambda: not ledger.noted[-1].up)

    noted = run(way, scene).noted
    assert (noted[0].channel, noted[0].up, noted[0].reason) == (MAIL, True, "there")
    assert (noted[-1].reason, noted[-1].every_s) == ("gone", 0.02)
