"""Every way TOML can write a key, and the line it is on."""

import tomllib

import pytest

from skypact.core.lines import line_of, lines_by_path

TEXT = """\
# A comment with [brackets] and = signs
top = 1
"quoted key" = 'x # no comment'
a.b.c = 2
date = 2026-01-02T03:04:05Z

[node]   # trailing
nation = "auria" # "quotes" in a comment
[node.link]
url = 'tcp://127.0.0.1:1'

[[sensor]]
name = "one"
[sensor.site]
lat_deg = -32.0
[[sensor]]
name = "two"
points = [
  [1.0, 2.0],  # a pair
  [3.0,
   4.0],
]
box = { low = 1, high = { x = 2, y = [5, 6] } }
  [[sensor.beam]]
  width = 1
  [[sensor.beam]]
  width = 2
[text]
long = \"\"\"
[not.a.table]
key = "no key"
an escaped \\\"\"\" and two quotes at the end\"\"\"\"\"
raw = '''
x = 1
'''
after = true
"""
PLACES = [
    (("top",), 2),
    (("quoted key",), 3),
    (("a",), 4),
    (("a", "b", "c"), 4),
    (("date",), 5),
    (("node",), 7),
    (("node", "nation"), 8),
    (("node", "link"), 9),
    (("node", "link", "url"), 10),
    (("sensor",), 12),
    (("sensor", 0), 12),
    (("sensor", 0, "name"), 13),
    (("sensor", 0, "site", "lat_deg"), 15),
    (("sensor", 1), 16),
    (("sensor", 1, "name"), 17),
    (("sensor", 1, "points"), 18),
    (("sensor", 1, "points", 0), 19),
    (("sensor", 1, "points", 1, 1), 21),
    (("sensor", 1, "box", "high", "y", 1), 23),
    (("sensor", 1, "beam", 0, "width"), 25),
    (("sensor", 1, "beam", 1), 26),
    (("sensor", 1, "beam", 1, "width"), 27),
    (("text", "long"), 29),
    (("text", "raw"), 33),
    (("text", "after"), 36),
]


@pytest.mark.parametrize(("path", "line"), PLACES, ids=str)
def test_a_key_is_found(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, path) == line


def test_windows_line_ends_count_once() -> None:
    assert line_of(TEXT.replace("\n", "\r\n"), ("text", "after")) == 36


def test_an_absent_key_has_the_line_of_the_table_above() -> None:
    assert line_of(TEXT, ("sensor", 1, "lat_deg")) == 16
    assert line_of(TEXT, ("sensor", 1, "beam", 7, "x")) == 24
    assert line_of(TEXT, ("nothing", "here")) == 0


def test_no_path_is_invented_and_none_is_missed() -> None:
    def paths(value: object, key: tuple[str | int, ...]) -> set[tuple[str | int, ...]]:
        if isinstance(value, dict):
            inner = [((*key, k), v) for k, v in value.items()]
        else:
            inner = [((*key, i), v) for i, v in enumerate(value)] if isinstance(value, list) else []
        return {key} | {p for k, v in inner for p in paths(v, k)}

    assert lines_by_path(TEXT).keys() | {()} == paths(tomllib.loads(TEXT), ())


def test_an_empty_text_has_no_lines() -> None:
    assert lines_by_path("") == {}
    assert lines_by_path("# only a comment") == {}
