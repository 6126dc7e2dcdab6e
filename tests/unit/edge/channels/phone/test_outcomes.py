"""What replies mean."""

import pytest

from skypact.core.messages import NoticeFailure
from skypact.edge.channels.phone.outcomes import failure


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (486, NoticeFailure.BUSY),
        (600, NoticeFailure.BUSY),
        (480, NoticeFailure.NO_ANSWER),
        (603, NoticeFailure.DECLINED),
        (404, NoticeFailure.REFUSED),
        (403, NoticeFailure.REFUSED),
        (604, NoticeFailure.REFUSED),
        (302, NoticeFailure.UNREACHABLE),
        (503, NoticeFailure.UNREACHABLE),
    ],
)
def test_each_reply_means_one_thing(status: int, meant: NoticeFailure) -> None:
    assert failure(status) is meant
