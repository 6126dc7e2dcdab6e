"""One more hub of a coordinator: a message server, watched, and nothing else."""

import asyncio
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from skypact.core.errors import ConfigError
from skypact.edge.links import hub_folder, pki
from skypact.edge.links.nats_server import NatsServer
from skypact.edge.links.pki import Role

LOOK_EVERY_S = 1.0
DAY_NS = 86_400 * 1_000_000_000
TELL_BEFORE_NS = 7 * DAY_NS


class Hub:
    """Belongs to one event loop. say: takes one line for a person."""

    def __init__(self, folder: Path, now_ns: Callable[[], int], say: Callable[[str], None]) -> None:
        """Raises ConfigError for a folder that the coordinator's ceremony did not write."""
        self._folder, self._now_ns, self._say = folder, now_ns, say
        self._file = file = hub_folder.read(folder)
        text = hub_folder.server_text(folder, file)
        self._known = self._digest()
        self._told_day = 0
        self.server = NatsServer(folder / "nats", hub_folder.greeting(file), file.port, text)

    async def run(self) -> None:
        """Serve until cancelled. Raises LinkError when the server does not come up."""
        file = self._file
        await self.server.start()
        self._say(
            f"hub {file.name} of {file.nation}, {file.context}: nations join {self._joined()}"
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.server.run())
                group.create_task(self._watch())
        finally:
            await self.server.stop()

    def _joined(self) -> str:
        return f"{self._file.host}:{self._file.leaf_port}"

    async def _watch(self) -> None:
        """Take a folder that was written anew without a restart of the program, and tell people
        each day when its certificate ends within a week."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            known = self._digest()
            if known != self._known:
                self._known = known
                try:
                    file = hub_folder.read(self._folder)
                    text = hub_folder.server_text(self._folder, file)
                except ConfigError as fault:
                    self._say(f"goes on as it was: {fault}")
                else:
                    await self.server.renew(text)
                    self._say("took the folder as it was written anew")
            self._tell_end()

    def _tell_end(self) -> None:
        certificate = pki.read_certificate(self._folder / f"{Role.HUB}.pem")
        left_ns = pki.ns_of(certificate.not_valid_after_utc) - self._now_ns()
        day = self._now_ns() // DAY_NS
        if left_ns < TELL_BEFORE_NS and day != self._told_day:
            self._told_day = day
            self._say(
                f"the certificate ends on {certificate.not_valid_after_utc:%Y-%m-%d %H:%MZ}: "
                "write the folder anew with skypact enrol hub"
            )

    def _digest(self) -> bytes:
        digest = blake2b()
        for path in sorted(self._folder.iterdir()):
            if path.suffix in (".toml", ".pem"):
                digest.update(path.read_bytes())
        return digest.digest()
