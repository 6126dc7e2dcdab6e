"""The unit that `skypact init` writes: systemd accepts it, and what it starts survives a kill."""

import configparser
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from skypact.edge import journal
from skypact.edge.first_hour.configuration import unit

PROGRAM = Path(sys.executable).with_name("skypact")
EXPOSURE_MAX = "20"  # tenths; systemd calls up to 1.9 "OK" and 10 "unsafe"
START_LIMIT_S = 300  # kernels may have to be compiled first


def parsed(text: str) -> configparser.ConfigParser:
    """Return a unit; where a setting is there twice the last one counts."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize(
    "words", [["verify"], ["security", "--offline=true", f"--threshold={EXPOSURE_MAX}"]]
)
def test_systemd_accepts_the_unit(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "skypact.service"
    path.write_text(unit(tmp_path / "auria", PROGRAM))
    done = subprocess.run(
        ["systemd-analyze", *words, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_refuses_a_broken_unit(tmp_path: Path) -> None:
    path = tmp_path / "skypact.service"
    path.write_text(unit(tmp_path, PROGRAM).replace("ExecStart=", "ExecStart=/nowhere/"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0


def test_the_unit_restarts_and_hardens() -> None:
    service = parsed(unit(Path("/srv/auria"), Path("/opt/skypact/bin/skypact")))["Service"]
    assert service["ExecStart"] == "/opt/skypact/bin/skypact node /srv/auria"
    assert service["Restart"] == "always"
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == "/srv/auria"
    assert service["CapabilityBoundingSet"] == ""
    assert service["NoNewPrivileges"] == "true"


@contextmanager
def started(service: configparser.SectionProxy, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ExecStart as systemd does, until it has opened its console."""
    key, _, value = service["Environment"].partition("=")
    environment = {"PATH": "/usr/bin:/bin", key: value} | {
        name: os.environ[name] for name in ("PYTHONPATH", "SKYPACT_CACHE") if name in os.environ
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            shlex.split(service["ExecStart"]),
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        limit = monotonic() + START_LIMIT_S
        while b"console: http" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert monotonic() < limit, log.read_text()
            sleep(0.05)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until_an_input(directory: Path) -> None:
    limit = monotonic() + START_LIMIT_S
    while all(entry.kind is not journal.Kind.INPUT for entry in journal.read(directory)):
        assert monotonic() < limit
        sleep(0.05)


@pytest.mark.e2e
def test_a_killed_node_goes_on_and_a_stopped_one_ends_in_order(tmp_path: Path) -> None:
    node = tmp_path / "auria"
    subprocess.run([PROGRAM, "init", node, "--nation", "auria", "--context", "test"], check=True)
    ports = (node / "node.toml").read_text()
    ports = ports.replace("port = 8700", "port = 0").replace("port = 4222", "port = 42229")
    (node / "node.toml").write_text(ports.replace(":8600", ":42228"))
    service = parsed((node / "skypact.service").read_text())["Service"]
    # systemd would make the cache folder; a test keeps what is compiled for this user.
    service["Environment"] = f"HOME={Path.home()}"
    with started(service, tmp_path / "first.log") as process:
        # Killed before it has taken anything, it would have nothing to go on from.
        until_an_input(node / "state/journal")
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
    with started(service, tmp_path / "second.log") as process:
        assert "restored from the journal" in (tmp_path / "second.log").read_text()
        process.terminate()
        assert process.wait(float(service["TimeoutStopSec"])) == 0
