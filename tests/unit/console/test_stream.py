"""What one page still has to be sent."""

import asyncio
from typing import Any

import msgspec
import pytest

from skypact.console.board import Board
from skypact.console.stream import IN_FLIGHT_MAX, REPLIES_MAX, SLOTS, ClientQueue, Pace
from tests.unit.console.scene import picture, warning
from tests.unit.console.test_board import HEADER, board, deliver

__all__ = ["board"]


def queue(board: Board) -> ClientQueue:
    sources: dict[str, Any] = {slot: (lambda: None) for slot in SLOTS}
    return ClientQueue(board, {**sources, "hello": lambda: {"nation": "auria"}})


def kinds(payloads: list[str | bytes]) -> list[str]:
    return ["picture" if isinstance(p, bytes) else msgspec.json.decode(p)["kind"] for p in payloads]


def draw(board: Board, queue: ClientQueue, after_s: float) -> None:
    board.take_picture(picture(HEADER, 5, raid=False, after_s=after_s))
    queue.mark_picture()


def test_a_new_page_gets_everything_at_once_greeting_and_warnings_first(board: Board) -> None:
    deliver(board, warning(1))
    deliver(board, warning(2))
    board.take_picture(picture(HEADER, 5, raid=False, after_s=0))
    payloads = queue(board).take()
    assert kinds(payloads) == ["hello", "warnings", "texts", "picture"]
    rows = msgspec.json.decode(payloads[1])["rows"]
    assert [row["id"] for row in rows] == ["borvia-w1", "borvia-w2"]


def test_a_waiting_picture_is_replaced_and_counted(board: Board) -> None:
    page = queue(board)
    page.take()
    for after_s in range(5):
        draw(board, page, after_s)
    assert page.take()[-1] == board.frame
    assert page.pictures_dropped == 4


def test_a_page_that_takes_no_picture_gets_no_more_but_still_every_warning(board: Board) -> None:
    page = queue(board)
    page.take()
    for after_s in range(IN_FLIGHT_MAX + 3):
        draw(board, page, after_s)
        page.take()
    for number in range(3000):
        deliver(board, warning(number))
        page.mark_warning(f"borvia-w{number}")
    payloads = page.take()
    assert kinds(payloads) == ["warnings"]
    assert len(msgspec.json.decode(payloads[0])["rows"]) == 3000
    page.picture_arrived()
    assert kinds(page.take()) == ["picture"]


def test_only_the_latest_version_of_a_warning_is_sent(board: Board) -> None:
    page = queue(board)
    page.take()
    for version in range(1, 50):
        deliver(board, warning(1, version=version))
        page.mark_warning("borvia-w1")
    (payload,) = page.take()
    assert [row["version"] for row in msgspec.json.decode(payload)["rows"]] == [49]
    assert page.take() == []


def test_texts_come_before_the_picture_that_needs_them_and_once(board: Board) -> None:
    page = queue(board)
    page.take()
    draw(board, page, 0)
    assert kinds(page.take()) == ["texts", "picture"]
    draw(board, page, 1)
    assert kinds(page.take()) == ["picture"]


def test_too_many_unread_answers_mean_a_stalled_page(board: Board) -> None:
    page = queue(board)
    for number in range(REPLIES_MAX):
        page.reply({"kind": "done", "number": number})
    assert not page.overrun
    page.reply({"kind": "done"})
    assert page.overrun


def test_waiting_ends_when_something_is_marked(board: Board) -> None:
    async def run() -> None:
        page = queue(board)
        page.take()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.wait(), 0.01)
        page.mark("tick")
        await asyncio.wait_for(page.wait(), 1)

    asyncio.run(run())


def test_a_burst_is_two_calls_the_first_at_once_and_the_last_not_lost() -> None:
    state, seen = [0], list[int]()

    async def burst() -> None:
        twice = asyncio.Event()

        def show() -> None:
            seen.append(state[0])
            if len(seen) == 2:
                twice.set()

        pace = Pace(show, 0.02)
        for number in range(1, 101):
            state[0] = number
            pace()
        assert seen == [1]
        await twice.wait()
        await asyncio.sleep(0.05)
        assert seen == [1, 100]
        state[0] = 101
        pace()
        assert seen == [1, 100, 101]

    asyncio.run(asyncio.wait_for(burst(), 10))
