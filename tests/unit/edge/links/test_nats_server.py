"""Which binary and which port (starting and killing: tests/e2e/test_nats_link.py)."""

import asyncio
import socket
from pathlib import Path

import pytest

from skypact.core.errors import ConfigError, LinkError
from skypact.edge.links import nats_server
from skypact.edge.links.nats_server import PORTS, NatsServer, find_binary, kept_port


def test_binary_is_of_a_tried_version() -> None:
    assert Path(find_binary()).name == "nats-server"


@pytest.mark.parametrize("said", ["nats-server: v2.9.10", "nats-server: v3.0.0", "hello"])
def test_binary_of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    binary = tmp_path / "nats-server"
    binary.write_text(f"#!/bin/sh\necho '{said}'\n")
    binary.chmod(0o755)
    monkeypatch.setenv("NATS_SERVER", str(binary))
    with pytest.raises(ConfigError, match=r"needs nats-server 2\.15\.0"):
        find_binary()


def test_missing_binary_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NATS_SERVER", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="cannot be run"):
        find_binary()


def test_port_is_kept_until_another_program_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_server, "PORT_PATIENCE_S", 0.0)
    path = tmp_path / "state" / "port"
    port = kept_port(path)
    assert port in PORTS
    assert kept_port(path) == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        moved = kept_port(path)
    assert moved != port
    assert kept_port(path) == moved
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", moved))
        assert kept_port(path) != moved


def test_ports_of_one_folder_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_server, "PORTS", range(31_990, 32_000))
    held = [kept_port(tmp_path / str(number)) for number in range(5)]
    assert len(set(held)) == 5


def test_server_that_refuses_its_configuration_says_why(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, "server.auria.test.skypact", 20_001, "nonsense: {")
    with pytest.raises(LinkError, match=r"does not come up: .*Parse error on line 1"):
        asyncio.run(server.start())
    assert server.pid is None
