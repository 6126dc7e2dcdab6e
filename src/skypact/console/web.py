"""Routes of the console and the guard in front of them: Host, Origin, method, size, session."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from skypact.console import feature_api
from skypact.console.auth import PANELS, Keyring, Session, host_allowed, origin_allowed
from skypact.console.feature_api import TITLES, Offer
from skypact.console.pages import SECURITY_HEADERS, Page, plain

ASK_BYTES_MAX = 16_384
_NEEDS_LINK = (
    "This console opens with a one-time link. Ask the node for a new one; each works once "
    "and for a few minutes."
)


@dataclass(frozen=True)
class Door:
    """What the routes need. port: the port really bound; stream: serves one accepted page;
    shown: what the feature service shows now; roles: what the holder of a token may see."""

    keyring: Keyring
    page: Page
    port: Callable[[], int]
    now_ns: Callable[[], int]
    stream: Callable[[WebSocket, Session], Awaitable[None]]
    shown: Callable[[], Offer]
    roles: Mapping[str, tuple[str, ...]]

    @property
    def cookie(self) -> str:
        """Return the cookie's name. Cookies know no port, so nodes on one machine need theirs."""
        return f"skypact_{self.port()}"

    def session(self, connection: HTTPConnection) -> Session | None:
        """Return the session a request belongs to."""
        cookie = connection.cookies.get(self.cookie, "")
        return self.keyring.session(cookie, self.now_ns())

    def may_see(self, request: Request) -> tuple[str, ...] | None:
        """Return the collections of whoever asks: all in a session, a role's with its token."""
        if self.session(request) is not None:
            return tuple(TITLES)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self.roles.get(self.keyring.role(token.strip(), self.now_ns()))


def application(door: Door) -> ASGIApp:
    """Return the ASGI application."""

    async def open_link(request: Request) -> Response:
        session = door.keyring.redeem(request.query_params.get("token", ""), door.now_ns())
        if session is None:
            return plain("Link not valid", _NEEDS_LINK, 403)
        panel = request.query_params.get("panel", "")
        path = f"/?panel={panel}" if panel in PANELS and panel else "/"
        # Not a redirect: after one, SameSite=Strict cookies stay home when the link was clicked
        # on another site.
        answer = plain("Opening the console", "One moment.", 200, forward=path)
        answer.set_cookie(
            door.cookie,
            door.keyring.cookie(session),
            max_age=(session.ends_ns - door.now_ns()) // 1_000_000_000,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def file(request: Request) -> Response:
        if door.session(request) is None:
            return plain("Link needed", _NEEDS_LINK, 401)
        return door.page.answer(
            request.path_params.get("name", ""), request.headers.get("if-none-match")
        )

    async def stream(web: WebSocket) -> None:
        session = door.session(web)
        if session is None or not origin_allowed(web.headers.get("origin"), web.headers["host"]):
            await web.close()  # before accepting, so the browser gets a plain 403
            return
        await door.stream(web, session)

    routes = [
        Route("/open", open_link, methods=["GET"]),
        WebSocketRoute("/stream", stream),
        *feature_api.routes(door.shown, door.may_see),
        Route("/{name:path}", file, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes), door)


class Guard:
    """Refuses what no page of ours would send, before anything else looks at it."""

    def __init__(self, inner: ASGIApp, door: Door) -> None:
        self._inner, self._door = inner, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY_HEADERS]
            await send(message)

        if refusal is None:
            await self._inner(scope, receive, hardened)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, hardened)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host, origin = headers.get("host"), headers.get("origin")
        if len(headers.getlist("host")) != 1 or not host_allowed(host, self._door.port()):
            return plain("Refused", "This console does not answer to that host name.", 421)
        if origin is not None and not origin_allowed(origin, host):
            return plain("Refused", "This console does not answer to other sites.", 403)
        if scope["type"] == "http":
            if scope["method"] not in ("GET", "HEAD"):
                return plain("Refused", "This console only answers GET.", 405)
            if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
                return plain("Refused", "This console takes no request body.", 413)
        return None
