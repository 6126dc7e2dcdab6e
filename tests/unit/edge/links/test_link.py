"""The outbox sender without a network, and what the links refuse (with one: tests/e2e)."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from skypact.core.errors import LinkError
from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links import link
from skypact.edge.links.link import WINDOW, Endpoint, OutboxSender, PartnerLinks
from skypact.edge.links.nats_config import FRAME_MAX_BYTES
from skypact.edge.links.pki import Credential
from skypact.edge.links.ways import Way


class _Partner:
    """An outbox of numbered frames and a wire that keeps what was sent on it."""

    def __init__(self, frames: int) -> None:
        self.rows = [(number, str(number).encode()) for number in range(1, frames + 1)]
        self.wire: list[int] = []
        self.open = True
        self.sender = OutboxSender(self, ["borvia"], self.send)

    def pending(self, partner: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        return [row for row in self.rows if row[0] > after][:limit]

    async def send(self, partner: str, stream: Stream, frame: bytes) -> bool:
        assert (partner, stream) == ("borvia", Stream.WARNING)
        if self.open:
            self.wire.append(int(frame))
        return self.open

    def acknowledge(self, upto: int) -> None:
        self.rows = [row for row in self.rows if row[0] > upto]
        self.sender.acknowledged("borvia", upto)


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)


def _run(partner: _Partner, story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        task = asyncio.create_task(partner.sender.run())
        await _settle()
        await story()
        assert not task.done()
        task.cancel()

    asyncio.run(run())


def test_frames_leave_in_order_up_to_the_window_and_on_with_each_receipt() -> None:
    partner = _Partner(200)

    async def story() -> None:
        assert partner.wire == list(range(1, WINDOW + 1))
        partner.acknowledge(10)
        await _settle()
        assert partner.wire == list(range(1, WINDOW + 11))
        while partner.rows:
            partner.acknowledge(partner.wire[-1])
            await _settle()
        assert partner.wire == list(range(1, 201))

    _run(partner, story)


def test_notified_frame_leaves_at_the_next_turn_of_the_loop() -> None:
    partner = _Partner(0)

    async def story() -> None:
        partner.rows.append((700, b"700"))
        partner.sender.notify("borvia")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert partner.wire == [700]

    _run(partner, story)


def test_without_receipt_the_first_frame_alone_is_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link, "RESEND_AFTER_S", 0.01)
    partner = _Partner(3)

    async def story() -> None:
        await _until(lambda: len(partner.wire) >= 5)
        assert partner.wire[:5] == [1, 2, 3, 1, 1]
        del partner.wire[:]
        partner.acknowledge(1)
        await _until(lambda: len(partner.wire) >= 2)
        assert partner.wire[-2:] == [2, 3]

    _run(partner, story)


def test_late_receipt_of_what_was_sent_before_going_back_is_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link, "RESEND_AFTER_S", 0.01)
    partner = _Partner(3)

    async def story() -> None:
        await _until(lambda: len(partner.wire) >= 4)
        del partner.wire[:]
        partner.rows.append((4, b"4"))
        partner.acknowledge(3)
        await _until(lambda: bool(partner.wire))
        assert partner.wire[0] == 4

    _run(partner, story)


def test_closed_wire_holds_back_and_resend_starts_at_the_first_unacknowledged() -> None:
    partner = _Partner(3)

    async def story() -> None:
        partner.acknowledge(1)
        partner.open = False
        partner.rows.append((4, b"4"))
        partner.sender.notify("borvia")
        await _settle()
        assert partner.wire == [1, 2, 3]
        partner.open = True
        partner.sender.resend("borvia")
        await _settle()
        assert partner.wire == [1, 2, 3, 2, 3, 4]

    _run(partner, story)


def test_old_receipt_changes_nothing() -> None:
    partner = _Partner(3)

    async def story() -> None:
        partner.acknowledge(3)
        partner.acknowledge(2)
        partner.rows.append((4, b"4"))
        partner.sender.notify("borvia")
        await _settle()
        assert partner.wire == [1, 2, 3, 4]

    _run(partner, story)


def _links() -> tuple[PartnerLinks, list[tuple[str, Stream, bytes, Way]]]:
    taken: list[tuple[str, Stream, bytes, Way]] = []
    endpoint = Endpoint(
        nation="auria",
        context=Context.EXERCISE,
        partners=["borvia"],
        port=20_001,
        app=Credential(Path("app.pem"), Path("app.key"), 0),
        authority=Path("authority.pem"),
    )
    links = PartnerLinks(
        endpoint,
        lambda partner, stream, frame, way: taken.append((partner, stream, frame, way)),
        lambda: None,
        lambda: None,
    )
    return links, taken


def test_frames_of_others_are_refused_and_counted() -> None:
    links, taken = _links()

    async def take(subject: str) -> None:
        await links._take(Msg(Client(), subject, "", b"frame"))

    async def story() -> None:
        await take("exercise.borvia.auria.track")
        await take("direct.exercise.borvia.auria.track")
        await take("direct.exercise.cestia.auria.track")
        await take("operation.borvia.auria.track")
        await take("exercise.cestia.auria.track")
        await take("exercise.borvia.cestia.track")
        await take("exercise.borvia.auria.orders")

    asyncio.run(story())
    assert taken == [("borvia", Stream.TRACK, b"frame", way) for way in (Way.HUB, Way.DIRECT)]
    assert links.refused == {"other context": 1, "not a partner": 3, "unknown subject": 1}


class _SlowServer:
    """Stands for a connection whose server does not read."""

    is_connected, is_closed = True, False

    def __init__(self, pending_data_size: int) -> None:
        self.pending_data_size, self.published = pending_data_size, list[str]()

    async def publish(self, subject: str, frame: bytes) -> None:
        self.published.append(subject)


def test_tracks_leave_room_for_warnings_when_the_server_is_slow() -> None:
    links, _ = _links()

    async def sent(stream: Stream, waiting: int) -> bool:
        slow = _SlowServer(waiting)
        links._client = slow
        assert await links.send("borvia", stream, b"frame") == bool(slow.published)
        return bool(slow.published)

    async def story() -> None:
        assert await sent(Stream.TRACK, FRAME_MAX_BYTES - 5)
        assert not await sent(Stream.TRACK, FRAME_MAX_BYTES - 4)
        assert await sent(Stream.WARNING, FRAME_MAX_BYTES)
        assert not await sent(Stream.WARNING, 2 * FRAME_MAX_BYTES)

    asyncio.run(story())
    assert links.unsent == {"server too slow": 2}


def test_frame_beyond_the_limit_is_not_sent() -> None:
    links, _ = _links()
    links._client = _SlowServer(0)
    assert asyncio.run(links.send("borvia", Stream.TRACK, bytes(FRAME_MAX_BYTES + 1))) is False
    assert links.unsent == {"frame too large": 1}


def test_nothing_is_kept_for_later_while_unconnected() -> None:
    links, _ = _links()
    assert asyncio.run(links.send("borvia", Stream.TRACK, b"frame")) is False
    assert links.unsent == {"not connected": 1}
    with pytest.raises(LinkError, match="cestia: no such partner"):
        asyncio.run(links.send("cestia", Stream.TRACK, b"frame"))
