"""HTTPS where it leaves the machine."""

import asyncio
import ssl
import time
from pathlib import Path

import pytest

from skypact.core.errors import LinkError
from skypact.core.messages import Context
from skypact.edge.channels.cap.service import FeedService
from skypact.edge.links import pki


def test_tls_is_spoken_with_the_files_that_are_given(tmp_path: Path) -> None:
    authority = pki.make_authority(tmp_path, "auria", Context.EXERCISE, time.time_ns())
    made = pki.issue(authority, pki.Role.INTAKE, time.time_ns(), ("127.0.0.1",))
    (tmp_path / "feed.atom").write_bytes(b"<feed/>")

    async def work() -> bytes:
        tls = (made.certificate, made.key)
        service = FeedService(tmp_path, "127.0.0.1", 0, tls, lambda name, host: None)
        await service.start()
        context = ssl.create_default_context(cafile=str(authority.certificate))
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port, ssl=context)
        writer.write(b"GET /feed.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        said = await reader.read()
        writer.close()
        await service.stop()
        return said

    assert asyncio.run(work()).endswith(b"<feed/>")


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("none")
    tls = (tmp_path / "x", tmp_path / "x")
    service = FeedService(tmp_path, "127.0.0.1", 0, tls, lambda name, host: None)
    with pytest.raises(LinkError, match="can't be used"):
        asyncio.run(service.start())
