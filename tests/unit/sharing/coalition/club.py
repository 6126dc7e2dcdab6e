"""Nations for the tests of what only a coalition shows: an owner that tells a sponsor, others that
declare coverage to it, and one that may see the owner as the coalition only."""

from typing import Any

import numpy as np

from skypact.core.ids import Issuer
from skypact.core.messages import Context, Message, PartnerFrame, PartnerTracks, Release, Stream
from skypact.sharing import wire
from skypact.sharing.settings import DeclaredArea, Partner, SharingSettings
from skypact.sharing.sharing import Sharing
from skypact.sharing.treaty.agreements import Agreement
from tests.unit.picture.flights import T0, S, moved, state
from tests.unit.sharing.treaty import agreement, clause, own, started

BEGIN = (T0 // (60 * S) + 1) * 60 * S
"""A whole minute."""
OWNER, SPONSOR, VIEWER, OTHERS = "auria", "keystone", "borvia", ("cestia", "deltia")
NATIONS = (OWNER, SPONSOR, VIEWER, *OTHERS)
HALF_DEG = 2.0
AREA = tuple(
    (-32.0 + a * HALF_DEG, -18.0 + b * HALF_DEG) for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))
)
OUTSIDE = state(-300_000, 0, 250, 0)
"""West of the region, flying into it: there after about 10 minutes."""


def unnamed(**given: Any) -> Any:
    base: dict[str, Any] = {
        "id": "8",
        "for_nations": (VIEWER,),
        "among": OTHERS,
        "position_grid_m": 5_000.0,
        "velocity_grid_mps": 50.0,
    }
    return clause("unnamed", **{**base, **given})


def declares(nation: str) -> Agreement:
    return agreement(clause("coverage", id="c", classes=()), owner=nation, partner=SPONSOR)


def agreements(*clauses: Any, owner: str = OWNER) -> tuple[Agreement, ...]:
    """Return all agreements of the five; clauses: what the owner grants the sponsor."""
    granted = clauses or (unnamed(),)
    rules = [
        clause(id="1"),
        clause("warning", id="2", for_nations=(VIEWER, SPONSOR)),
        clause("coverage", id="c", classes=()),
        *granted,
    ]
    shown = clause("coalition", id="5", classes=(), tracks_max=8)
    answers = clause("acknowledgement", id="9", show_person=True)
    rest = [n for n in (OWNER, *OTHERS) if n != owner]
    return (
        agreement(*rules, owner=owner, partner=SPONSOR),
        agreement(shown, owner=SPONSOR, partner=VIEWER),
        agreement(answers, owner=VIEWER, partner=SPONSOR),
        *(declares(n) for n in rest),
    )


def room(nation: str, said: tuple[Agreement, ...], **settings: Any) -> Sharing:
    mine = tuple(a for a in said if nation in (a.owner, a.partner))
    partners = tuple(Partner(name=n, reference_key=n.encode() * 4) for n in NATIONS if n != nation)
    area = (DeclaredArea(area_deg=AREA, sensors=("radar",)),)
    coverage = () if nation in (SPONSOR, VIEWER) else area
    chosen = SharingSettings(**{"partners": partners, "coverage": coverage, **settings})
    made = Sharing(Issuer(nation, "sharing", Context.EXERCISE), chosen, mine)
    made.handle(started(BEGIN - 60 * S), BEGIN - 60 * S)
    return made


class Club:
    """Rooms of sharing that hear each other at once. sent: all releases; told: all that a room made
    of what came."""

    def __init__(self, said: tuple[Agreement, ...], owner: str = OWNER, **settings: Any) -> None:
        self.owner = owner
        self.rooms = {n: room(n, said, **settings) for n in NATIONS}
        self.now_ns = BEGIN - 60 * S
        self.sent: list[Release] = []
        self.cut: set[str] = set()
        self.told: dict[str, list[Message]] = {n: [] for n in NATIONS}
        self.inputs: dict[str, list[Message]] = {n: [] for n in NATIONS}

    def second(self) -> list[Release]:
        """Let a second pass; return what left."""
        self.now_ns += S
        before = len(self.sent)
        for nation, one in self.rooms.items():
            self.pass_on(nation, one.wake(self.now_ns))
        return self.sent[before:]

    def silence(self, nation: str) -> None:
        """Cut a nation off."""
        self.cut.add(nation)

    def pass_on(self, nation: str, messages: Any) -> None:
        for message in messages:
            self.told[nation].append(message)
            if isinstance(message, Release) and not self.cut & {nation, message.partner}:
                self.sent.append(message)
                issuer = Issuer(message.partner, "edge", Context.EXERCISE)
                frame = PartnerFrame(
                    **issuer.header(self.now_ns, self.now_ns),
                    partner=nation,
                    stream=message.stream,
                    frame=message.frame,
                )
                self.handle(message.partner, frame)

    def handle(self, nation: str, message: Message) -> None:
        self.inputs[nation].append(message)
        self.pass_on(nation, self.rooms[nation].handle(message, self.now_ns))

    def fly(self, x: np.ndarray, seconds: int, number: int = 105, **given: Any) -> np.ndarray:
        """Let the owner's tracker tell of one aircraft each second; return where it is then."""
        for _ in range(seconds):
            self.second()
            x = moved(x, 1.0)
            self.handle(self.owner, own([number], [x], self.now_ns, **given))
        return x

    def frames(self) -> list[tuple[int, wire.CoalitionBody]]:
        """Return (size, body) of each frame that the viewer got of the coalition."""
        found = [r for r in self.sent if r.stream is Stream.COALITION]
        assert {r.partner for r in found} <= {VIEWER}
        frames = [wire.frame_decoder.decode(r.frame) for r in found]
        return [(len(f.body), wire.coalition_decoder.decode(f.body)) for f in frames]

    def seen(self) -> int:
        """Return how many tracks the newest frame has."""
        return self.frames()[-1][1].count

    def tracks(self) -> list[PartnerTracks]:
        """Return what the viewer made of the frames."""
        return [m for m in self.told[VIEWER] if isinstance(m, PartnerTracks)]


def ready(*said: Agreement, owner: str = OWNER) -> Club:
    """Return nations that have heard what each declares."""
    club = Club(said or agreements(), owner)
    for _ in range(70):
        club.second()
    return club


def entered(club: Club) -> np.ndarray:
    """Fly an aircraft from outside to well inside; return where it is."""
    x = club.fly(moved(OUTSIDE, 555), 60)
    assert club.seen() == 1
    return x
