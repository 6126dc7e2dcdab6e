"""A real node: what is posted reaches the rooms, and its journal holds no fine place."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.core import codec
from skypact.core.messages import Datagrams
from skypact.edge.intake.tokens import load_key, new_token
from skypact.edge.journal import Kind, read

pytestmark = pytest.mark.e2e
SKYPACT = str(Path(sys.executable).parent / "skypact")
LAUNCH = (
    b'{"sensor":"eye","time":%.3f,"lat_deg":30,"lon_deg":45,"major_sd_m":4000,'
    b'"minor_sd_m":2000,"confidence":0.9}'
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def folder(tmp_path: Path, port: int) -> Path:
    node = tmp_path / "auria"
    CliRunner().invoke(main, ["init", str(node), "--nation", "auria"])
    text = (node / "node.toml").read_text()
    text = text.replace("port = 4222", f"port = {free_port()}", 1)
    text = text.replace("udp://127.0.0.1:8600", f"udp://127.0.0.1:{free_port()}", 1)
    text = text.replace("#port = 8443", f"port = {port}", 1)
    for name, form in (("people", "sightings"), ("orbit", "launches")):
        feed = f'[[feed]]\nname = "{name}"\nsource = "https:"\nformat = "{form}"\nperiod_s = 60\n'
        text = text.replace("# A second feed", feed + "\n# A second feed", 1)
    (node / "node.toml").write_text(text)
    return node


def post(node: Path, url: str, token: str, body: bytes) -> tuple[int, str]:
    context = ssl.create_default_context(cafile=node / "keys/authority.pem")
    asked = urllib.request.Request(url, body, {"authorization": f"Bearer {token}"}, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=5, context=context) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def until_open(node: subprocess.Popen[str], port: int) -> None:
    end_s = time.monotonic() + 90
    while time.monotonic() < end_s:
        assert node.poll() is None, node.stdout and node.stdout.read()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the intake never opened")


def test_what_is_posted_reaches_the_rooms(tmp_path: Path) -> None:
    port = free_port()
    node = folder(tmp_path, port)
    running = subprocess.Popen(
        [SKYPACT, "node", str(node)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    url = f"https://127.0.0.1:{port}"
    try:
        until_open(running, port)
        key = load_key(node / "keys")
        fine = {"what": "drone", "azimuth_deg": 9, "lat_deg": -32.123456, "lon_deg": -18.98765}
        report = json.dumps(fine).encode()
        launch = LAUNCH % time.time()
        assert post(node, f"{url}/report", new_token(key), report) == (204, "")
        assert post(node, f"{url}/report", new_token(b"x" * 32), report)[0] == 401
        assert post(node, f"{url}/report", new_token(key), b"{}")[0] == 400
        sender = new_token(key, "orbit")
        assert post(node, f"{url}/feeds/orbit", sender, launch) == (204, "")
        code, said = post(node, f"{url}/feeds/orbit", sender, b"a launch!")
        assert (code, "Nothing of it could be used" in said) == (400, True)
        code, said = post(node, f"{url}/feeds/orbit", sender, launch + b"\nmore")
        assert (code, json.loads(said)["taken"], json.loads(said)["refused"]) == (200, 1, 1)
        time.sleep(2)  # a view of the feeds comes once a second
    finally:
        running.send_signal(signal.SIGTERM)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    inputs = [
        codec.decode(e.payload, "journal")
        for e in read(node / "state" / "journal")
        if e.kind is Kind.INPUT
    ]
    came = {feed: b"" for feed in ("people", "orbit")}
    for message in inputs:
        if isinstance(message, Datagrams):
            came[message.feed] += message.payload
    assert b'"lat_deg":-32.125' in came["people"]
    assert came["orbit"] == launch + b"a launch!" + launch + b"\nmore"
    for path in (node / "state").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"123456" not in data, path
            assert b"98765" not in data, path
