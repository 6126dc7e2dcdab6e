"""One entry for every kind of source."""

import asyncio
from pathlib import Path

import pytest

from skypact.core.messages import Context
from skypact.edge.feeds import run
from tests.unit.edge.feeds.captures import pcap, udp
from tests.unit.edge.feeds.listening import now_ns, settings


@pytest.mark.parametrize("scheme", list(run.RUNNERS))
def test_the_source_picks_the_runner(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    for kind in run.RUNNERS:

        async def note(feed: object, deliver: object, clock: object, kind: str = kind) -> None:
            ran.append(kind)

        monkeypatch.setitem(run.RUNNERS, kind, note)
    feed = settings(f"{scheme}://127.0.0.1:7/path")
    asyncio.run(run.run_feed(feed, lambda *_: None, now_ns, Context.EXERCISE))
    assert ran == [scheme]


def test_what_is_posted_needs_no_runner() -> None:
    asyncio.run(run.run_feed(settings("https:", "launches"), lambda *_: None, now_ns, Context.TEST))


def test_a_recording_that_is_cut_short_stops_nothing_else(tmp_path: Path) -> None:
    path, said, delivered = tmp_path / "cut.pcap", list[str](), list[bytes]()
    refused: list[tuple[str, str, int]] = []
    whole = pcap([udp(b"one"), udp(b"two")])
    for data, ends in ((whole, 1), (whole[:-1], 2)):
        path.write_bytes(data)
        feed = settings(f"file:{path}?speed=0")
        said.clear()
        asyncio.run(
            run.run_told(
                *(feed, lambda _, data, __: delivered.append(data), now_ns, Context.TEST),
                *(None, said.append, lambda *told: refused.append(told)),
            )
        )
        assert len(said) == ends
        assert said[-1] == "feed feed: the recording has ended"
    assert "a packet is cut short" in said[0]
    assert delivered == [b"one", b"two", b"one"]
    [(feed_name, reason, count)] = refused
    assert (feed_name, count) == ("feed", 1)
    assert reason.startswith("capture: a packet is cut short")
