"""A read-only feature service that a GIS opens: OGC API - Features, part 1 (core, GeoJSON).

Source: OGC 17-069r4. It lies below /features of the console and shows a role what it may see.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from skypact.console import features
from skypact.console.features import Box, Feature
from skypact.core.messages import AirWarning, Context, PictureView
from skypact.warning.settings import Place

ROOT = "/features"
LIMIT_DEFAULT, LIMIT_MAX = 1_000, 10_000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CONFORMS = (f"{_SPEC}core", f"{_SPEC}geojson", f"{_SPEC}oas30")
GEOJSON, JSON = "application/geo+json", "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
TITLES = {
    "tracks": ("Tracks", "What flies, as this nation's picture has it now."),
    "zones": ("Places to be warned", "Sites and zones, and how long people need to take cover."),
    "warnings": ("Warnings", "Warnings and, where there is one, the ellipse of impact."),
}
_PAGING = ("limit", "bbox", "datetime", "offset")


class Offer(NamedTuple):
    """What there is now."""

    view: PictureView | None
    warnings: Mapping[str, AirWarning]
    places: tuple[Place, ...]
    context: Context
    title: str


class AskError(Exception):
    """status, and one sentence for whoever asked."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def routes(
    shown: Callable[[], Offer], may_see: Callable[[Request], tuple[str, ...] | None]
) -> list[Route]:
    """Return the routes. may_see: the collections of whoever asks, None for a stranger."""

    def guarded(answer: Callable[[Request, "_Service"], Response]) -> Any:
        async def endpoint(request: Request) -> Response:
            names = may_see(request)
            if names is None:
                return _problem(401, "This needs a session of the console, or a token of a role.")
            try:
                return answer(request, _Service(shown(), names, str(request.base_url)))
            except AskError as refused:
                return _problem(refused.status, refused.text)

        return endpoint

    one = ROOT + "/collections/{collection}"
    table: dict[str, Callable[[Request, _Service], Response]] = {
        ROOT: lambda _, service: service.landing(),
        f"{ROOT}/": lambda _, service: service.landing(),
        f"{ROOT}/api": lambda _, service: service.definition(),
        f"{ROOT}/conformance": lambda _, __: _json({"conformsTo": CONFORMS}),
        f"{ROOT}/collections": lambda _, service: service.collections(),
        one: lambda request, service: service.collection(request.path_params["collection"]),
        one + "/items": lambda request, service: service.items(
            request.path_params["collection"], request
        ),
        one + "/items/{feature}": lambda request, service: service.item(
            request.path_params["collection"], request.path_params["feature"]
        ),
    }
    return [Route(path, guarded(answer), methods=["GET"]) for path, answer in table.items()]


