"""The built page and what may be served of it."""

import re
from pathlib import Path

import pytest

from skypact.console.pages import CONTENT_POLICY, STATIC, Page, plain
from skypact.core.errors import ConfigError


def test_the_built_page_is_complete() -> None:
    page = Page(STATIC, "")
    html = bytes(page.answer("", None).body).decode()
    for name in re.findall(r'(?:src|href)="/([^"]+)"', html):
        assert page.answer(name, None).status_code == 200, name
    for name in ("vendor-map.js", "maplibre-worker.mjs", "world.json", "licenses.txt"):
        assert len(page.answer(name, None).body) > 1000, name


def test_the_page_has_no_inline_script_and_no_other_host() -> None:
    html = (STATIC / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"(?:src|href)=\"(?!/)", html)
    assert "unsafe" not in CONTENT_POLICY


def test_only_files_of_the_page_are_served() -> None:
    page = Page(STATIC, "")
    for name in ("../service.py", "nothing.js", "..", "index.html/"):
        assert page.answer(name, None).status_code == 404


def test_an_unchanged_file_is_not_sent_again() -> None:
    page = Page(STATIC, "")
    tag = page.answer("index.js", None).headers["etag"]
    assert page.answer("index.js", tag).status_code == 304
    assert page.answer("index.js", '"other"').status_code == 200


def test_a_page_that_was_not_built_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="make console"):
        Page(tmp_path, "")


def test_the_overlay_is_the_nodes_own(tmp_path: Path) -> None:
    assert b"FeatureCollection" in bytes(Page(STATIC, "").answer("overlay.geojson", None).body)
    overlay = tmp_path / "o.geojson"
    overlay.write_text('{"type":"FeatureCollection","features":[1]}')
    assert bytes(Page(STATIC, str(overlay)).answer("overlay.geojson", None).body).endswith(b"[1]}")
    with pytest.raises(ConfigError, match=r"console\.overlay"):
        Page(STATIC, str(tmp_path / "none.geojson"))


def test_the_coverage_is_asked_for_once_and_served_as_it_is() -> None:
    assert b"FeatureCollection" in bytes(Page(STATIC, "").answer("coverage.geojson", None).body)
    asked: list[int] = []

    def coverage() -> bytes:
        asked.append(1)
        return b'{"mine":1}'

    page = Page(STATIC, "", coverage)
    assert not asked
    page.answer("coverage.geojson", None)
    answer = page.answer("coverage.geojson", None)
    assert len(asked) == 1
    assert bytes(answer.body) == b'{"mine":1}'
    assert answer.headers["content-type"] == "application/geo+json"


def test_small_pages_escape_what_they_are_told() -> None:
    body = bytes(plain("T", "<b>", 403, forward='/?"x').body).decode()
    assert "&lt;b&gt;" in body
    assert "/?&quot;x" in body
