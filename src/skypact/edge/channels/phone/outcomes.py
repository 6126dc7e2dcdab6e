"""What a reply of SIP means for a notice. A table."""

from collections.abc import Mapping

from skypact.core.messages import NoticeFailure

OF_STATUS: Mapping[int, NoticeFailure] = {
    408: NoticeFailure.NO_ANSWER,
    480: NoticeFailure.NO_ANSWER,
    486: NoticeFailure.BUSY,
    487: NoticeFailure.NO_ANSWER,
    600: NoticeFailure.BUSY,
    603: NoticeFailure.DECLINED,
    607: NoticeFailure.DECLINED,
    608: NoticeFailure.DECLINED,
}
"""RFC 3261 section 21, RFC 8197, RFC 8688."""


def failure(status: int) -> NoticeFailure:
    """Return what a final reply that takes no call means: others of 4xx and 6xx say that the
    address or the call is not taken, 3xx and 5xx that the way there fails."""
    if status in OF_STATUS:
        return OF_STATUS[status]
    return NoticeFailure.REFUSED if status // 100 in (4, 6) else NoticeFailure.UNREACHABLE
