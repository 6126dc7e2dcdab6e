"""The report is one file that needs nothing, for a reader who knows nothing."""

import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from skypact.edge.report.page import page
from tests.unit.edge.report.summaries import summary

VOID = {"meta"}


class Balance(HTMLParser):
    """Fails on tags that do not close in order; keeps the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    text = page(summary())
    reader = Balance()
    reader.feed(text)
    assert reader.open == []
    assert "<script" not in text
    assert not re.search(r'(src|href)="', text)
    assert "A small night & a <test>" in reader.text
    for figure in re.findall(r"<svg.*?</svg>", text, flags=re.S):
        ElementTree.fromstring(figure)


def test_the_first_page_says_what_came_of_it_in_plain_words() -> None:
    reader = Balance()
    reader.feed(page(summary()))
    first = reader.text.split("What happened when")[0]
    assert "EXERCISE. Nothing in this report happened." in first
    assert "3 objects flew; 3 came down on defended places of 2 nations." in first
    assert "Auria: 1 of 1 warned of, typically 4 min 47 s ahead" in first
    assert "No place heard a warning for nothing." in first
    for word in ("SIAP", "GOSPA", "node", "R2"):
        assert word not in first


def test_every_part_is_there() -> None:
    reader = Balance()
    reader.feed(page(summary()))
    for heading in (
        "Warning time by nation", "What happened when", "What each nation saw", "Threat by threat",
        "Told and decided", "How good each picture was", "How much the pictures have in common",
        "Where the time of a warning goes", "How far what was foretold came true",
        "What each nation gave and received", "Method and assumptions", "a < source",
    ):  # fmt: skip
        assert heading in reader.text
