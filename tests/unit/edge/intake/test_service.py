"""The listener: TLS with the node's own certificate, renewed without a pause."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from skypact.config.settings import IntakeSettings
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.edge.intake.looking import looks
from skypact.edge.intake.service import Intake
from skypact.edge.intake.tokens import new_token
from skypact.edge.links.pki import Authority, Role, issue, make_authority
from skypact.sensors.settings import FeedSettings
from tests.unit.edge.intake.desk import GOOD, KEY

PEOPLE = FeedSettings(name="people", source="https:", format="sightings", period_s=60)


def authority(folder: Path) -> Authority:
    return make_authority(folder, "auria", Context.TEST, time.time_ns())


def run(folder: Path, scene: Callable[[Intake, list[tuple[str, bytes]]], Awaitable[None]]) -> None:
    made = issue(authority(folder), Role.INTAKE, time.time_ns(), ("127.0.0.1",))
    delivered: list[tuple[str, bytes]] = []

    async def live() -> None:
        intake = Intake(
            *(IntakeSettings(port=0), (PEOPLE,), looks((PEOPLE,), (), {}), KEY),
            (made.certificate, made.key),
            *(lambda feed, data, _: delivered.append((feed, data)), time.time_ns),
        )
        await intake.start()
        try:
            await scene(intake, delivered)
        finally:
            await intake.stop()

    asyncio.run(live())


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "authority.pem")


def test_it_is_reached_by_who_trusts_the_nation_and_by_nobody_else(tmp_path: Path) -> None:
    async def scene(intake: Intake, delivered: list[tuple[str, bytes]]) -> None:
        url = f"https://127.0.0.1:{intake.port}"
        said = {"authorization": f"Bearer {new_token(KEY)}"}
        async with httpx.AsyncClient(verify=trusting(tmp_path)) as client:
            assert (await client.get(url)).status_code == 200
            assert (
                await client.post(f"{url}/report", content=GOOD, headers=said)
            ).status_code == 204
        async with httpx.AsyncClient() as stranger:
            with pytest.raises(httpx.ConnectError):
                await stranger.get(url)
        async with httpx.AsyncClient() as plain:
            with pytest.raises(httpx.HTTPError):
                await plain.get(f"http://127.0.0.1:{intake.port}")
        assert [feed for feed, _ in delivered] == ["people"]

    run(tmp_path, scene)


def test_a_renewed_certificate_is_shown_from_then_on(tmp_path: Path) -> None:
    async def shown(port: int) -> bytes:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusting(tmp_path), server_hostname="127.0.0.1"
        )
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.transport.abort()
        del reader
        return found

    async def scene(intake: Intake, _: list[tuple[str, bytes]]) -> None:
        first = await shown(intake.port)
        (tmp_path / "intake.pem").unlink()
        issue(authority(tmp_path), Role.INTAKE, time.time_ns(), ("127.0.0.1",))
        assert await shown(intake.port) == first
        intake.renew()
        assert await shown(intake.port) != first

    run(tmp_path, scene)


def test_a_certificate_or_port_that_can_not_be_used_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "none.pem"
    with pytest.raises(ConfigError, match="can't be used"):
        Intake(
            *(IntakeSettings(), (PEOPLE,), {}, KEY, (wrong, wrong)), lambda *_: None, time.time_ns
        )

    async def scene(intake: Intake, _: list[tuple[str, bytes]]) -> None:
        settings = msgspec.structs.replace(IntakeSettings(), port=intake.port)
        files = (tmp_path / "intake.pem", tmp_path / "intake.key")
        second = Intake(*(settings, (PEOPLE,), {}, KEY, files), lambda *_: None, time.time_ns)
        with pytest.raises(ConfigError, match="cannot be used"):
            await second.start()

    run(tmp_path, scene)
