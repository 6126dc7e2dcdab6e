"""One entry for every kind of source."""

import asyncio

import pytest

from skypact.core.messages import Context
from skypact.edge.feeds import run
from tests.unit.edge.feeds.listening import now_ns, settings


@pytest.mark.parametrize("scheme", list(run.RUNNERS))
def test_the_source_picks_the_runner(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    for kind in run.RUNNERS:

        async def note(feed: object, deliver: object, clock: object, kind: str = kind) -> None:
            ran.append(kind)

        monkeypatch.setitem(run.RUNNERS, kind, note)
    feed = settings(f"{scheme}://127.0.0.1:7/path" if scheme != "file" else "file:a.ast")
    asyncio.run(run.run_feed(feed, lambda *_: None, now_ns, Context.EXERCISE))
    assert ran == [scheme]


def test_what_is_posted_needs_no_runner() -> None:
    asyncio.run(run.run_feed(settings("https:", "launches"), lambda *_: None, now_ns, Context.TEST))
