"""The intake opens when a feed is posted, under the node's own certificate, and closes with it."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from skypact.config import NodeDirectory, load
from skypact.config.settings import IntakeSettings
from skypact.edge.first_hour.configuration import init
from skypact.edge.intake import open as module
from skypact.edge.intake.open import open_intake, run_intake
from skypact.sensors.settings import FeedSettings

PEOPLE = FeedSettings(name="people", source="https:", format="sightings", period_s=60)


def node(folder: Path, *feeds: FeedSettings) -> NodeDirectory:
    init(folder / "auria", "auria", time.time_ns())
    found = load(folder / "auria")
    config = msgspec.structs.replace(found.config, feeds=feeds, intake=IntakeSettings(port=0))
    return msgspec.structs.replace(found, config=config)


def test_without_a_posted_feed_there_is_none(tmp_path: Path) -> None:
    opened = open_intake(node(tmp_path), lambda *_: None, time.time_ns)
    assert asyncio.run(opened) is None


def test_it_runs_renews_and_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = node(tmp_path, PEOPLE)
    monkeypatch.setattr(module, "RENEW_EVERY_S", 0.01)

    async def answers(port: int) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.transport.abort()
        return True

    async def scene() -> None:
        intake = await open_intake(directory, lambda *_: None, time.time_ns)
        assert intake is not None
        renewed = asyncio.Event()
        monkeypatch.setattr(intake, "renew", renewed.set)
        running = asyncio.create_task(run_intake(intake, directory, time.time_ns))
        assert await answers(intake.port)
        await asyncio.wait_for(renewed.wait(), 10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not await answers(intake.port)

    asyncio.run(scene())
    assert (directory.keys / "intake.pem").exists()


def test_a_certificate_of_ones_own_is_shown(tmp_path: Path) -> None:
    directory = node(tmp_path, PEOPLE)
    own = IntakeSettings(port=0, certificate="/pki/site.pem", key="/pki/site.key")
    config = msgspec.structs.replace(directory.config, intake=own)
    changed = msgspec.structs.replace(directory, config=config)
    shown = module.intake_certificate(changed, time.time_ns())
    assert shown == (Path("/pki/site.pem"), Path("/pki/site.key"))
