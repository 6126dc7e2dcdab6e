"""Transactions and requests from outside; calls as a whole are in test_call."""

import asyncio

import pytest

from skypact.core.errors import LinkError
from skypact.edge.channels.phone import agent, sip
from skypact.edge.channels.phone.agent import Agent, NoReplyError
from skypact.edge.channels.phone.dialog import Target
from tests.unit.edge.channels.notices import until
from tests.unit.edge.channels.phone.callee import Callee


def request(method: str, *more: tuple[str, str]) -> bytes:
    lines = [
        ("Via", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx"), ("From", "<sip:x>;tag=1"),
        ("To", "<sip:y>"), ("Call-ID", "c"), ("CSeq", f"1 {method}"), *more,
    ]  # fmt: skip
    return sip.write(f"{method} sip:skypact@127.0.0.1 SIP/2.0", lines)


def answers(*requests: bytes) -> list[int]:
    """Return the statuses with which an agent answers requests from outside."""

    async def ask() -> list[int]:
        callee = await Callee().start()
        one = Agent("127.0.0.1", 0, None, None, "")
        await one.start()
        for data in requests:
            callee.transport.sendto(data, ("127.0.0.1", one.port))
        await until(lambda: len(callee.statuses) + one.refused >= len(requests))
        await one.stop()
        callee.stop()
        return [reply.status for reply in callee.statuses]

    return asyncio.run(ask())


def test_no_calls_are_taken_and_nothing_of_others_is_ended() -> None:
    assert answers(request("OPTIONS"), request("INVITE"), request("BYE"), request("INFO")) == [
        200, 603, 481, 405,
    ]  # fmt: skip


def test_damage_is_counted_and_answered_by_nothing() -> None:
    assert answers(b"rubbish", b"SIP/2.0 200 OK\r\n\r\n", request("OPTIONS")) == [200]


def test_a_lost_request_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "T1_S", 0.01)

    class Deaf(Callee):
        def reply(self, request: sip.Request, status: str) -> None:
            if len(self.got) > 2:
                super().reply(request, status)

    async def ask() -> int:
        callee = await Deaf().start()
        one = Agent("127.0.0.1", 0, Target("127.0.0.1", callee.port), None, "x")
        await one.start()
        reply = await one.options()
        await one.stop()
        callee.stop()
        assert reply.status == 200
        return len(callee.got)

    assert asyncio.run(ask()) == 3


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "T1_S", 0.001)

    async def ask() -> None:
        one = Agent("127.0.0.1", 0, Target("127.0.0.1", 9), None, "x")
        await one.start()
        with pytest.raises(NoReplyError):
            await one.options()
        with pytest.raises(NoReplyError):
            await one.invite(one.dialog("sip:a@x"), b"", lambda _: None, asyncio.Event())
        await one.stop()

    asyncio.run(ask())


def test_our_acknowledgement_is_said_again_when_it_was_lost() -> None:
    async def ask() -> list[str]:
        callee = await Callee().start()
        one = Agent("127.0.0.1", 0, Target("127.0.0.1", callee.port), None, "x")
        await one.start()
        dialog = one.dialog("sip:a@x")
        await one.invite(dialog, callee.description(), lambda _: None, asyncio.Event())
        await until(lambda: callee.methods() == ["INVITE", "ACK"])
        callee.reply(callee.invite, "200 OK")
        await until(lambda: len(callee.got) == 3)
        await one.stop()
        callee.stop()
        return callee.methods()

    assert asyncio.run(ask()) == ["INVITE", "ACK", "ACK"]


def test_a_host_without_an_address_is_told() -> None:
    async def ask() -> None:
        one = Agent("127.0.0.1", 0, Target("no.such.host.invalid", 5060), None, "x")
        await one.start()
        with pytest.raises(LinkError, match="cannot be found"):
            await one.options()
        await one.stop()

    asyncio.run(ask())
