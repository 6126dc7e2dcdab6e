"""Calls to a telephone that does as told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from skypact.config.channels import PhoneSettings
from skypact.core.messages import Channel, DeliveryState, NoticeFailure
from skypact.edge.channels.phone import sound
from skypact.edge.channels.phone.agent import Agent
from skypact.edge.channels.phone.call import Call, Speeches
from skypact.edge.channels.phone.dialog import Target
from skypact.edge.channels.phone.digest import Credentials
from skypact.edge.channels.phone.media import Metronome, Ports
from skypact.edge.channels.way import Line, NotSentError
from tests.unit.edge.channels.notices import Ledger, notice, until
from tests.unit.edge.channels.phone.callee import BUSY, RINGING, TAKEN, Callee

D = DeliveryState


def tone(seconds: float, share: float) -> bytes:
    at = np.arange(int(8_000 * seconds))
    return sound.pcmu((np.sin(at / 3) * share * 32_767).astype(np.int16))


WARNING, STORED, REJECTED, UNSTORED, ENDED = 0.5, 0.3, 0.2, 0.12, 0.06
SPEECHES = Speeches(*(tone(0.3, s) for s in (WARNING, STORED, REJECTED, UNSTORED, ENDED)))


def heard(callee: Callee) -> list[float]:
    """Return which speeches the callee heard, in order, by their loudness."""
    shares = [WARNING, STORED, REJECTED, UNSTORED, ENDED]
    found = [min(shares, key=lambda s: abs(s * 0.7071 - one)) for one in callee.loud if one > 0.02]
    return [s for i, s in enumerate(found) if i == 0 or found[i - 1] != s]


class Rig:
    def __init__(self, callee: Callee, **settings: object) -> None:
        self.callee, self.ledger = callee, Ledger()
        given = {"host": "127.0.0.1", "port": 0, "ring_s": 5.0, "pause_s": 0.3, "repeats": 1}
        self.settings = PhoneSettings(**(given | settings))  # type: ignore[arg-type]
        self.agent = Agent(
            "127.0.0.1", 0, Target("127.0.0.1", callee.port), Credentials("u", "p"), "exchange"
        )
        self.metronome = Metronome()
        self.line = self.ledger.line(notice(Channel.PHONE))
        self.failed: NotSentError | None = None

    async def call(self, line: Line | None = None, asks: bool = True) -> None:
        await self.agent.start()
        call = Call(self.agent, Ports("127.0.0.1", 0, 0), self.metronome, self.settings)
        try:
            await call.make("sip:1000@exchange", SPEECHES, line or self.line, asks)
        except NotSentError as error:
            self.failed = error
        finally:
            await asyncio.sleep(0.05)
            await self.agent.stop()
            await self.metronome.stop()
            self.callee.stop()


def run(
    scene: Callable[[Rig], Awaitable[None]], callee: Callee | None = None, **settings: object
) -> Rig:
    """Call while a scene is played at the callee's; return what came of it."""

    async def both() -> Rig:
        made = callee or Callee()
        rig = Rig(await made.start(), **settings)
        async with asyncio.timeout(20):
            await asyncio.gather(rig.call(), scene(rig))
        return rig

    return asyncio.run(both())


async def nothing(rig: Rig) -> None:
    pass


@contextmanager
def fails(rig: Rig, failure: NoticeFailure) -> Iterator[str]:
    assert rig.failed is not None
    assert rig.failed.failure is failure
    yield rig.failed.evidence


@pytest.mark.parametrize("events", [96, 101, 120])
def test_a_key_accepts_under_whatever_number_was_negotiated(events: int) -> None:
    async def press(rig: Rig) -> None:
        await rig.callee.taken.wait()
        await until(lambda: len(rig.callee.loud) > 3)
        rig.callee.press("1")

    rig = run(press, Callee(events=events))
    assert rig.failed is None
    assert rig.ledger.states[-1] is D.ACKNOWLEDGED
    assert rig.ledger.reported[-1].evidence == "key 1 pressed"
    assert rig.callee.methods() == ["INVITE", "ACK", "BYE"]
    assert heard(rig.callee) == [WARNING, STORED]


