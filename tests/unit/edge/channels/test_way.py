"""The line between a channel and the node."""

import asyncio

from skypact.core.messages import Channel, DeliveryState, NoticeFailure
from skypact.edge.channels.way import NotSentError
from tests.unit.edge.channels.notices import Ledger, notice


def test_a_line_reports_and_stops() -> None:
    async def use() -> None:
        ledger = Ledger()
        line = ledger.line(notice(Channel.PHONE))
        assert await line.report(DeliveryState.SENT, "x") == ""
        line.stop("done")
        assert line.stopped.is_set()
        assert line.reason == "done"
        assert ledger.states == [DeliveryState.SENT]

    asyncio.run(use())


def test_a_failure_says_whether_to_try_again() -> None:
    assert not NotSentError(NoticeFailure.REFUSED, "x").again
    assert NotSentError(NoticeFailure.UNREACHABLE, "x", again=True).again