class _Service:
    """Answers one request: what is shown now, to whom, under which address."""

    def __init__(self, shown: Offer, names: tuple[str, ...], base: str) -> None:
        self._shown, self._names = shown, [name for name in TITLES if name in names]
        self._root = base.rstrip("/") + ROOT

    def landing(self) -> Response:
        root = self._root
        return _json(
            {
                "title": self._shown.title,
                "description": "A nation's own picture, read-only.",
                "links": [
                    _link(root, "self", JSON, "This document"),
                    _link(f"{root}/api", "service-desc", OPENAPI, "The API's definition"),
                    _link(f"{root}/conformance", "conformance", JSON, "What it conforms to"),
                    _link(f"{root}/collections", "data", JSON, "The collections"),
                ],
            }
        )

    def definition(self) -> Response:
        return Response(
            msgspec.json.encode(openapi(self._root, self._shown.title, self._names)),
            media_type=OPENAPI,
        )

    def collections(self) -> Response:
        return _json(
            {
                "links": [_link(f"{self._root}/collections", "self", JSON, "This document")],
                "collections": [self._described(name) for name in self._names],
            }
        )

    def collection(self, name: str) -> Response:
        self._require(name)
        return _json(self._described(name))

    def items(self, name: str, request: Request) -> Response:
        """Return a page of features."""
        self._require(name)
        query = dict(request.query_params)
        unknown = sorted(query.keys() - set(_PAGING))
        if unknown or len(query) != len(request.query_params.multi_items()):
            raise AskError(400, f"parameters are {', '.join(_PAGING)}, each once; not {unknown}")
        limit = min(_whole(query, "limit", LIMIT_DEFAULT, 1), LIMIT_MAX)
        first = _whole(query, "offset", 0, 0)
        box = _box(query["bbox"]) if "bbox" in query else None
        found, matched = self._found(name, box, first, limit)
        if "datetime" in query and name == "tracks" and not self._is_then(query["datetime"]):
            found, matched = [], 0
        address = f"{self._root}/collections/{name}"
        links = [
            _link(str(request.url), "self", GEOJSON, "This page"),
            _link(address, "collection", JSON, "The collection"),
        ]
        if first + len(found) < matched:
            following = request.url.include_query_params(offset=first + limit, limit=limit)
            links.append(_link(str(following), "next", GEOJSON, "The next page"))
        return _json(
            {
                "type": "FeatureCollection",
                "timeStamp": features.time_text(self._now_ns()),
                "numberMatched": matched,
                "numberReturned": len(found),
                "links": links,
                "features": found,
            },
            GEOJSON,
        )

    def item(self, name: str, feature: str) -> Response:
        self._require(name)
        found, _ = self._found(name, None, 0, 1 << 30)
        for one in found:
            if one["id"] == feature:
                address = f"{self._root}/collections/{name}"
                own = _link(f"{address}/items/{feature}", "self", GEOJSON, "This feature")
                whole = _link(address, "collection", JSON, "The collection")
                return _json({**one, "links": [own, whole]}, GEOJSON)
        raise AskError(404, f"there is no {feature!r} in {name} now")

    def _require(self, name: str) -> None:
        if name not in self._names:
            raise AskError(404, f"there is no collection {name!r} for this role")

    def _found(
        self, name: str, box: Box | None, first: int, limit: int
    ) -> tuple[list[Feature], int]:
        shown = self._shown
        if name == "tracks":
            return ([], 0) if shown.view is None else features.tracks(shown.view, box, first, limit)
        if name == "zones":
            found = features.zones(shown.places, shown.context)
        else:
            found = features.warnings(shown.warnings.values(), shown.context)
        if box is not None:
            found = features.within(found, box)
        return found[first : first + limit], len(found)

    def _described(self, name: str) -> Feature:
        title, text = TITLES[name]
        if self._shown.context is not Context.OPERATION:
            title = f"{self._shown.context.value.upper()}: {title}"
        address = f"{self._root}/collections/{name}"
        return {
            "id": name,
            "title": title,
            "description": text,
            "itemType": "feature",
            "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]], "crs": CRS84}},
            "crs": [CRS84],
            "links": [
                _link(address, "self", JSON, "This collection"),
                _link(f"{address}/items", "items", GEOJSON, "Its features"),
            ],
        }

    def _now_ns(self) -> int:
        return 0 if self._shown.view is None else self._shown.view.observed_ns

    def _is_then(self, said: str) -> bool:
        """Return whether the picture is of a time that was asked for."""
        begin, slash, end = said.partition("/")
        try:
            from_ns = _time_ns(begin, -math.inf)
            upto_ns = _time_ns(end, math.inf) if slash else from_ns
        except ValueError:
            raise AskError(400, f"datetime is {said[:60]!r}") from None
        return from_ns <= self._now_ns() <= upto_ns


def openapi(root: str, title: str, names: list[str]) -> Feature:
    """Return the definition of the API (OpenAPI 3.0)."""
    paths = ["", "/conformance", "/collections", *(f"/collections/{name}" for name in names)]
    said: dict[str, Any] = {path or "/": _operation(f"GET {path or '/'}") for path in paths}
    query: list[dict[str, Any]] = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1,
         "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
        {"name": "bbox", "in": "query", "explode": False, "style": "form", "schema": {
         "type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}},
        {"name": "datetime", "in": "query", "schema": {"type": "string"}},
    ]  # fmt: skip
    for name in names:
        said[f"/collections/{name}/items"] = _operation(f"Features of {name}", query)
        one = {"name": "feature", "in": "path", "required": True, "schema": {"type": "string"}}
        said[f"/collections/{name}/items/{{feature}}"] = _operation(f"One of {name}", [one])
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1.0"},
        "servers": [{"url": root}],
        "paths": said,
    }


def _operation(summary: str, parameters: list[dict[str, Any]] | None = None) -> Feature:
    return {
        "get": {
            "summary": summary,
            "parameters": parameters or [],
            "responses": {"200": {"description": "As asked"}, "401": {"description": "No role"}},
        }
    }


def _whole(query: Mapping[str, str], name: str, default: int, low: int) -> int:
    said = query.get(name, str(default))
    if not said.isascii() or not said.isdigit() or len(said) > 9 or int(said) < low:
        raise AskError(400, f"{name} is a whole number from {low}, was {said[:20]!r}")
    return int(said)


def _box(said: str) -> Box:
    try:
        numbers = [float(part) for part in said.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or numbers[1] > numbers[3]:
        raise AskError(400, f"bbox is west,south,east,north in degrees, was {said[:60]!r}")
    return Box(*numbers)


def _time_ns(said: str, otherwise: float) -> float:
    if said in ("", ".."):
        return otherwise
    return features.time_of(said)


def _link(href: str, rel: str, kind: str, title: str) -> Feature:
    return {"href": href, "rel": rel, "type": kind, "title": title}


def _json(body: Any, media_type: str = JSON) -> Response:
    return Response(msgspec.json.encode(body), media_type=media_type)


def _problem(status: int, text: str) -> Response:
    headers = {"www-authenticate": 'Bearer realm="features"'} if status == 401 else {}
    body = msgspec.json.encode({"code": str(status), "description": text})
    return Response(body, status, media_type=JSON, headers=headers)
