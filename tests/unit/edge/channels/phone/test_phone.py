"""The channel: addresses, words, and whether the exchange is there."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from skypact.config.channels import PhoneSettings
from skypact.config.private import write_private
from skypact.core.errors import ConfigError, LinkError
from skypact.core.messages import Channel, Context, DeliveryState, NoticeFailure
from skypact.edge.channels.phone import agent
from skypact.edge.channels.phone.phone import Phone
from skypact.edge.channels.way import NotSentError
from tests.unit.edge.channels.notices import Ledger, notice, until
from tests.unit.edge.channels.phone.callee import Callee


def with_phone(
    work: Callable[[Phone, Callee], Awaitable[Any]], folder: Path = Path(), **settings: Any
) -> Any:
    async def run() -> Any:
        callee = await Callee().start()
        given = {"host": "127.0.0.1", "port": 0, "exchange": f"127.0.0.1:{callee.port}"}
        phone = Phone(PhoneSettings(**(given | settings)), folder, Context.EXERCISE)
        await phone.start()
        try:
            return await work(phone, callee)
        finally:
            await phone.stop()
            callee.stop()

    return asyncio.run(run())


def test_a_call_is_made_and_answered() -> None:
    async def work(phone: Phone, callee: Callee) -> list[DeliveryState]:
        ledger, one = Ledger(), notice(Channel.PHONE, "+4712345678", language="ar")
        sending = asyncio.create_task(phone.send(one, ledger.line(one)))
        await until(lambda: max(callee.loud, default=0) > 0.02)
        callee.press("1")
        await sending
        assert callee.invite.uri == "sip:+4712345678@127.0.0.1"
        return ledger.states

    assert with_phone(work)[-1] is DeliveryState.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("address", "language"), [("no number", "en"), ("1000", "fr"), ("sip:x\r\nEvil: 1", "en")]
)
def test_what_cannot_be_called_is_refused(address: str, language: str) -> None:
    async def work(phone: Phone, callee: Callee) -> None:
        one = notice(Channel.PHONE, address)
        one = notice(Channel.PHONE, address, language="en") if language == "en" else one
        changed = {"language": language, "speech": one.speech}
        one = type(one)(**{f: getattr(one, f) for f in one.__struct_fields__} | changed)
        with pytest.raises(NotSentError) as caught:
            await phone.send(one, Ledger().line(one))
        assert caught.value.failure is NoticeFailure.REFUSED
        assert callee.got == []

    with_phone(work)


def test_the_heartbeat_asks_the_exchange() -> None:
    async def work(phone: Phone, callee: Callee) -> str:
        return await phone.check()

    assert with_phone(work) == "200 OK to OPTIONS"


def test_the_heartbeat_registers_where_it_is_told_to(tmp_path: Path) -> None:
    write_private(tmp_path / "password", "p")

    async def work(phone: Phone, callee: Callee) -> str:
        said = await phone.check()
        assert callee.methods() == ["REGISTER"]
        assert callee.got[0].headers.get("expires") == "300"
        return said

    settings = {"user": "u", "password_file": "password", "register": True}
    assert with_phone(work, tmp_path, **settings) == "200 OK to REGISTER"


def test_an_exchange_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "T1_S", 0.001)

    async def work(phone: Phone, callee: Callee) -> None:
        callee.stop()
        with pytest.raises(NotSentError, match="no reply to OPTIONS"):
            await phone.check()

    with_phone(work)


def test_a_port_that_is_taken_is_told() -> None:
    async def work(phone: Phone, callee: Callee) -> None:
        taken = Phone(PhoneSettings(host="127.0.0.1", port=callee.port), Path(), Context.EXERCISE)
        with pytest.raises(LinkError, match="cannot be used"):
            await taken.start()

    with_phone(work)


def test_a_user_needs_a_password(tmp_path: Path) -> None:
    settings = PhoneSettings(host="127.0.0.1", user="u", password_file="password")
    with pytest.raises(ConfigError, match="password"):
        Phone(settings, tmp_path, Context.EXERCISE)
