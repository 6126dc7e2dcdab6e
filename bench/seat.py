"""A seat at a node's console without a browser: the page's own protocol, for benches and tests."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import websockets

from skypact.console.auth import open_seat
from skypact.core.errors import SkypactError

DEADLINE_S = 30.0


class Seat:
    """Keeps a page open through restarts of the node and remembers what it was told."""

    def __init__(self, seat_file: Path, person: str) -> None:
        """seat_file: `state/console-seat.json` of the node."""
        self._file, self._person = seat_file, person
        self.warnings: dict[str, dict[str, Any]] = {}
        self.links: dict[str, bool] = {}
        self.feeds: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, float] = {}
        self.connected_s: float | None = None
        self.pictures = 0
        self._web: websockets.ClientConnection | None = None
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard = asyncio.Event()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            with contextlib.suppress(
                OSError, httpx.HTTPError, websockets.WebSocketException, SkypactError
            ):
                await self._sit()
            self.connected_s, self._web, self.links = None, None, {}
            await asyncio.sleep(0.05)

    async def _sit(self) -> None:
        link = open_seat(self._file, time.time_ns())
        origin = link.partition("/open")[0]
        async with httpx.AsyncClient(timeout=2.0) as client:
            answer = await client.get(link)
            answer.raise_for_status()
            cookie = "; ".join(f"{k}={v}" for k, v in answer.cookies.items())
        async with websockets.connect(
            origin.replace("http", "ws") + "/stream",
            origin=origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            open_timeout=2.0,
            max_size=1 << 24,
        ) as self._web:
            await self._web.send(json.dumps({"ask": "watch", "person": self._person}))
            async for data in self._web:
                await self._take(data)

    async def _take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.pictures += 1
            assert self._web is not None
            await self._web.send(json.dumps({"ask": "got", "picture": True}))
            return
        message = json.loads(data)
        match message["kind"]:
            case "hello":
                self.connected_s = time.monotonic()
            case "warnings":
                for row in message["rows"]:
                    self.seen.setdefault(row["id"], time.time())
                    self.warnings[row["id"]] = row
            case "links":
                self.links = {row["partner"]: row["alive"] for row in message["links"]}
            case "feeds":
                self.feeds = {row["name"]: row for row in message["feeds"]}
            case "tick":
                assert self._web is not None
                await self._web.send(json.dumps({"ask": "got"}))
            case "done" | "refused":
                await self._answers.put(message)
            case _:
                pass
        self.heard.set()

    async def ask(self, ask: str, warning_id: str) -> dict[str, Any]:
        """Ask for a decision and return the answer; raises OSError when the node went away."""
        if self._web is None:
            raise OSError("not connected")
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                self._answers.get_nowait()
        try:
            await self._web.send(json.dumps({"ask": ask, "warning_id": warning_id}))
        except websockets.WebSocketException as error:
            raise OSError(str(error)) from error
        async with asyncio.timeout(DEADLINE_S):
            while True:
                answer = await self._answers.get()
                if answer["ask"] == ask and answer["warning_id"] == warning_id:
                    return answer

    async def until(self, true: Callable[[], Any], deadline_s: float = DEADLINE_S) -> None:
        """Wait until `true()`; raises TimeoutError."""
        async with asyncio.timeout(deadline_s):
            while not true():
                self.heard.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.heard.wait(), 0.2)
