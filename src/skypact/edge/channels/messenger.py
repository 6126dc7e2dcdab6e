"""The channel `messenger`: other services through Apprise, by names in the settings."""

import threading
from pathlib import Path
from typing import Any

from skypact.config.channels import MessengerSettings
from skypact.core.errors import ConfigError
from skypact.core.messages import Channel, DeliveryState, Notice, NoticeFailure, Stage
from skypact.edge.channels.secret import read_secret
from skypact.edge.channels.threads import in_thread
from skypact.edge.channels.way import Line, NotSentError


class Messenger:
    """Sends to services that Apprise knows. Apprise says of a message that it was taken or that it
    was not, so that is all that is reported: sent, or unreachable."""

    channel = Channel.MESSENGER
    at_once = 8
    tries = 3
    deadline_s = 45.0

    def __init__(self, settings: tuple[MessengerSettings, ...], folder: Path) -> None:
        """folder: of the node; the URLs of services hold their secrets, so each is in a file.
        Raises ConfigError."""
        self.every_s = min(one.check_every_s for one in settings)
        self._services: dict[str, Any] = {}
        self._load = threading.Lock()
        urls = {one.name: read_secret(folder, one.url_file) for one in settings}
        for one in settings:
            if "://" not in urls[one.name]:
                raise ConfigError("holds no URL of a service", path=str(folder / one.url_file))
        self._urls = urls

    async def start(self) -> None:
        """See `Way`; nothing is held open."""

    async def stop(self) -> None:
        """See `Way`."""

    async def send(self, notice: Notice, line: Line) -> None:
        """Hand it to the service; see `Way`."""
        if notice.address not in self._urls:
            raise NotSentError(
                NoticeFailure.REFUSED, f'there is no [[channels.messenger]] "{notice.address}"'
            )
        taken = await in_thread(lambda: self._notify(notice))
        if not taken:
            raise NotSentError(
                NoticeFailure.UNREACHABLE, f"{notice.address} did not take it", again=True
            )
        await line.report(DeliveryState.SENT, f"taken by {notice.address}")

    async def check(self) -> str:
        """See `Way`: whether Apprise understands every URL. No service is asked: it would be a
        message."""
        unknown = await in_thread(self._unknown)
        if unknown:
            raise NotSentError(
                NoticeFailure.REFUSED, f"no service that Apprise knows: {', '.join(unknown)}"
            )
        return f"{len(self._urls)} services set; none was asked"

    def _unknown(self) -> list[str]:
        return [name for name in self._urls if self._service(name) is None]

    def _service(self, name: str) -> Any:
        """Return the service, None when Apprise does not know it."""
        with self._load:  # it is loaded once, by whoever comes first
            if name not in self._services:
                import apprise  # costs a second: only where it is used

                known: Any = apprise
                self._services[name] = known.Apprise.instantiate(self._urls[name])
            return self._services[name]

    def _notify(self, notice: Notice) -> bool:
        service = self._service(notice.address)
        if service is None:
            raise NotSentError(NoticeFailure.REFUSED, f"Apprise does not know {notice.address}")
        urgent = notice.stage in (Stage.PREPARE, Stage.TAKE_COVER)
        kind = "warning" if urgent else "info"
        return bool(service.notify(body=notice.text, title=notice.title, notify_type=kind))
