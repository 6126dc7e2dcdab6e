"""What the intake takes and what it refuses."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from skypact.edge.intake.tokens import new_token
from skypact.edge.intake.web import FEED_BYTES_MAX, application
from tests.unit.edge.intake.desk import GOOD, KEY, Kept

TOKEN = new_token(KEY)


def client(kept: Kept) -> TestClient:
    return TestClient(application(kept.desk), base_url="https://report.test")


def post(kept: Kept, body: bytes = GOOD, token: str = TOKEN, **headers: str) -> httpx.Response:
    said: Any = {"authorization": f"Bearer {token}"} | headers
    return client(kept).post("/report", content=body, headers=said)


def test_a_report_is_delivered_under_its_number() -> None:
    kept = Kept()
    assert post(kept).status_code == 204
    [(feed, line)] = kept.delivered
    assert feed == "people"
    assert f'"source":"observer-{TOKEN[:16]}"'.encode() in line
    assert b"-32.125" in line
    assert b"1234" not in line


@pytest.mark.parametrize(
    "token",
    ["", "x", new_token(b"o" * 32), new_token(KEY, "orbit"), new_token(KEY, "people")],
    ids=["none", "no token", "another key", "of a sender", "of a kind"],
)
def test_without_the_right_link_nothing_is_taken(token: str) -> None:
    kept = Kept()
    assert post(kept, token=token).status_code == 401
    assert kept.delivered == []


def test_a_revoked_link_is_not_valid() -> None:
    kept = Kept(gone=TOKEN[:16])
    assert post(kept).status_code == 401


def test_one_person_and_all_together_are_limited() -> None:
    kept = Kept(each=3)
    assert [post(kept).status_code for _ in range(5)] == [204, 204, 204, 429, 429]
    kept = Kept()
    codes = [post(kept, token=new_token(KEY)).status_code for _ in range(60)]
    assert (codes.count(204), codes.count(503)) == (50, 10)


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", 422), (b"{}", 422), (b"x" * 1_025, 413), (GOOD.replace(b"drone", b"ship"), 422)],
)
def test_bodies_that_are_refused(body: bytes, code: int) -> None:
    kept = Kept()
    assert post(kept, body).status_code == code
    assert kept.delivered == []


def test_a_body_without_a_length_is_cut_off_too() -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 100

    kept = Kept()
    answer = client(kept).post(
        "/report", content=endless(), headers={"authorization": f"Bearer {TOKEN}"}
    )
    assert answer.status_code == 413


def test_other_sites_cannot_post() -> None:
    kept = Kept()
    assert post(kept, origin="https://evil.test").status_code == 403
    assert post(kept, origin="http://report.test").status_code == 403
    assert post(kept, origin="https://report.test").status_code == 204


def test_a_sender_brings_its_own_feed_only() -> None:
    kept, token = Kept(), new_token(KEY, "orbit")
    said = {"authorization": f"Bearer {token}"}
    page = client(kept)
    assert page.post("/feeds/orbit", content=b"one\ntwo", headers=said).status_code == 204
    assert page.post("/feeds/people", content=b"one", headers=said).status_code == 401
    assert page.post("/feeds/else", content=b"one", headers=said).status_code == 404
    long = b"x" * (FEED_BYTES_MAX + 1)
    assert page.post("/feeds/orbit", content=long, headers=said).status_code == 413
    assert (
        page.post("/feeds/orbit", content=GOOD, headers={"authorization": TOKEN}).status_code == 401
    )
    assert kept.delivered == [("orbit", b"one\ntwo")]


def test_every_answer_carries_the_headers_and_only_known_files_are_served() -> None:
    page = client(Kept())
    served = {"/": 200, "/report.js": 200, "/compass.js": 200, "/report.css": 200}
    others = {"/web.py": 404, "/../tokens.py": 404, "/%2e%2e/web.py": 404}
    for path, code in (served | others).items():
        answer = page.get(path)
        assert answer.status_code == code
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert page.put("/report", content=GOOD).status_code == 405
    assert page.get("/report").status_code == 404


def test_without_a_feed_for_people_there_is_no_page() -> None:
    page = client(Kept(people=""))
    assert page.get("/").status_code == 404
    assert page.post("/report", content=GOOD).status_code == 404
