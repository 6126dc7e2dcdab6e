"""An intake for tests, and what it delivered."""

from skypact.edge.intake.limits import Limit
from skypact.edge.intake.web import Desk

KEY = b"k" * 32
NOW_NS = 1_790_000_000_000_000_000
GOOD = b'{"what":"drone","azimuth_deg":10,"lat_deg":-32.1234,"lon_deg":-18.5}'


class Kept:
    """A desk whose clock stands. delivered: (feed, bytes)."""

    def __init__(self, people: str = "people", gone: str = "", each: float = 100) -> None:
        self.delivered: list[tuple[str, bytes]] = []
        self.desk = Desk(
            key=KEY,
            people=people,
            feeds=("people", "orbit") if people else ("orbit",),
            gone=frozenset({gone}),
            each=Limit(0, each),
            total=Limit(0, 50),
            deliver=lambda feed, data, _: self.delivered.append((feed, data)),
            now_ns=lambda: NOW_NS,
        )
