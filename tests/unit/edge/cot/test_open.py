"""The doors that a configuration asks for."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from skypact.config import NodeDirectory, load
from skypact.config.settings import CotSettings
from skypact.edge.clock import Clock
from skypact.edge.cot.open import open_cot
from skypact.edge.first_hour.configuration import init


@pytest.fixture
def directory(tmp_path: Path) -> NodeDirectory:
    init(tmp_path / "auria", "auria", Clock().now_ns())
    return load(tmp_path / "auria")


def with_cot(directory: NodeDirectory, cot: CotSettings) -> NodeDirectory:
    config = msgspec.structs.replace(directory.config, cot=cot)
    return msgspec.structs.replace(directory, config=config)


@pytest.mark.parametrize(
    ("cot", "schemes"),
    [
        (CotSettings(), []),
        (CotSettings(tcp="127.0.0.1:0"), ["tcp"]),
        (CotSettings(tcp="127.0.0.1:0", tls="127.0.0.1:0"), ["tcp", "tls"]),
    ],
)
def test_doors_open_as_asked(
    directory: NodeDirectory, cot: CotSettings, schemes: list[str]
) -> None:
    async def run() -> None:
        opened = await open_cot(with_cot(directory, cot), Clock().now_ns, lambda _: None)
        assert [address.split(":")[0] for address in opened.listening] == schemes
        assert opened.server.opex == "e-exercise"
        await opened.stop()

    asyncio.run(run())
    assert (directory.keys / "cot.pem").exists() == ("tls" in schemes)


def test_tcp_is_for_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine only"):
        CotSettings(tcp="0.0.0.0:8087")
