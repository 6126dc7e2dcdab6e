"""A serial device (here a pseudo-terminal) is set up raw, read, and opened again."""

import asyncio
import os
import termios
import tty
from pathlib import Path

import pytest

from skypact.core.errors import LinkError
from skypact.edge.feeds import stream
from skypact.edge.feeds.serial import device_and_rate
from tests.unit.edge.feeds.listening import Listener, settings, turns_until

BLOCK = b"\x30\x00\x06\x0d\x0a\x11"  # holds what a terminal would change


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BACK_OFF_FIRST_S", 0.01)
    monkeypatch.setattr(stream, "BACK_OFF_MAX_S", 0.02)


def test_bytes_arrive_as_they_are_at_the_rate_asked_for() -> None:
    async def scene() -> None:
        ours, theirs = os.openpty()
        device = os.ttyname(theirs)
        listener = Listener(settings(f"serial:{device}?baud=115200"))
        await turns_until(lambda: not termios.tcgetattr(theirs)[tty.LFLAG] & termios.ICANON)
        os.write(ours, BLOCK + BLOCK[:2])
        os.write(ours, BLOCK[2:])
        await listener.until(lambda: len(listener.delivered) == 2)
        assert termios.tcgetattr(theirs)[4:6] == [termios.B115200] * 2
        assert [data for _, data, _ in listener.delivered] == [BLOCK] * 2
        await listener.close()
        os.close(ours)
        os.close(theirs)

    asyncio.run(scene())


def test_a_device_that_comes_later_or_again_is_opened(tmp_path: Path) -> None:
    link = tmp_path / "device"

    async def plugged(listener: Listener, sent: bytes) -> None:
        ours, theirs = os.openpty()
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(theirs))
        await turns_until(lambda: not termios.tcgetattr(theirs)[tty.LFLAG] & termios.ICANON)
        os.write(ours, sent)
        await listener.until(lambda: listener.data.endswith(sent))
        os.close(theirs)
        os.close(ours)

    async def scene() -> None:
        listener = Listener(settings(f"serial:{link}", "beast"))
        await plugged(listener, b"one")
        await plugged(listener, b"two")
        assert listener.data == b"onetwo"
        await listener.close()

    asyncio.run(scene())


def test_what_is_no_device_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"no device")

    async def scene() -> None:
        listener = Listener(settings(f"serial:{path}", "beast"))
        await asyncio.sleep(0.05)
        assert not listener.task.done()
        await listener.close()
        assert listener.delivered == []

    asyncio.run(scene())


@pytest.mark.parametrize("baud", ["0", "9601", "fast", "-1"])
def test_a_rate_no_device_has_is_said(baud: str) -> None:
    with pytest.raises(LinkError, match=f"baud={baud}: not a rate"):
        device_and_rate(f"serial:/dev/ttyUSB0?baud={baud}", "feed")


def test_the_usual_rate_is_9600() -> None:
    assert device_and_rate("serial:/dev/tty%20A", "feed") == ("/dev/tty A", termios.B9600)
