"""An intake for tests, and what it delivered."""

from skypact.edge.intake.limits import Limit
from skypact.edge.intake.looking import looks
from skypact.edge.intake.web import Desk
from skypact.sensors.settings import FeedSettings
from skypact.sensors.standards.table import STANDARDS

KEY = b"k" * 32
NOW_NS = 1_790_000_000_000_000_000
GOOD = b'{"what":"drone","azimuth_deg":10,"lat_deg":-32.1234,"lon_deg":-18.5}'
FEEDS = tuple(
    FeedSettings(name=name, source="https:", format=form, period_s=60)
    for name, form in (
        *(("people", "sightings"), ("orbit", "launches")),
        *(("radar", "lines"), ("roof", "basestation")),
    )
)


class Kept:
    """A desk whose clock stands. delivered: (feed, bytes)."""

    def __init__(self, people: str = "people", gone: str = "", each: float = 100) -> None:
        self.delivered: list[tuple[str, bytes]] = []
        self.desk = Desk(
            key=KEY,
            people=people,
            feeds=looks([f for f in FEEDS if people or f.name != "people"], ("north",), STANDARDS),
            gone=frozenset({gone}),
            each=Limit(0, each),
            total=Limit(0, 50),
            deliver=lambda feed, data, _: self.delivered.append((feed, data)),
            now_ns=lambda: NOW_NS,
        )
