"""Only what the configuration asks for is a channel, and a node's heartbeat is on its record."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from skypact.config import load
from skypact.config.channels import ChannelsSettings, PhoneSettings
from skypact.core.errors import ConfigError
from skypact.core.messages import Channel
from skypact.edge.channels.open import open_channels, ways
from skypact.edge.first_hour.configuration import init
from tests.unit.edge.channels.notices import ISSUER, Ledger, until


def test_only_what_is_asked_for_is_opened(tmp_path: Path) -> None:
    init(tmp_path / "auria", "auria", time.time_ns())
    directory = load(tmp_path / "auria")
    assert ways(directory, time.time_ns) == {}

    async def scene() -> None:
        channels = ChannelsSettings(phone=PhoneSettings(host="127.0.0.1", port=0))
        config = msgspec.structs.replace(directory.config, channels=channels)
        asked = msgspec.structs.replace(directory, config=config)
        ledger = Ledger()
        running = asyncio.create_task(
            open_channels(asked, ISSUER, ledger.submit, time.time_ns).run()
        )
        await until(lambda: bool(ledger.noted))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert [(n.channel, n.up) for n in ledger.noted] == [(Channel.PHONE, True)]

    asyncio.run(scene())


def test_a_secret_that_is_missing_is_told_at_the_start(tmp_path: Path) -> None:
    init(tmp_path / "auria", "auria", time.time_ns())
    directory = load(tmp_path / "auria")
    phone = PhoneSettings(host="127.0.0.1", user="u", password_file="keys/none")
    config = msgspec.structs.replace(directory.config, channels=ChannelsSettings(phone=phone))
    with pytest.raises(ConfigError, match="keys/none"):
        ways(msgspec.structs.replace(directory, config=config), time.time_ns)
