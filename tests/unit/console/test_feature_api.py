"""The feature service through the clients that others make: OWSLib, and GDAL where it is."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from owslib.ogcapi.features import Features

from skypact.config.settings import ConsoleSettings, RoleSettings
from skypact.console.auth import role_token
from skypact.console.feature_api import openapi
from skypact.core.messages import Context
from tests.unit.console.scene import Scene
from tests.unit.edge.cot.test_picture import PLACES, picture, warning

ROLES = (RoleSettings(name="gis", shows=("tracks", "zones")), RoleSettings(name="watch"))
NUMBERS = range(1001, 1001 + 25)


class Opened:
    """A console with a picture, and tokens of its roles."""

    def __init__(self, scene: Scene, seat: Path) -> None:
        self.scene, self._seat = scene, seat
        self.url = f"{scene.console.url}/features"

    def headers(self, role: str, lifetime_s: float = 60.0) -> dict[str, str]:
        token = role_token(self._seat, role, time.time_ns(), lifetime_s)
        return {"Authorization": f"Bearer {token}"}

    def get(self, path: str, role: str = "watch") -> httpx.Response:
        return httpx.get(self.url + path, headers=self.headers(role))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    seat = tmp_path_factory.mktemp("seat") / "seat.json"
    scene = Scene(ConsoleSettings())
    scene.seat_file, scene.places, scene.roles = seat, PLACES, ROLES
    with scene:
        scene.publish(picture(len(NUMBERS), number=list(NUMBERS)))
        scene.warn(warning())
        yield Opened(scene, seat)


def test_owslib_finds_and_reads_everything(opened: Opened) -> None:
    client = Features(opened.url, headers=opened.headers("watch"))
    assert client.links
    conforms = client.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms
    assert client.feature_collections() == ["tracks", "zones", "warnings"]
    assert client.collection("tracks")["title"] == "EXERCISE: Tracks"
    assert client.api()["openapi"].startswith("3.")
    got = client.collection_items("tracks", limit=10)
    assert (got["numberMatched"], got["numberReturned"]) == (25, 10)
    assert [f["id"] for f in got["features"]] == [str(n) for n in NUMBERS[:10]]
    everywhere = client.collection_items("zones", bbox=[-22, -34, -19, -31])
    assert {f["id"] for f in everywhere["features"]} == {place.name for place in PLACES}
    one = client.collection_item("warnings", "auria-warning-7")
    assert one["properties"]["state"] == "raised"


def test_pages_are_followed_by_their_links(opened: Opened) -> None:
    address, seen = f"{opened.url}/collections/tracks/items?limit=10", []
    while address:
        page = httpx.get(address, headers=opened.headers("gis")).json()
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert seen == [str(n) for n in NUMBERS]


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL is not installed")
def test_gdal_opens_it_as_a_gis_does(opened: Opened, tmp_path: Path) -> None:
    headers = tmp_path / "headers"
    headers.write_text("".join(f"{k}: {v}\n" for k, v in opened.headers("watch").items()))
    environment = {"GDAL_HTTP_HEADER_FILE": str(headers), "PATH": "/usr/bin:/bin"}

    def run(*words: str) -> str:
        done = subprocess.run(
            words, capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    source = f"OAPIF:{opened.url}"
    listed = run("ogrinfo", "-ro", "-oo", "PAGE_SIZE=10", source)
    assert all(name in listed for name in ("tracks", "zones", "warnings"))
    out = tmp_path / "tracks.geojson"
    run("ogr2ogr", "-oo", "PAGE_SIZE=10", "-f", "GeoJSON", str(out), source, "tracks")
    got = json.loads(out.read_text())["features"]
    assert sorted(f["properties"]["number"] for f in got) == list(NUMBERS)
    assert "Feature Count: 2" in run("ogrinfo", "-ro", "-so", source, "zones")
    assert "Feature Count: 0" in run(
        "ogrinfo", "-ro", "-so", "-spat", "10", "10", "20", "20", source, "tracks"
    )


def test_a_role_sees_its_collections_and_a_stranger_none(opened: Opened) -> None:
    listed = opened.get("/collections", "gis").json()["collections"]
    assert [one["id"] for one in listed] == ["tracks", "zones"]
    assert opened.get("/collections/warnings/items", "gis").status_code == 404
    assert "/collections/warnings" not in opened.get("/api", "gis").text
    stranger = httpx.get(opened.url)
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"].startswith("Bearer")
    for token in (
        opened.headers("gis", lifetime_s=-1.0),
        opened.headers("nobody"),
        {"Authorization": "Bearer gis.0.99999999999999999999.00"},
        {"Authorization": opened.headers("gis")["Authorization"].replace("gis", "watch")},
        {"Authorization": "Basic Z2lzOmdpcw=="},
        {"Authorization": "Bearer " + "x" * 5_000},
    ):
        assert httpx.get(opened.url, headers=token).status_code == 401, token


def test_a_session_of_the_console_sees_all(opened: Opened) -> None:
    with httpx.Client(follow_redirects=False) as client:
        client.get(opened.scene.link())
        listed = client.get(f"{opened.url}/collections").json()["collections"]
        assert [one["id"] for one in listed] == ["tracks", "zones", "warnings"]
        assert client.head(opened.url).status_code == 200
        assert client.post(opened.url).status_code == 405


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "limit=-1", "offset=-1", "bbox=1,2,3", "bbox=0,9,1,1", "bbox=a,b,c,d",
     "bbox=0,0,nan,1", "colour=red", "limit=1&limit=2", "datetime=soon", "limit=99999999999"],
)  # fmt: skip
def test_a_wrong_question_is_answered_with_its_fault(opened: Opened, query: str) -> None:
    answer = opened.get(f"/collections/tracks/items?{query}")
    assert answer.status_code == 400
    assert answer.json()["description"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [("2030-03-17T00:00:00Z/..", 25), ("../2030-03-17T00:00:00Z", 0), ("../..", 25),
     ("2030-03-17T17:46:40.123Z", 25), ("2030-03-17T17:00:00Z/2030-03-17T18:00:00Z", 25)],
)  # fmt: skip
def test_the_picture_is_of_one_time(opened: Opened, asked: str, found: int) -> None:
    answer = opened.get(f"/collections/tracks/items?datetime={quote(asked)}").json()
    assert answer["numberMatched"] == found
    assert answer["timeStamp"] == "2030-03-17T17:46:40.123Z"


def test_answers_are_what_they_say(opened: Opened) -> None:
    answer = opened.get("/collections/tracks/items?bbox=-180,-90,0,180,90,9000&limit=3")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["numberMatched"] == 25
    assert opened.get("/collections/tracks/items/1001").json()["id"] == "1001"
    assert opened.get("/collections/tracks/items/7").status_code == 404
    assert opened.get("/collections/nothing").status_code == 404


def test_the_definition_names_every_path_once() -> None:
    made: dict[str, Any] = openapi("http://x/features", "t", ["tracks"])
    assert list(made["paths"]) == [
        "/", "/conformance", "/collections", "/collections/tracks", "/collections/tracks/items",
        "/collections/tracks/items/{feature}",
    ]  # fmt: skip


def test_live_duty_is_not_called_an_exercise(tmp_path: Path) -> None:
    scene = Scene(ConsoleSettings(), Context.OPERATION)
    scene.seat_file, scene.roles = tmp_path / "seat.json", ROLES
    with scene:
        opened = Opened(scene, tmp_path / "seat.json")
        assert opened.get("").json()["title"] == "Auria"
        empty = opened.get("/collections/tracks/items").json()
        assert (empty["features"], empty["numberMatched"]) == ([], 0)
