"""Find the line of a TOML key.

`tomllib` and `msgspec` tell what is wrong but not where; this walks the same text again and only
remembers lines. It expects text that `tomllib` has accepted. Source: TOML 1.0.0.
"""

from collections.abc import Sequence

Path = tuple[str | int, ...]


def line_of(toml_text: str, key_path: Sequence[str | int]) -> int:
    """Return the 1-based line of a key such as ("sensor", 0, "lat_deg").

    A key that is not there has the line of the nearest table above it; 0 when there is none.
    """
    lines = lines_by_path(toml_text)
    path: Path = tuple(key_path)
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


def lines_by_path(toml_text: str) -> dict[Path, int]:
    """Return the line of every key, table and list element, by path."""
    walk = _Walk(toml_text)
    walk.document()
    return walk.lines


class _Walk:
    """One pass over the text; `at` is the offset, `table` the table we stand in."""

    def __init__(self, text: str) -> None:
        # tomllib reads CRLF as LF, too.
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.table: Path = ()
        self.lines: dict[Path, int] = {}
        self.tables_in: dict[Path, int] = {}

    def peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def note(self, path: Path, line: int) -> None:
        for depth in range(1, len(path) + 1):
            self.lines.setdefault(path[:depth], line)

    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def blank(self, more: str = "\n") -> None:
        """Go past spaces, comments and the characters in `more`."""
        while self.peek() and (self.peek() in " \t" + more or self.peek() == "#"):
            if self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self.at += 1

    def document(self) -> None:
        self.blank()
        while self.peek():
            if self.peek() == "[":
                self.header()
            else:
                self.pair(self.table)
            self.blank()

    def header(self) -> None:
        """`[a.b]` or `[[a.b]]`: the last table of each list on the way is meant."""
        line, listed = self.line(), self.peek(1) == "["
        self.at += 2 if listed else 1
        path: list[str | int] = []
        keys = self.keys()
        for i, key in enumerate(keys):
            path.append(key)
            if i == len(keys) - 1 and listed:
                self.tables_in[tuple(path)] = self.tables_in.get(tuple(path), 0) + 1
            if tuple(path) in self.tables_in:
                path.append(self.tables_in[tuple(path)] - 1)
        self.table = tuple(path)
        self.note(self.table, line)
        self.at += 2 if listed else 1

    def pair(self, table: Path) -> None:
        line = self.line()
        path = (*table, *self.keys())
        self.note(path, line)
        self.at += 1  # the equals sign
        self.blank("")
        self.value(path)

    def keys(self) -> list[str]:
        """Go past a dotted key and the blanks after it."""
        found: list[str] = []
        while True:
            self.blank("")
            start = self.at
            if self.peek() in ('"', "'"):
                self.string()
                found.append(self.text[start + 1 : self.at - 1])
            else:
                while self.peek() and self.peek() not in ".=] \t\n":
                    self.at += 1
                found.append(self.text[start : self.at])
            self.blank("")
            if self.peek() != ".":
                return found
            self.at += 1

    def value(self, path: Path) -> None:
        match self.peek():
            case '"' | "'":
                self.string()
            case "[":
                self.array(path)
            case "{":
                self.inline(path)
            case _:
                while self.peek() and self.peek() not in ",]}\n#":
                    self.at += 1

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        self.blank("\n,")
        while self.peek() and self.peek() != "]":
            self.note((*path, index), self.line())
            self.value((*path, index))
            index += 1
            self.blank("\n,")
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        self.blank("\n,")
        while self.peek() and self.peek() != "}":
            self.pair(path)
            self.blank("\n,")
        self.at += 1

    def string(self) -> None:
        quote = self.peek()
        long = self.text.startswith(quote * 3, self.at)
        mark = quote * 3 if long else quote
        self.at += len(mark)
        while self.peek() and not self.text.startswith(mark, self.at):
            self.at += 2 if self.peek() == "\\" and quote == '"' else 1
        self.at += len(mark)
        # Up to two quotes may stand before the closing three.
        while long and self.peek() == quote:
            self.at += 1
