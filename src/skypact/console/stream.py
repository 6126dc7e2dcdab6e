"""What one page still has to be sent. Bounded by construction: a newer picture replaces the one
that waits, a newer version of a warning replaces the older, and no warning is ever dropped."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from skypact.console.board import Board

REPLIES_MAX = 64
IN_FLIGHT_MAX = 2
SLOTS = (
    "hello", "hush", "feeds", "links", "channels", "identities", "alerts", "notices", "tick",
)  # fmt: skip


class ClientQueue:
    """Marks what is new for one page; `take` turns the marks into websocket payloads.

    sources: a function for each of SLOTS that returns its JSON object, or None for nothing yet.
    """

    def __init__(self, board: Board, sources: dict[str, Callable[[], Any]]) -> None:
        self._board, self._sources = board, sources
        self._wanted = asyncio.Event()
        self._slots: dict[str, None] = dict.fromkeys(SLOTS)
        self._warnings: dict[str, None] = dict.fromkeys(board.rows)
        self._replies: deque[Any] = deque()
        self._picture = bool(board.frame)
        self._revision = -1
        self._in_flight = 0
        self.pictures_dropped = 0
        self.overrun = False
        self._wanted.set()

    def mark(self, slot: str) -> None:
        """Note that one of SLOTS changed."""
        self._slots[slot] = None
        self._wanted.set()

    def mark_warning(self, warning_id: str) -> None:
        """Note that a warning is new or changed."""
        self._warnings[warning_id] = None
        self._wanted.set()

    def mark_picture(self) -> None:
        """Note that there is a newer picture; one that still waits is dropped for it."""
        self.pictures_dropped += self._picture
        self._picture = True
        self._wanted.set()

    def reply(self, answer: Any) -> None:
        """Queue the answer to a command; too many mean that the page reads nothing any more."""
        if len(self._replies) >= REPLIES_MAX:
            self.overrun = True
            return
        self._replies.append(answer)
        self._wanted.set()

    def picture_arrived(self) -> None:
        """The page has taken a picture; the next may go."""
        self._in_flight = max(0, self._in_flight - 1)
        self._wanted.set()

    async def wait(self) -> None:
        """Wait until there may be something to take."""
        await self._wanted.wait()

    def take(self) -> list[str | bytes]:
        """Return the payloads to send now: warnings first, the picture last."""
        self._wanted.clear()
        payloads: list[str | bytes] = []
        if "hello" in self._slots:
            payloads += self._slot("hello")
        if self._warnings:
            rows = [self._board.rows[w] for w in self._warnings if w in self._board.rows]
            self._warnings = {}
            payloads.append((b'{"kind":"warnings","rows":[' + b",".join(rows) + b"]}").decode())
        while self._replies:
            payloads.append(_json(self._replies.popleft()))
        for slot in SLOTS:
            if slot in self._slots:
                payloads += self._slot(slot)
        if self._picture and self._in_flight < IN_FLIGHT_MAX:
            payloads += self._picture_payloads()
        return payloads

    def _slot(self, slot: str) -> list[str | bytes]:
        del self._slots[slot]
        body = self._sources[slot]()
        return [] if body is None else [_json({"kind": slot, **body})]

    def _picture_payloads(self) -> list[str | bytes]:
        payloads: list[str | bytes] = []
        if self._revision < self._board.revision:
            rows = self._board.texts_since(self._revision)
            payloads.append(
                _json({"kind": "texts", "reporters": self._board.reporters, "rows": rows})
            )
            self._revision = self._board.revision
        self._picture = False
        self._in_flight += 1
        return [*payloads, self._board.frame]


class Pace:
    """Calls `run` at once, and for all that comes within `every_s` once more at its end."""

    def __init__(self, run: Callable[[], None], every_s: float) -> None:
        self._run, self._every_s = run, every_s
        self._resting = self._wanted = False

    def __call__(self) -> None:
        """Call it now, or soon. Needs a running loop."""
        if self._resting:
            self._wanted = True
            return
        self._run()
        self._resting = True
        asyncio.get_running_loop().call_later(self._every_s, self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._wanted:
            self._wanted = False
            self()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
