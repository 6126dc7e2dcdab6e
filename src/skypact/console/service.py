"""The console of one node: a web service on loopback that shows its picture and takes what people
decide. It runs inside the node's asyncio loop; nothing here blocks."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.websockets import WebSocket, WebSocketDisconnect

from skypact.config.settings import ConsoleSettings, RoleSettings
from skypact.console import auth, coverage, views
from skypact.console.board import Board
from skypact.console.desk import (
    Acknowledge,
    AllClear,
    Ask,
    Desk,
    Got,
    Hush,
    Resume,
    Shown,
    Submit,
    Suspend,
    Watch,
    decode_ask,
)
from skypact.console.feature_api import Offer
from skypact.console.frame import LAYOUT
from skypact.console.orders.alerts import OrderAlert
from skypact.console.orders.identities import Identify
from skypact.console.pages import STATIC, Page
from skypact.console.settings import MapSite, NodeIdentity
from skypact.console.stream import ClientQueue, Pace
from skypact.console.web import ASK_BYTES_MAX, Door, application
from skypact.core.errors import ConfigError, DecodeError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Delivery,
    Message,
    PictureView,
)
from skypact.core.site import SensorSite
from skypact.warning.settings import Place

_START_S, _STOP_S, _SEND_S = 10.0, 5.0, 10.0
_TICK_S, _SILENT_S, _ALERTS_S = 2.0, 20.0, 0.25
_ASKS_MAX = 32
_CLOCK_LOOKS = 64
_BUSY, _STALLED, _BAD, _ENDED = 1013, 4008, 4000, 4001  # websocket close codes


class _Server(uvicorn.Server):
    """The node owns the process and its signals, not the web server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


class _Client:
    """One open page."""

    def __init__(
        self, web: WebSocket, session: auth.Session, heard_s: float, queue: ClientQueue
    ) -> None:
        self.web, self.session, self.heard_s, self.queue = web, session, heard_s, queue
        self.asks = asyncio.Semaphore(_ASKS_MAX)
        self.gone = asyncio.Event()
        self._ahead_ns: deque[int] = deque(maxlen=_CLOCK_LOOKS)

    def sent_ns(self, sent_ms: float, received_ns: int) -> int:
        """Return when the page sent something, by the node's clock.

        The page's clock may be anything; of the last messages the one that travelled fastest tells
        how the two differ, so a busy moment here makes nothing look later than it was.
        """
        if not sent_ms:
            return received_ns
        self._ahead_ns.append(received_ns - round(sent_ms * 1e6))
        return round(sent_ms * 1e6) + min(self._ahead_ns)


