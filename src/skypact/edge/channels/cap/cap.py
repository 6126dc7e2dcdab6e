"""The channel `cap`: notices become signed messages in a feed that anybody may read."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from skypact.config.channels import CapSettings
from skypact.core.errors import LinkError
from skypact.core.messages import Channel, Context, DeliveryState, Notice, NoticeFailure
from skypact.edge.channels.cap.alert import Sender, alert, cap_time, identifier
from skypact.edge.channels.cap.feed import FEED, Entry, Feed
from skypact.edge.channels.cap.service import FeedService
from skypact.edge.channels.cap.signing import Signer, own_signer
from skypact.edge.channels.way import Line, NotSentError

LINES_MAX = 1_000


class CapFeed:
    """Publishes. A message is sent when it is in the feed, and delivered when somebody has fetched
    it; nobody acknowledges a public warning."""

    channel = Channel.CAP
    at_once = 1  # one writer of the feed
    tries = 3
    deadline_s = 10.0

    def __init__(
        self,
        settings: CapSettings,
        folder: Path,
        keys: Path,
        name: str,
        context: Context,
        now_ns: Callable[[], int],
    ) -> None:
        """folder: of the node; name: of the nation, for people. Raises ConfigError."""
        self._settings, self._context, self._now_ns = settings, context, now_ns
        self.every_s = settings.check_every_s
        self._sender = Sender(settings.sender, name, settings.web, settings.contact)
        published = folder / settings.folder
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        scheme = "https" if settings.certificate else "http"
        url = settings.url or f"{scheme}://{host}:{settings.port}"
        self._feed = Feed(published, url, f"{name}: {context.value}", settings.keep_days)
        if settings.signing_certificate:
            signing = (folder / settings.signing_certificate, folder / settings.signing_key)
            self._signer = Signer(*signing)
        else:
            self._signer = own_signer(keys, settings.sender, now_ns())
        tls = None
        if settings.certificate:
            tls = (folder / settings.certificate, folder / (settings.key or settings.certificate))
        self._service = FeedService(published, settings.host, settings.port, tls, self._was_fetched)
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._reporting: set[asyncio.Task[str]] = set()

    @property
    def port(self) -> int:
        return self._service.port

    async def start(self) -> None:
        """Write the feed and serve it; see `Way`."""
        try:
            await asyncio.to_thread(self._feed.open, self._now_ns())
        except OSError as error:
            raise LinkError(f"{FEED} cannot be written: {error}", link="cap") from error
        await self._service.start()

    async def stop(self) -> None:
        await self._service.stop()

    async def send(self, notice: Notice, line: Line) -> None:
        """Publish; see `Way`. The same attempt again, after a restart, changes nothing."""
        name = identifier(notice)
        if not self._feed.holds(name):
            try:
                await asyncio.to_thread(self._publish, notice)
            except OSError as error:
                raise NotSentError(
                    NoticeFailure.UNREACHABLE, f"the feed cannot be written: {error}", again=True
                ) from error
        self._lines[name] = line
        while len(self._lines) > LINES_MAX:
            self._lines.popitem(last=False)
        await line.report(DeliveryState.SENT, f"{name}.xml is in the feed")

    async def check(self) -> str:
        """See `Way`: whether the feed can still be written and is served."""
        try:
            await asyncio.to_thread(self._feed.open, self._now_ns())
        except OSError as error:
            raise NotSentError(
                NoticeFailure.UNREACHABLE, f"the feed cannot be written: {error}"
            ) from error
        return f"served at port {self.port}"

    def _publish(self, notice: Notice) -> None:
        now_ns = self._now_ns()
        references = self._feed.earlier(notice.references)
        made = alert(notice, self._sender, self._settings.languages, references, now_ns)
        entry = Entry(
            identifier=identifier(notice),
            notice_id=notice.notice_id,
            sent=cap_time(now_ns),
            sent_ns=now_ns,
            title=notice.title,
            summary=notice.text,
        )
        self._feed.publish(entry, self._signer.sign(made), now_ns)

    def _was_fetched(self, name: str, host: str) -> None:
        line = self._lines.pop(name, None)
        if line is not None:
            report = line.report(DeliveryState.DELIVERED, f"fetched by {host}")
            reporting = asyncio.create_task(report)
            self._reporting.add(reporting)
            reporting.add_done_callback(self._reporting.discard)
