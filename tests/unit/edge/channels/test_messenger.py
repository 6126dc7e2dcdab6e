"""Other services through Apprise, against a real HTTP server that takes its JSON."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from skypact.config.channels import MessengerSettings
from skypact.config.private import write_private
from skypact.core.errors import ConfigError
from skypact.core.messages import Channel, DeliveryState, NoticeFailure
from skypact.edge.channels.messenger import Messenger
from skypact.edge.channels.way import NotSentError
from tests.unit.edge.channels.notices import Ledger, notice


class Service(BaseHTTPRequestHandler):
    taken: list[dict[str, str]] = []  # noqa: RUF012 - emptied by each test
    status = 200

    def do_POST(self) -> None:
        self.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Service.taken.clear()
    Service.status = 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def messenger(folder: Path, url: str) -> Messenger:
    write_private(folder / "url", url)
    return Messenger((MessengerSettings(name="civil defence", url_file="url"),), folder)


def send(one: Messenger, address: str = "civil defence") -> Ledger:
    ledger, each = Ledger(), notice(Channel.MESSENGER, address)
    asyncio.run(one.send(each, ledger.line(each)))
    return ledger


def test_a_service_gets_the_words(tmp_path: Path, port: int) -> None:
    one = messenger(tmp_path, f"json://127.0.0.1:{port}/")
    assert asyncio.run(one.check()).startswith("1 services set")
    ledger = send(one)
    assert ledger.states == [DeliveryState.SENT]
    [said] = Service.taken
    assert said["title"].startswith("Exercise, exercise")
    assert said["message"].startswith("Exercise, exercise")
    assert said["type"] == "warning"


def test_what_a_service_did_not_take_is_tried_again(tmp_path: Path, port: int) -> None:
    Service.status = 500
    with pytest.raises(NotSentError, match="did not take it") as caught:
        send(messenger(tmp_path, f"json://127.0.0.1:{port}/"))
    assert caught.value.again


def test_names_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotSentError) as caught:
        send(messenger(tmp_path, "json://127.0.0.1:1/"), "other")
    assert caught.value.failure is NoticeFailure.REFUSED


def test_a_service_that_apprise_does_not_know_is_told(tmp_path: Path) -> None:
    one = messenger(tmp_path, "nothing://x")
    with pytest.raises(NotSentError, match="no service that Apprise knows: civil defence"):
        asyncio.run(one.check())
    with pytest.raises(NotSentError, match="does not know"):
        send(one)


def test_a_file_without_a_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no URL"):
        messenger(tmp_path, "token")
