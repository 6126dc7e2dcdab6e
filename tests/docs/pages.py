"""The pages of the documentation and the fenced blocks in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S
)


class Block(NamedTuple):
    """language: first word after the fence; note: the words after it; line: of the fence."""

    page: str
    line: int
    language: str
    note: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Return every page a person reads, README first."""
    tops = [path for name in ("README.md", "CONTRIBUTING.md") if (path := ROOT / name).is_file()]
    return tops + sorted((ROOT / "docs").rglob("*.md"))


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    text = page.read_text()
    for found in FENCE.finditer(text):
        language, _, note = found["info"].strip().partition(" ")
        line = text.count("\n", 0, found.start()) + 1
        name = page.relative_to(ROOT).as_posix()
        body = re.sub(rf"^{found['indent']}", "", found["body"], flags=re.M)
        yield Block(name, line, language, note.strip(), body)


def all_blocks(language: str) -> list[Block]:
    """Return the blocks of one language on all pages."""
    return [block for page in pages() for block in blocks(page) if block.language == language]
