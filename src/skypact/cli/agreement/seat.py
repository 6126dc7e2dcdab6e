"""A seat at the console of a running node, for one question of a named person."""

import http.client
import json
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from skypact.cli.live import SEAT
from skypact.config import STATE
from skypact.console.auth import open_seat
from skypact.core.errors import LinkError
from skypact.edge.clock import Clock

ANSWER_WITHIN_S = 15.0
ANSWERS = ("done", "refused")


def ask(folder: Path, person: str, question: dict[str, Any]) -> None:
    """Say who is there, then ask; returns once the answer is on the node's disk.

    Raises LinkError when no node runs in the folder, with its sentence when it refuses.
    """
    with _seated(folder) as web:
        for one in ({"ask": "watch", "person": person}, question):
            web.send(json.dumps(one))
            named = one.get("order", one["ask"])
            answer = _heard(web, lambda m, n=named: m["kind"] in ANSWERS and m["ask"] == n)
            if answer["kind"] == "refused":
                raise LinkError(str(answer["reason"]), link=str(folder))


def looked_at(folder: Path, kind: str) -> dict[str, Any]:
    """Return what the console of the node in a folder shows of one kind; raises LinkError."""
    with _seated(folder) as web:
        return _heard(web, lambda message: message["kind"] == kind)


@contextmanager
def _seated(folder: Path) -> Generator[ClientConnection]:
    link = urlsplit(open_seat(folder / STATE / SEAT, Clock().now_ns()))
    address = (link.hostname or "", link.port or 0)
    try:
        cookie = _cookie(address, f"{link.path}?{link.query}")
        # A socket of our own: no proxy of the environment comes between.
        with connect(
            f"ws://{link.netloc}/stream",
            sock=socket.create_connection(address, ANSWER_WITHIN_S),
            origin=f"http://{link.netloc}",  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            max_size=None,
        ) as web:
            yield web
    except (OSError, WebSocketException, http.client.HTTPException) as error:
        message = f"no node runs here, or it does not answer: {error}"
        raise LinkError(message, link=str(folder)) from error


def _cookie(address: tuple[str, int], path: str) -> str:
    web = http.client.HTTPConnection(*address, timeout=ANSWER_WITHIN_S)
    try:
        web.request("GET", path)
        answer = web.getresponse()
        answer.read()
        return (answer.getheader("set-cookie") or "").partition(";")[0]
    finally:
        web.close()


def _heard(web: ClientConnection, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    while True:
        said = web.recv(timeout=ANSWER_WITHIN_S)
        if isinstance(said, str):
            message: dict[str, Any] = json.loads(said)
            if wanted(message):
                return message
