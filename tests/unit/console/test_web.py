"""The guard in front of the console, spoken to over its real socket."""

import asyncio
import http.client
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from skypact.config.settings import ConsoleSettings
from tests.unit.console.scene import Scene


def ask(
    scene: Scene, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Return status, headers and body of one request; header names with _ for -."""
    port = scene.console.port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    sent = {"Host": f"127.0.0.1:{port}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    status, found, data = answer.status, answer.headers, answer.read()
    connection.close()
    return status, found, data


def sit_down(scene: Scene) -> str:
    """Return the cookie of a new seat."""
    _, headers, _ = ask(scene, scene.link().partition(str(scene.console.port))[2])
    return headers["set-cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def scene():
    with Scene(ConsoleSettings()) as scene:
        yield scene


def test_a_link_works_once_and_sets_a_strict_cookie(scene: Scene) -> None:
    path = scene.link("map").partition(str(scene.console.port))[2]
    status, headers, body = ask(scene, path)
    assert status == 200
    assert b"url=/?panel=map" in body
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert cookie.startswith(f"skypact_{scene.console.port}=")
    status, headers, body = ask(scene, path)
    assert status == 403
    assert headers["set-cookie"] is None
    assert b"one-time link" in body


def test_nothing_is_served_without_a_session(scene: Scene) -> None:
    for path in ("/", "/index.js", "/overlay.geojson", "/coverage.geojson", "/world.json", "/none"):
        assert ask(scene, path)[0] == 401
    cookie = sit_down(scene)
    assert ask(scene, "/", Cookie=cookie)[0] == 200
    assert ask(scene, "/none", Cookie=cookie)[0] == 404
    assert ask(scene, "/", Cookie=cookie[:-1])[0] == 401


def test_another_host_name_is_refused(scene: Scene) -> None:
    cookie = sit_down(scene)
    for host in (
        "rebound.example", f"rebound.example:{scene.console.port}", "127.0.0.1", "localhost:1",
    ):  # fmt: skip
        assert ask(scene, "/", Cookie=cookie, Host=host)[0] == 421
    assert ask(scene, "/", Cookie=cookie, Host=f"localhost:{scene.console.port}")[0] == 200


def test_another_origin_is_refused(scene: Scene) -> None:
    cookie = sit_down(scene)
    for origin in ("http://other.example", "null", f"https://127.0.0.1:{scene.console.port}"):
        assert ask(scene, "/", Cookie=cookie, Origin=origin)[0] == 403


def test_only_get_without_a_body_is_answered(scene: Scene) -> None:
    cookie = sit_down(scene)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert ask(scene, "/", method, Cookie=cookie)[0] == 405
    assert ask(scene, "/", body=b"x" * 100, Cookie=cookie)[0] == 413


def test_a_request_without_end_is_refused(scene: Scene) -> None:
    with socket.create_connection(("127.0.0.1", scene.console.port), 5) as sender:
        sender.sendall(b"GET / HTTP/1.1\r\nCookie: " + b"x" * 30_000)
        assert sender.recv(100).startswith(b"HTTP/1.1 400")


def test_every_answer_carries_the_policy(scene: Scene) -> None:
    for path in ("/", "/open?token=x"):
        headers = ask(scene, path)[1]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["server"] is None


@pytest.mark.parametrize(
    ("origin", "seated"), [("http://other.example", True), (None, True), ("own", False)]
)
def test_the_stream_needs_a_seat_and_our_own_origin(
    scene: Scene, origin: str | None, seated: bool
) -> None:
    port = scene.console.port
    headers = {"Cookie": sit_down(scene)} if seated else {}
    if origin is not None:
        headers["Origin"] = f"http://127.0.0.1:{port}" if origin == "own" else origin

    async def run() -> int:
        try:
            async with connect(f"ws://127.0.0.1:{port}/stream", additional_headers=headers):
                return 101
        except InvalidStatus as error:
            return error.response.status_code

    assert asyncio.run(run()) == 403
