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
LAUNCH = (
    b'{"sensor":"eye","time":1790000000,"lat_deg":30,"lon_deg":45,"major_sd_m":4000,'
    b'"minor_sd_m":2000,"confidence":0.9}'
)


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
    [(b"", 400), (b"{}", 400), (b"x" * 1_025, 413), (GOOD.replace(b"drone", b"ship"), 400)],
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
    assert page.post("/feeds/orbit", content=LAUNCH, headers=said).status_code == 204
    assert page.post("/feeds/people", content=b"one", headers=said).status_code == 401
    assert page.post("/feeds/else", content=b"one", headers=said).status_code == 404
    long = b"x" * (FEED_BYTES_MAX + 1)
    assert page.post("/feeds/orbit", content=long, headers=said).status_code == 413
    assert (
        page.post("/feeds/orbit", content=GOOD, headers={"authorization": TOKEN}).status_code == 401
    )
    assert kept.delivered == [("orbit", LAUNCH)]


@pytest.mark.parametrize(
    ("feed", "body", "code", "said"),
    [
        ("orbit", LAUNCH, 204, ""),
        ("orbit", b" \n", 400, "There is nothing in it."),
        ("orbit", b"one\n{}", 400, "Nothing of it could be used. byte 0: a line here begins with"),
        ("orbit", LAUNCH.replace(b"1790000000", b"1789999000"), 400, "sender's clock"),
        ("radar", b"plot,south,,20000,271.5", 400, "there is no sensor south here"),
        ("radar", b"plot,north,,20000,271.5\n\n# end", 204, ""),
        ("radar", b"# a remark", 200, '{"taken":0,"refused":0,"unknown":0,"reasons":[]}'),
        (
            "radar",
            b"plot,north,,1,2\nplot,south,,1,2\nplot,north,,1,2\nplot",
            200,
            '{"taken":2,"refused":1,"unknown":1,"reasons":["byte 48: Object missing',
        ),
        ("roof", b"what?\n", 400, "byte 0: no line of BaseStation"),
        ("people", b'{"source":"a","lat_deg":1,"lon_deg":1}', 400, "azimuth_deg"),
    ],
)
def test_a_sender_hears_what_could_not_be_read(
    feed: str, body: bytes, code: int, said: str
) -> None:
    kept = Kept()
    token = {"authorization": f"Bearer {new_token(KEY, feed)}"}
    answer = client(kept).post(f"/feeds/{feed}", content=body, headers=token)
    assert (answer.status_code, said in answer.text) == (code, True), answer.text
    assert (answer.text == "") == (code == 204)
    # What can't be read is delivered too: the feed counts it and keeps it as an example.
    assert kept.delivered == ([(feed, body)] if body.strip() else [])


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
