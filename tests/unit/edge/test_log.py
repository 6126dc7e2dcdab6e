"""One readable line an event; JSON when asked."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from skypact.edge.log import configure, logger, readable_line


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_line_is_short_and_names_the_node() -> None:
    stream = io.StringIO()
    configure("auria", stream=stream)
    logger().info("feed_lost", feed="adsb", after_s=1.23456, why="no bytes", none="")
    line = stream.getvalue()
    assert line.count("\n") == 1
    head, facts = line.rstrip().split(" feed_lost ")
    assert facts == "feed=adsb after_s=1.235 why='no bytes' none=''"
    assert head.split() == [head.split()[0], "auria"]
    assert len(head.split()[0]) == len("12:00:00.000Z")


def test_text_from_outside_cannot_break_the_line() -> None:
    event = {"timestamp": "2026-01-01T12:00:00.123456Z", "event": "frame_refused", "node": "auria"}
    line = readable_line(None, "warning", {**event, "why": "a\nb\x1b[2J"})
    assert line == "12:00:00.123Z auria      WARNING frame_refused why='a\\nb\\x1b[2J'"


def test_json_carries_all_and_the_traceback() -> None:
    stream = io.StringIO()
    configure("auria", as_json=True, stream=stream)
    try:
        raise ValueError("broken")
    except ValueError as error:
        logger().error("input_quarantined", exc_info=error)
    event = json.loads(stream.getvalue())
    assert (event["event"], event["node"], event["level"]) == (
        "input_quarantined",
        "auria",
        "error",
    )
    assert event["exception"][0]["exc_value"] == "broken"


def test_traceback_follows_its_line_and_level_is_kept() -> None:
    stream = io.StringIO()
    early = logger()
    configure("auria", level="warning", stream=stream)
    early.info("unseen")
    early.error("child_failed", exc_info=ValueError("broken"))
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("ERROR child_failed")
    assert lines[-1] == "ValueError: broken"