def test_nothing_is_confirmed_before_it_is_stored() -> None:
    async def press(rig: Rig) -> None:
        rig.ledger.hold.clear()
        await rig.callee.taken.wait()
        rig.callee.press("1")
        await until(lambda: D.ACKNOWLEDGED in rig.ledger.states)
        await asyncio.sleep(0.1)
        rig.callee.loud.clear()
        await until(lambda: len(rig.callee.loud) > 25)
        assert heard(rig.callee) == []
        rig.ledger.hold.set()

    assert heard(run(press).callee) == [STORED]


def test_what_could_not_be_stored_is_said_and_never_confirmed() -> None:
    async def press(rig: Rig) -> None:
        rig.ledger.refuse = "the disk is full"
        await rig.callee.taken.wait()
        rig.callee.press("1")

    rig = run(press)
    assert STORED not in heard(rig.callee)
    assert heard(rig.callee)[-1] == UNSTORED
    with fails(rig, NoticeFailure.UNREACHABLE) as evidence:
        assert "the disk is full" in evidence


def test_another_key_rejects() -> None:
    async def press(rig: Rig) -> None:
        await rig.callee.taken.wait()
        rig.callee.press("2")

    rig = run(press)
    assert rig.ledger.states[-1] is D.REJECTED
    assert heard(rig.callee)[-1] == REJECTED


def test_a_key_without_meaning_shows_a_person_and_no_more() -> None:
    async def press(rig: Rig) -> None:
        await rig.callee.taken.wait()
        rig.callee.press("7")

    rig = run(press)
    assert D.HEARD in rig.ledger.states
    assert D.ACKNOWLEDGED not in rig.ledger.states
    with fails(rig, NoticeFailure.NO_KEY):
        pass


@pytest.mark.parametrize(
    ("replies", "failure"),
    [
        ((RINGING, BUSY), NoticeFailure.BUSY),
        (("603 Decline",), NoticeFailure.DECLINED),
        (("404 Not Found",), NoticeFailure.REFUSED),
        (("480 Temporarily Unavailable",), NoticeFailure.NO_ANSWER),
        (("503 Service Unavailable",), NoticeFailure.UNREACHABLE),
    ],
)
def test_a_call_that_is_not_taken_says_why(
    replies: tuple[str, ...], failure: NoticeFailure
) -> None:
    rig = run(nothing, Callee(replies))
    with fails(rig, failure) as evidence:
        assert evidence == replies[-1]
    assert rig.callee.methods() == ["INVITE", "ACK"]


def test_a_phone_that_nobody_takes_stops_ringing() -> None:
    rig = run(nothing, Callee((RINGING,)), ring_s=0.3)
    with fails(rig, NoticeFailure.NO_ANSWER) as evidence:
        assert "487" in evidence
    assert rig.callee.methods() == ["INVITE", "CANCEL", "ACK"]


def test_nobody_there_is_unreachable() -> None:
    rig = run(nothing, Callee(()), ring_s=0.3)
    with fails(rig, NoticeFailure.UNREACHABLE) as evidence:
        assert "nothing heard" in evidence


def test_a_stop_ends_a_ringing_phone() -> None:
    async def stop(rig: Rig) -> None:
        await until(lambda: D.SENT in rig.ledger.states)
        rig.line.stop("Dana has acknowledged")

    rig = run(stop, Callee((RINGING,)))
    with fails(rig, NoticeFailure.STOPPED) as evidence:
        assert "Dana has acknowledged" in evidence
    assert "CANCEL" in rig.callee.methods()


def test_a_stop_ends_a_talk_and_says_so() -> None:
    async def stop(rig: Rig) -> None:
        await rig.callee.taken.wait()
        rig.line.stop("no longer needed")

    rig = run(stop)
    with fails(rig, NoticeFailure.STOPPED):
        pass
    assert heard(rig.callee)[-1] == ENDED
    assert rig.callee.methods()[-1] == "BYE"