class Console:
    """The service. `submit` returns "" once a command is on disk, else why it was refused;
    `seat_file`: where the key for further seats lies, None keeps it in memory only; `places`,
    `roles`: what the feature service shows and to whom; `sensors`: whose coverage the map can
    show."""

    def __init__(
        self,
        settings: ConsoleSettings,
        identity: NodeIdentity,
        submit: Submit,
        now_ns: Callable[[], int],
        sites: Sequence[MapSite] = (),
        seat_file: Path | None = None,
        places: Sequence[Place] = (),
        roles: Sequence[RoleSettings] = (),
        sensors: Sequence[SensorSite] = (),
    ) -> None:
        """Raises ConfigError for a host that is not loopback, a page that was not built, or an
        overlay or seat file that cannot be read."""
        auth.require_loopback(settings.host)
        self._settings, self._identity, self._now_ns = settings, identity, now_ns
        self._sites, self._seat_file = tuple(sites), seat_file
        self._places, self._roles = tuple(places), {role.name: role.shows for role in roles}
        self._key = auth.load_key(seat_file)
        started_ns = now_ns()
        self._keyring = auth.Keyring(self._key, started_ns, settings.session_lifetime_s)
        self._page = Page(STATIC, settings.overlay, partial(coverage.geojson, sensors))
        self._board = Board(settings, identity, sensors)
        # Command ids must not repeat after a restart, and nothing here is journalled.
        issuer = Issuer(identity.nation, f"console-{started_ns:x}", identity.context)
        self._desk = Desk(settings, identity, self._board, submit, now_ns, issuer)
        self._clients: list[_Client] = []
        # A thousand recipients who are told report several thousand times within seconds.
        self._mark_alerts = Pace(partial(self._mark, "alerts"), _ALERTS_S)
        self._work: set[asyncio.Task[None]] = set()
        self._server: _Server | None = None
        self._running: list[asyncio.Task[None]] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Return the address of the page, without a link's token."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{self.port}"

    def open_link(self, panel: str = "") -> str:
        """Return a new one-time link; panel: "", "warnings" or "map"."""
        lifetime_s = self._settings.link_lifetime_s
        return auth.link(self.url, self._key, self._now_ns(), lifetime_s, panel)

    def publish(self, message: Message) -> None:
        """Show a message of the node's doors; what is not for people is left alone."""
        for slot in self._board.take(message):
            if slot == "alerts":
                self._mark_alerts()
            else:
                self._mark(slot)
        if isinstance(message, PictureView):
            for client in self._clients:
                client.queue.mark_picture()
        elif isinstance(message, Delivery) and self._board.take_warning(message):
            for client in self._clients:
                client.queue.mark_warning(message.warning.warning_id)

    async def serve(self, stopping: asyncio.Event) -> None:
        """Start, serve until `stopping` is set, stop."""
        await self.start()
        try:
            await stopping.wait()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Bind and answer; `port` is then the real one. Raises ConfigError when it cannot."""
        door = Door(
            keyring=self._keyring,
            page=self._page,
            port=lambda: self.port,
            now_ns=self._now_ns,
            stream=self._stream,
            shown=self._offer,
            roles=self._roles,
        )
        listener = self._bind()
        self.port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            application(door),
            http="h11",
            ws="websockets-sansio",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            ws_max_size=ASK_BYTES_MAX,
            ws_per_message_deflate=False,
            h11_max_incomplete_event_size=16_384,
            limit_concurrency=256,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        self._running = [
            asyncio.create_task(self._server.serve(sockets=[listener])),
            asyncio.create_task(self._tick()),
        ]
        async with asyncio.timeout(_START_S):
            await self._server.ready.wait()
        if self._seat_file is not None:
            seat = auth.SeatFile(
                url=self.url, key=self._key.hex(), link_lifetime_s=self._settings.link_lifetime_s
            )
            auth.write_seat(self._seat_file, seat)

    async def stop(self) -> None:
        """Let commands under way reach the disk, close all pages, stop; at most about 10 s."""
        if self._work:
            await asyncio.wait(self._work, timeout=_STOP_S)
        if self._server is not None:
            self._server.should_exit = True
            await asyncio.wait(self._running[:1], timeout=_STOP_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running, self._server = [], None

    def _bind(self) -> socket.socket:
        host = self._settings.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, self._settings.port))
        except OSError as error:
            listener.close()
            where = f"{host}:{self._settings.port}"
            raise ConfigError(
                f"{where} cannot be used: {error.strerror}", path="[console]", key="port"
            ) from error
        return listener

    def _offer(self) -> Offer:
        identity, board = self._identity, self._board
        context = identity.context
        mark = "" if context is Context.OPERATION else f"{context.value.upper()}: "
        title = f"{mark}{identity.display_name}"
        return Offer(board.view, board.warnings, self._places, context, title)

    def _mark(self, slot: str) -> None:
        for client in self._clients:
            client.queue.mark(slot)

    async def _tick(self) -> None:
        """Tell pages the time, and let go of those that no longer answer or may no longer stay."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK_S)
            self._mark("tick")
            for client in list(self._clients):
                if client.queue.overrun or loop.time() - client.heard_s > _SILENT_S:
                    await self._close(client, _STALLED, "stalled")
                elif self._now_ns() >= client.session.ends_ns:
                    await self._close(client, _ENDED, "session ended")

    async def _close(self, client: _Client, code: int, reason: str) -> None:
        # A stalled page does not take the close either, hence the deadline.
        with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            await asyncio.wait_for(client.web.close(code, reason), 1.0)
        client.gone.set()

    async def _stream(self, web: WebSocket, session: auth.Session) -> None:
        """Serve one page until it goes."""
        if len(self._clients) >= self._settings.clients_max:
            await web.close(_BUSY, "too many open pages")
            return
        await web.accept()
        queue = ClientQueue(self._board, self._sources(session))
        client = _Client(web, session, asyncio.get_running_loop().time(), queue)
        self._clients.append(client)
        tasks = [
            asyncio.create_task(self._listen(client)),
            asyncio.create_task(self._send(client)),
            asyncio.create_task(self._until_gone(client)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clients.remove(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_gone(self, client: _Client) -> None:
        await client.gone.wait()

    async def _send(self, client: _Client) -> None:
        try:
            while True:
                await client.queue.wait()
                for payload in client.queue.take():
                    async with asyncio.timeout(_SEND_S):
                        if isinstance(payload, str):
                            await client.web.send_text(payload)
                        else:
                            await client.web.send_bytes(payload)
        except TimeoutError:
            await self._close(client, _STALLED, "stalled")
        except (WebSocketDisconnect, RuntimeError):
            pass  # the page went away meanwhile

    async def _listen(self, client: _Client) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                ask = decode_ask(await client.web.receive_text())
            except (WebSocketDisconnect, RuntimeError, KeyError):
                return  # the page went away, or sent bytes where text belongs
            except DecodeError as error:
                await self._close(client, _BAD, str(error)[:100])
                return
            received_ns, client.heard_s = self._now_ns(), loop.time()
            if isinstance(ask, Got | Shown):
                received_ns = client.sent_ns(ask.sent_ms, received_ns)
            if isinstance(ask, Got):
                if ask.picture:
                    client.queue.picture_arrived()
                continue
            await client.asks.acquire()
            work = asyncio.create_task(self._do(ask, client, received_ns))
            # Held here, not by the page: a decision goes on when its page is closed.
            self._work.add(work)
            work.add_done_callback(self._work.discard)

    async def _do(self, ask: Ask, client: _Client, received_ns: int) -> None:
        try:
            match ask:
                case Watch():
                    client.queue.reply(self._desk.watch(ask, client.session))
                case Acknowledge() | AllClear():
                    client.queue.reply(await self._desk.decide(ask, client.session))
                case Suspend() | Resume():
                    client.queue.reply(await self._desk.agree(ask, client.session))
                case Identify() | OrderAlert():
                    client.queue.reply(await self._desk.order(ask, client.session))
                case Shown():
                    await self._desk.shown(ask, received_ns)
                case Hush():
                    self._desk.hush(client.session)
                    self._mark("hush")
                    self._mark("notices")
                case Got():
                    pass
        finally:
            client.asks.release()

    def _sources(self, session: auth.Session) -> dict[str, Callable[[], Any]]:
        return {
            "hello": lambda: self._hello(session),
            "hush": lambda: self._board.hush,
            "feeds": lambda: self._board.feeds,
            "links": lambda: self._board.links,
            "identities": lambda: self._board.identities,
            "channels": self._board.channels.rows,
            "alerts": self._board.alerts.rows,
            "notices": lambda: {"rows": self._board.notices()},
            "tick": lambda: {"now_ms": views.milliseconds(self._now_ns())},
        }

    def _hello(self, session: auth.Session) -> dict[str, Any]:
        settings, identity = self._settings, self._identity
        return {
            "now_ms": views.milliseconds(self._now_ns()),
            "nation": identity.nation,
            "display_name": identity.display_name,
            "context": identity.context.value,
            "person": session.person,
            "roster": settings.roster,
            "typed_names": settings.typed_names,
            "coast_after_s": settings.coast_after_s,
            "view": {
                "lat": settings.centre_lat_deg,
                "lon": settings.centre_lon_deg,
                "zoom": settings.zoom,
            },
            "sites": self._sites,
            "layout": LAYOUT,
        }
