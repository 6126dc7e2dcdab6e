"""A launch seen from space, a node as people start it, telephones and a feed made by others: told,
answered, released by a person, taken back on every way."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lxml import etree

from skypact.cli.agreement.seat import looked_at
from tests.e2e import phone_peers as peers
from tests.e2e.test_phone_calls import free_port
from tests.unit.edge.channels.notices import until

pytestmark = pytest.mark.e2e
SKYPACT = str(Path(sys.executable).parent / "skypact")
NODE = """
[[feed]]
name = "space"
source = "udp://127.0.0.1:{launches}"
format = "launches"
period_s = 600.0

[channels.cap]
sender = "warning.auria.example"
port = {cap}

[channels.phone]
host = "127.0.0.1"
port = {sip}
ring_s = 4.0
pause_s = 0.5
repeats = 1
sound_ports = [{sound}, {sound_end}]
"""
PEOPLE = """
[[recipient]]
name = "desk"
post = "duty"
phone = "sip:desk@127.0.0.1:{busy}"

[[recipient]]
name = "officer"
post = "duty"
person = "A. Tahan"
phone = "sip:officer@127.0.0.1:{answers}"

[[recipient]]
name = "town"
language = "ar"
cap = "public"
"""
STEPS = """
[[step]]
id = "duty"
stage = "prepare"
tell = ["desk"]
answer_within_s = 20.0
attempts = 1
then = ["officer"]

[[step]]
id = "public"
stage = "prepare"
tell = ["town"]
answer = false
"""


def run(*command: str) -> str:
    done = subprocess.run([SKYPACT, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def folder(home: Path, **ports: int) -> None:
    run("init", str(home), "--nation", "auria")
    text = (home / "node.toml").read_text()
    (home / "node.toml").write_text(text + NODE.format(**ports))
    (home / "people.toml").write_text(PEOPLE.format(**ports))
    procedure = (home / "procedures/example.toml.txt").read_text()
    (home / "procedures/raid.toml").write_text(
        procedure[: procedure.index("# Steps begin")] + STEPS
    )
    run("procedure", "sign", str(home), str(home / "procedures/raid.toml"), "--yes")
    assert run("procedure", "lint", str(home)) == "no fault found\n"


def report_launch(port: int) -> None:
    """Let a sensor in space report a launch that may reach the port of Auria."""
    line = f"launch,sky-1,{time.time():.3f},-37.0,-20.5,2000,1500,0,1,0.95\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(line.encode(), ("127.0.0.1", port))


def cap(home: Path) -> list[tuple[str, str]]:
    """Return type and status of each CAP message of the feed, the oldest first."""
    found = []
    for path in (home / "state/cap").glob("*.xml"):
        root = etree.parse(str(path)).getroot()
        said = {etree.QName(part).localname: part.text for part in root}
        found.append((said["sent"], said["msgType"], said["status"]))
    return [(kind, status) for _, kind, status in sorted(found)]


def test_a_launch_reaches_a_person_who_has_understood(tmp_path: Path) -> None:
    home = tmp_path / "auria"
    ports = {name: free_port() for name in ("launches", "cap", "sip", "busy", "answers", "sound")}
    folder(home, **ports, sound_end=ports["sound"] + 399)
    log = (tmp_path / "log").open("wb")
    node = subprocess.Popen([SKYPACT, "node", str(home)], stdout=log, stderr=log)

    def reaches() -> dict[str, str]:
        alerts = looked_at(home, "alerts")["alerts"]
        return {r["who"]: r["outcome"] for r in alerts[0]["reaches"]} if alerts else {}

    async def night() -> float:
        async with (
            peers.sipp(tmp_path, peers.BUSY, ports["busy"], free_port()),
            peers.sipp(tmp_path, peers.presses("1"), ports["answers"], free_port()),
        ):
            report_launch(ports["launches"])
            await until(lambda: reaches().get("officer") == "acknowledged", 60)
            assert reaches() == {"desk": "escalated", "officer": "acknowledged"}
            (alert,) = looked_at(home, "alerts")["alerts"]
            assert [p["step"] for p in alert["pending"]] == ["public"]
            assert cap(home) == []
            order = (str(home), alert["id"])
            run("alert", "release", *order, "public", "--by", "I. Maren")
            await until(lambda: len(cap(home)) == 1, 10)
            begun = time.monotonic()
            run("alert", "cancel", *order, "--by", "I. Maren", "--reason", "a balloon")
            await until(lambda: len(cap(home)) == 2, 10)
            took_s = time.monotonic() - begun
            assert cap(home) == [("Alert", "Exercise"), ("Cancel", "Exercise")]
            return took_s

    try:
        started = lambda: "console: http" in (tmp_path / "log").read_text()  # noqa: E731
        asyncio.run(until(started, 300))
        asyncio.run(night())
        said = (tmp_path / "log").read_text()
        assert "step public waits for a person" in said
        assert "officer by phone: acknowledged" in said
        assert "is cancelled by I. Maren: a balloon" in said
    finally:
        node.terminate()
        node.wait(30)
        shutil.rmtree(home / "state", ignore_errors=True)
