"""What the console knows now."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from skypact.config.settings import ConsoleSettings
from skypact.console import board as boards
from skypact.console.board import NOTICES_MAX, OVER_MAX, Board
from skypact.console.settings import NodeIdentity
from skypact.console.views import Notice
from skypact.core.messages import (
    AirWarning,
    Channel,
    ChannelNoted,
    Context,
    CoordinatorState,
    Delivery,
    FeedView,
    LinkView,
    SensorState,
    WarningState,
)
from skypact.core.site import Outage, SensorSite
from tests.unit.console.scene import picture, warning

HEADER: dict[str, Any] = {
    "id": "m1", "observed_ns": 1, "received_ns": 1, "origin": "auria", "context": Context.TEST,
}  # fmt: skip


@pytest.fixture
def board() -> Board:
    identity = NodeIdentity(nation="auria", context=Context.TEST, display_name="Auria")
    return Board(ConsoleSettings(), identity)


def deliver(board: Board, warning: AirWarning) -> bool:
    return board.take_warning(Delivery(**HEADER, post="duty", event="e", warning=warning))


def test_the_highest_version_of_a_warning_wins(board: Board) -> None:
    assert deliver(board, warning(1, version=3))
    assert not deliver(board, warning(1, version=2, state=WarningState.CLEARED))
    assert board.warnings["borvia-w1"].version == 3
    assert deliver(board, warning(1, version=4, state=WarningState.ACKNOWLEDGED))
    assert msgspec.json.decode(board.rows["borvia-w1"])["state"] == "acknowledged"
    assert board.posts == {"borvia-w1": "duty"}


def test_only_the_oldest_cleared_warnings_are_forgotten(board: Board) -> None:
    deliver(board, warning(0))
    for number in range(1, OVER_MAX + 3):
        deliver(board, warning(number, state=WarningState.CLEARED))
    assert len(board.warnings) == OVER_MAX + 1
    assert "borvia-w0" in board.warnings
    assert "borvia-w2" not in board.warnings
    assert board.warnings.keys() == board.rows.keys() == board.posts.keys()


def test_texts_are_told_once_and_again_when_they_change(board: Board) -> None:
    board.take_picture(picture(HEADER, 4, raid=False, after_s=0))
    assert board.texts_since(0) == [
        (1003, "", "E00003"), (1002, "SPX002", "E00002"), (1001, "SPX001", "E00001"),
        (1000, "", "E00000"),
    ]  # fmt: skip
    board.take_picture(picture(HEADER, 4, raid=False, after_s=1))
    assert board.revision == 1
    board.take_picture(picture(HEADER, 5, raid=False, after_s=1))
    assert board.texts_since(1) == [(1004, "SPX004", "E00004")]
    assert len(board.texts_since(0)) == 5


def test_texts_of_tracks_long_gone_are_forgotten(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "_TEXTS_SPARE", 2)
    board.take_picture(picture(HEADER, 40, raid=False, after_s=0))
    board.take_picture(picture(HEADER, 1, raid=True, after_s=0))
    assert {number for number, _, _ in board.texts_since(0)} == {1000, *range(9001, 9016)} - set(
        range(9004, 9010)
    )


def test_equal_notices_are_counted_and_the_list_is_bounded(board: Board) -> None:
    for number in range(NOTICES_MAX + 5):
        board.take_notice(Notice(kind="withheld", about="borvia", text=str(number)))
    board.take_notice(Notice(kind="withheld", about="borvia", text="7", count=4))
    notices = board.notices()
    assert len(notices) == NOTICES_MAX
    assert (notices[0].text, notices[0].count) == ("7", 5)


def test_a_hush_is_for_all_seats_and_noted(board: Board) -> None:
    board.take_hush("Ilse Maren", 2_000_000)
    assert board.hush == {"at_ms": 2.0, "until_ms": 60_002.0, "person": "Ilse Maren"}
    assert board.notices()[0].about == "Ilse Maren"


def test_a_sensor_in_an_outage_is_told_until_when() -> None:
    outage = Outage(
        from_utc=datetime(2027, 3, 1, 6, tzinfo=UTC), to_utc=datetime(2027, 3, 1, 7, tzinfo=UTC)
    )
    site = SensorSite(
        name="hill", sac=1, sic=1, lat_deg=1, lon_deg=1, height_m=9, period_s=5, outages=(outage,)
    )
    identity = NodeIdentity(nation="auria", context=Context.TEST, display_name="Auria")
    board = Board(ConsoleSettings(), identity, (site,))
    begin_ns, end_ns = outage.span_ns
    for now_ns, until_ms in ((begin_ns - 1, 0), (begin_ns, end_ns / 1e6), (end_ns, 0)):
        state = SensorState(name="hill", last_ns=now_ns, rotation_s=5, alive=True)
        header = HEADER | {"observed_ns": now_ns}
        board.take_feeds(FeedView(**header, feeds=(), sensors=(state,)))
        assert board.feeds is not None
        assert board.feeds["sensors"][0]["rests_until_ms"] == until_ms


def test_what_is_so_now_stands_before_what_has_happened_and_goes(board: Board) -> None:
    def look(absent_since_ns: int) -> bool:
        found = CoordinatorState(nation="keystone", absent_since_ns=absent_since_ns)
        return board.take_links(LinkView(**HEADER, links=(), coordinator=found))

    board.take_notice(Notice(kind="feed", about="north", text="SILENT"))
    assert not look(0)
    assert look(10**9)
    assert not look(10**9)
    calm = picture(HEADER, 0, raid=False, after_s=0)
    view = msgspec.structs.replace(calm, notices=("3 tracks carry provisional numbers",))
    assert board.take_picture_notices(view)
    assert not board.take_picture_notices(view)
    assert [(n.kind, n.text) for n in board.notices()] == [
        ("coordinator", "coordinator absent since 00:00:01Z; local work goes on"),
        ("picture", "3 tracks carry provisional numbers"),
        ("feed", "SILENT"),
    ]
    assert look(0)
    assert board.take_picture_notices(calm)
    assert [n.kind for n in board.notices()] == ["feed"]


def test_a_heartbeat_of_a_channel_is_kept_and_a_dead_one_noted(board: Board) -> None:
    for up, slots in ((True, ["channels"]), (False, ["channels", "notices"])):
        reason = "503 to OPTIONS"
        noted = ChannelNoted(**HEADER, channel=Channel.PHONE, up=up, reason=reason, every_s=30.0)
        assert list(board.take(noted)) == slots
        assert [row["up"] for row in board.channels.rows()["rows"]] == [up]
    assert [(n.kind, n.about) for n in board.notices()] == [("channel", "phone")]
