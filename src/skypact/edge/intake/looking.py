"""What of a post can be read, so that its sender hears it at once.

The room reads it again, from the journal, and counts it: what is said here changes nothing there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.lines.reader import Piece
from skypact.sensors.lines.reader import read as read_lines
from skypact.sensors.settings import FeedSettings
from skypact.sensors.standards.reader import read as read_standard
from skypact.sensors.standards.standard import Standard

REASONS_MAX = 5


class Seen(NamedTuple):
    """Records of a post. unknown: of sensors that are not here; reasons: why the first of the
    refused and unknown were."""

    taken: int
    refused: int
    unknown: int
    reasons: tuple[str, ...]

    def as_json(self) -> bytes:
        return msgspec.json.encode(self._asdict())


Look = Callable[[bytes, int], Seen]
"""(bytes, ns UTC of their arrival) -> what they hold."""


def looks(
    feeds: Iterable[FeedSettings], sensors: Collection[str], standards: Mapping[str, Standard]
) -> dict[str, Look]:
    """Return how to look at what is posted to each feed, by its name. sensors: names of those that
    are here."""
    return {feed.name: _look(feed, frozenset(sensors), standards) for feed in feeds}


def _look(feed: FeedSettings, sensors: frozenset[str], standards: Mapping[str, Standard]) -> Look:
    def at_lines(body: bytes, now_ns: int) -> Seen:
        reading, _ = read_lines(
            *(b"", [Piece(body, now_ns)], feed.format, False, sensors, feed.clock_error_max_s)
        )
        return _seen(reading.records, reading.refusals, reading.unknown)

    if feed.format not in standards:
        return at_lines
    standard = standards[feed.format]

    def at_standard(body: bytes, now_ns: int) -> Seen:
        reading = read_standard(standard, [(body, now_ns)], sensors, feed.clock_error_max_s)
        return _seen(reading.records, reading.refusals, reading.unknown)

    return at_standard


def _seen(records: int, refusals: list[Refusal], unknown: Mapping[str, int]) -> Seen:
    reasons = [f"byte {refusal.offset}: {refusal.reason}" for refusal in refusals[:REASONS_MAX]]
    reasons += [f"there is no sensor {name} here" for name in list(unknown)[:REASONS_MAX]]
    refused = sum(refusal.count for refusal in refusals)
    return Seen(records, refused, sum(unknown.values()), tuple(reasons[:REASONS_MAX]))