def test_no_key_is_told_from_a_machine() -> None:
    async def talk(rig: Rig) -> None:
        await rig.callee.taken.wait()
        for _ in range(20):
            rig.callee.talk(1)
            await asyncio.sleep(0.02)

    with fails(run(nothing), NoticeFailure.NO_KEY):
        pass
    with fails(run(talk, machine_greeting_s=0.2), NoticeFailure.MACHINE):
        pass


def test_hanging_up_ends_the_call() -> None:
    async def hang_up(rig: Rig) -> None:
        await rig.callee.taken.wait()
        rig.callee.ask("BYE")

    rig = run(hang_up)
    with fails(rig, NoticeFailure.NO_KEY) as evidence:
        assert "hung up" in evidence
    assert rig.callee.methods() == ["INVITE", "ACK"]
    assert rig.callee.statuses[-1].status == 200


def test_an_exchange_that_asks_who_we_are_is_told() -> None:
    async def press(rig: Rig) -> None:
        await until(lambda: len(rig.callee.loud) > 3)
        rig.callee.press("1")

    challenge = 'Digest realm="x", nonce="n", algorithm=MD5, qop="auth"'
    rig = run(press, Callee(challenge=challenge))
    assert rig.callee.methods() == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]
    assert 'username="u"' in rig.callee.invite.headers.get("proxy-authorization")
    assert rig.ledger.states[-1] is D.ACKNOWLEDGED


def test_sound_follows_the_other_side() -> None:
    async def move(rig: Rig) -> None:
        await rig.callee.taken.wait()
        loop = asyncio.get_running_loop()
        heard_there: list[bytes] = []

        class Ear(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: object) -> None:
                heard_there.append(data)

        there, _ = await loop.create_datagram_endpoint(Ear, ("127.0.0.1", 0))
        rig.callee.sound_port = there.get_extra_info("sockname")[1]
        rig.callee.ask("INVITE", rig.callee.description())
        await until(lambda: bool(heard_there))
        there.close()
        rig.callee.press("1")

    assert run(move).ledger.states[-1] is D.ACKNOWLEDGED


def test_a_notice_without_an_answer_is_delivered_when_it_was_said() -> None:
    async def both() -> Rig:
        rig = Rig(await Callee().start())
        await rig.call(asks=False)
        return rig

    rig = asyncio.run(both())
    assert rig.failed is None
    assert rig.ledger.states[-1] is D.DELIVERED


def test_a_call_that_is_cut_off_from_inside_stops_ringing() -> None:
    async def both() -> Callee:
        callee = await Callee((RINGING,)).start()
        rig = Rig(callee)
        await rig.agent.start()
        call = Call(rig.agent, Ports("127.0.0.1", 0, 0), rig.metronome, rig.settings)
        making = asyncio.create_task(call.make("sip:1@x", SPEECHES, rig.line, True))
        await until(lambda: "INVITE" in callee.methods())
        await asyncio.sleep(0.05)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        await until(lambda: "ACK" in callee.methods())
        await rig.agent.stop()
        callee.stop()
        return callee

    assert asyncio.run(both()).methods() == ["INVITE", "CANCEL", "ACK"]


def test_taken_while_it_was_given_up_is_hung_up() -> None:
    async def scene(rig: Rig) -> None:
        await until(lambda: D.SENT in rig.ledger.states)
        rig.callee.replies = ()
        rig.line.stop("late")
        await until(lambda: "CANCEL" in rig.callee.methods())

    class Crossing(Callee):
        def reply(self, request: object, status: str) -> None:
            if status.startswith("487"):
                status = TAKEN
            super().reply(request, status)  # type: ignore[arg-type]

    rig = run(scene, Crossing((RINGING,)))
    assert rig.callee.methods()[-2:] == ["ACK", "BYE"]
    with fails(rig, NoticeFailure.STOPPED):
        pass
