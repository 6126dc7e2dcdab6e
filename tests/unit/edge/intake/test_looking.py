"""What a sender is told of a post is what the room counts of it."""

import random

import pytest

from skypact.core.ids import Issuer
from skypact.core.messages import Context, FeedView, NodeStarted
from skypact.edge.intake.looking import looks
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from skypact.sensors.standards.table import STANDARDS
from tests.unit.edge.intake.desk import FEEDS, NOW_NS
from tests.unit.edge.intake.test_web import LAUNCH
from tests.unit.sensors import samples
from tests.unit.sensors.standards.test_base_station import RECEIVED

SITE = samples.site()
LOOKS = looks(FEEDS, [SITE.name], STANDARDS)
BODIES = {
    "people": b'{"source":"a","lat_deg":1,"lon_deg":1,"azimuth_deg":7}\n' * 5,
    "orbit": (LAUNCH + b"\n") * 5,
    "radar": f"plot,{SITE.name},,2e4,271\nplot,other,,1,2\nposition,,1,2,9\n".encode() * 3,
    "roof": RECEIVED,
}


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
@pytest.mark.parametrize("damages", [0, 1, 5, 20])
def test_it_is_what_the_room_counts(feed: FeedSettings, damages: int) -> None:
    dice = random.Random(damages)
    body = bytearray(BODIES[feed.name])
    for _ in range(damages):
        body[dice.randrange(len(body))] = dice.randrange(256)
    seen = LOOKS[feed.name](bytes(body), NOW_NS)
    issuer = Issuer("auria", "sensors", Context.TEST)
    room = Sensors(issuer, FEEDS, (SITE,))
    room.handle(NodeStarted(**issuer.header(0, 0), epoch=1, version="0"), NOW_NS)
    room.handle(samples.datagrams(feed.name, [(NOW_NS, bytes(body))]), NOW_NS)
    (view,) = room.wake(NOW_NS)
    assert isinstance(view, FeedView)
    counted = next(state for state in view.feeds if state.name == feed.name)
    assert seen[:3] == (counted.records, counted.refused, counted.unknown)
    assert seen.taken + seen.refused + seen.unknown > 0
    assert bool(seen.reasons) == bool(seen.refused or seen.unknown)


def test_of_many_reasons_a_few_are_said() -> None:
    seen = LOOKS["orbit"](b"x\n" * 1_000, NOW_NS)
    assert (seen.taken, seen.refused, len(seen.reasons)) == (0, 1_000, 5)
