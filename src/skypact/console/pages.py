"""The built page and the headers that every answer carries."""

import hashlib
import html
from collections.abc import Callable
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, Response

from skypact.core.errors import ConfigError

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_OVERLAY_BYTES_MAX = 16_000_000
EMPTY = b'{"type":"FeatureCollection","features":[]}'
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-cache"),
)


class Page:
    """Files of the built page, read once; only a name in this table is ever served."""

    def __init__(
        self, folder: Path, overlay: str, coverage: Callable[[], bytes] = lambda: EMPTY
    ) -> None:
        """coverage: asked for the GeoJSON of where own sensors see when a page first wants it.
        Raises ConfigError when the page was not built or the overlay cannot be read."""
        if not (folder / "index.html").is_file():
            raise ConfigError("the built page is missing; run `make console`", path=str(folder))
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in _TYPES)
        self._files = {
            path.relative_to(folder).as_posix(): (path.read_bytes(), _TYPES[path.suffix])
            for path in files
        }
        self._files["overlay.geojson"] = (_overlay(overlay), _TYPES[".geojson"])
        self._coverage = cache(coverage)

    def answer(self, name: str, etag: str | None) -> Response:
        """Return the file `name` ("" is the page itself), 304 if the browser has it, or 404."""
        found = self._files.get(name or "index.html")
        if name == "coverage.geojson":
            found = self._coverage(), _TYPES[".geojson"]
        if found is None:
            return Response("Not here.", 404, media_type="text/plain")
        body, media_type = found
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if etag == tag:
            return Response(status_code=304, headers={"etag": tag})
        return Response(body, media_type=media_type, headers={"etag": tag})


def _overlay(path: str) -> bytes:
    if not path:
        return EMPTY
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(str(error), path=path, key="console.overlay") from error
    if len(data) > _OVERLAY_BYTES_MAX:
        raise ConfigError("larger than 16 MB", path=path, key="console.overlay")
    return data


def plain(title: str, text: str, status: int, forward: str = "") -> Response:
    """Return a small page without script; `forward`: where to go at once."""
    jump = f'<meta http-equiv="refresh" content="0;url={html.escape(forward)}">' if forward else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<link rel="icon" href="data:,">{jump}<title>{title}</title>'
        f"<main><h1>{title}</h1><p>{html.escape(text)}</p></main></html>",
        status,
    )
