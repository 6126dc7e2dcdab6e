"""Routes of the intake, and what is refused before anything looks at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skypact.edge.intake import report, tokens
from skypact.edge.intake.limits import Limit
from skypact.edge.intake.looking import Look, Seen
from skypact.edge.intake.tokens import Holder

STATIC = Path(__file__).parent / "static"
PAGE = {
    "": ("index.html", "text/html; charset=utf-8"),
    "report.js": ("report.js", "text/javascript; charset=utf-8"),
    "compass.js": ("compass.js", "text/javascript; charset=utf-8"),
    "report.css": ("report.css", "text/css; charset=utf-8"),
}
FEED_BYTES_MAX = 65_535
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"permissions-policy", b"geolocation=(self), magnetometer=(self), gyroscope=(self), "
                            b"accelerometer=(self), camera=(), microphone=()"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"cache-control", b"no-store"),
)  # fmt: skip
Deliver = Callable[[str, bytes, int], None]


@dataclass(frozen=True)
class Desk:
    """What the routes need. people: the feed of observers, "" when there is none; feeds: how to
    look at what a sender brings to each; gone: ids whose tokens count no more; each, total: limits
    for one id and for all together."""

    key: bytes
    people: str
    feeds: Mapping[str, Look]
    gone: frozenset[str]
    each: Limit
    total: Limit
    deliver: Deliver
    now_ns: Callable[[], int]
    files: Mapping[str, tuple[bytes, str]] = field(
        default_factory=lambda: {n: ((STATIC / f).read_bytes(), t) for n, (f, t) in PAGE.items()}
    )

    def admit(self, request: Request, feed: str) -> Holder | Response:
        """Return who posts, or why not."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = tokens.holder(self.key, feed, token) if scheme == "Bearer" else None
        if found is None or found.id in self.gone:
            return PlainTextResponse("This link is not valid. Ask for a new one.", 401)
        now_ns = self.now_ns()
        if not self.each.allows(found.id, now_ns):
            return PlainTextResponse("Too many reports. Wait a little.", 429)
        if not self.total.allows("", now_ns):
            return PlainTextResponse("Too many people report now. Try again.", 503)
        return found


def application(desk: Desk) -> ASGIApp:
    """Return the ASGI application."""

    async def page(request: Request) -> Response:
        body, media_type = desk.files.get(request.path_params["name"], (b"", ""))
        if not media_type:
            return PlainTextResponse("Not here.", 404)
        return Response(body, media_type=media_type)

    async def posted(request: Request) -> Response:
        return await _posted(desk, request)

    async def brought(request: Request) -> Response:
        return await _brought(desk, request, request.path_params["feed"])

    routes = [Route("/feeds/{feed}", brought, methods=["POST"])]
    if desk.people:
        routes += [
            Route("/report", posted, methods=["POST"]),
            Route("/{name:path}", page, methods=["GET"]),
        ]
    return _Guard(Starlette(routes=routes))


async def _posted(desk: Desk, request: Request) -> Response:
    """Take a person's report."""
    who = desk.admit(request, tokens.OBSERVER)
    if isinstance(who, Response):
        return who
    body = await _body(request, report.BODY_BYTES_MAX)
    if body is None:
        return PlainTextResponse("The report is too long.", 413)
    try:
        line = report.line(report.decode(body), f"observer-{who.id}")
    except ValueError as error:
        return PlainTextResponse(f"The report can't be read: {error}", 400)
    desk.deliver(desk.people, line, desk.now_ns())
    return Response(status_code=204)


async def _brought(desk: Desk, request: Request, feed: str) -> Response:
    """Take the records of a sender; what can't be read is delivered too, to be counted there."""
    if feed not in desk.feeds:
        return PlainTextResponse("There is no such feed.", 404)
    who = desk.admit(request, feed)
    if isinstance(who, Response):
        return who
    body = await _body(request, FEED_BYTES_MAX)
    if body is None:
        return PlainTextResponse(f"At most {FEED_BYTES_MAX} bytes.", 413)
    if not body.strip():
        return PlainTextResponse("There is nothing in it.", 400)
    now_ns = desk.now_ns()
    desk.deliver(feed, body, now_ns)
    return _answer(desk.feeds[feed](body, now_ns))


def _answer(seen: Seen) -> Response:
    """Return 204 when all was taken, 400 when nothing was, else the counts."""
    left = seen.refused + seen.unknown
    if seen.taken and not left:
        return Response(status_code=204)
    if left and not seen.taken:
        reasons = "; ".join(seen.reasons)
        return PlainTextResponse(f"Nothing of it could be used. {reasons}", 400)
    return Response(seen.as_json(), media_type="application/json")


async def _body(request: Request, limit: int) -> bytes | None:
    """Return the body, None when it is longer than the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


class _Guard:
    """Adds the headers, and refuses posts from other sites."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        origin, host = headers.get("origin"), headers.get("host")
        if origin is not None and origin != f"https://{host}":
            await PlainTextResponse("Not from other sites.", 403)(scope, receive, hardened)
            return
        await self._inner(scope, receive, hardened)
