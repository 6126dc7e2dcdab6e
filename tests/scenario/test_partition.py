"""An hour's cut between two nations: nothing of a numbered stream missing, doubled, out of order.

Pictures and sharing are the real ones, the clock and the link are simulated.
"""

from collections import Counter

import pytest

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Evidence,
    EvidenceSource,
    FrameRefused,
    FrameTaken,
    Identity,
    LinkView,
    PartnerIdentity,
    PartnerTracks,
    SetIdentity,
    Stream,
)
from skypact.picture.identity.authority import AuthorityArea, IdentitySettings
from skypact.picture.settings import PictureSettings
from skypact.sharing.federation import Federation
from tests.unit.picture import nations as harness
from tests.unit.picture.flights import T0, S, moved, state
from tests.unit.picture.nations import Nations

NAMES = ("auria", "borvia")
HOUR_S, EVERY_S = 3_600, 20
DECIDED = (Identity.FRIEND, Identity.SUSPECT)


def flights(name: str, now_ns: int) -> dict[int, tuple]:
    """One slow flight each."""
    x = state(-60_000.0, -200_000.0 if name == "auria" else 200_000.0, 20.0, 0.0)
    return {1: (moved(x, (now_ns - T0) / S), 40.0)}


def world() -> Nations:
    areas = tuple(AuthorityArea(name=f"of {n}", nation=n, who=("Ilse Maren",)) for n in NAMES)
    return Nations(NAMES, flights, PictureSettings(identity=IdentitySettings(areas=areas[:1])))


def decide(nations: Nations, identity: Identity) -> None:
    """auria's authority says something of its own flight: a durable frame for borvia."""
    header = Issuer("auria", "console", Context.EXERCISE).header(nations.now_ns, nations.now_ns)
    view = nations.view("auria")
    (number,) = array(view, "number")[array(view, "own") == 1].tolist()
    seen = Evidence(source=EvidenceSource.VISUAL, what="from a fighter", observed_ns=nations.now_ns)
    told = SetIdentity(
        **header,
        number=number,
        identity=identity,
        person="Ilse Maren",
        reason="seen",
        evidence=(seen,),
    )
    nations.tell("auria", told)


def test_after_an_hour_nothing_is_missing_doubled_or_out_of_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order, ages_ns = list[tuple[int, str]](), list[int]()
    durable, tracks = Federation._durable_body, Federation._tracks

    def noted(self: Federation, partner: str, frame, *more):
        order.append((frame.sequence, Stream.WARNING))
        return durable(self, partner, frame, *more)

    def track(self: Federation, link, frame, now_ns: int):
        out = tracks(self, link, frame, now_ns)
        if link.partner == "auria":
            order.append((frame.sequence, Stream.TRACK))
            ages_ns.extend(now_ns - m.observed_ns for m in out if isinstance(m, PartnerTracks))
        return out

    monkeypatch.setattr(Federation, "_durable_body", noted)
    monkeypatch.setattr(Federation, "_tracks", track)
    nations = world()
    nations.run(30)
    decide(nations, DECIDED[0])
    nations.run(5)
    begun = [s for s, stream in order if stream is Stream.WARNING]
    assert begun == [1]
    nations.part("borvia")
    order.clear()
    monkeypatch.setattr(harness, "STEP_NS", S // 2)  # nothing arrives meanwhile
    for turn in range(HOUR_S // EVERY_S):
        decide(nations, DECIDED[(turn + 1) % 2])
        nations.run(EVERY_S)
    waiting = nations.of("auria", LinkView)[-1][1].links[0]
    assert (waiting.alive, waiting.outbox) == (False, HOUR_S // EVERY_S)
    assert [entry for entry in order if entry[1] is Stream.WARNING] == []
    order.clear()
    ages_ns.clear()
    nations.heal()
    monkeypatch.setattr(harness, "STEP_NS", S // 10)
    nations.run(15)
    taken = [s for s, stream in order if stream is Stream.WARNING]
    assert taken == list(range(2, 2 + HOUR_S // EVERY_S))
    # The warning stream has drained before the first track leaves.
    first_track = [stream for _, stream in order].index(Stream.TRACK)
    assert first_track == len(taken)
    assert max(ages_ns) <= 2 * S
    newest = nations.of("borvia", PartnerIdentity)[-1][1].claim
    assert newest.identity is DECIDED[0]
    assert nations.of("borvia", FrameRefused) == nations.of("auria", FrameRefused) == []
    for name in NAMES:
        frames = Counter((m.stream, m.epoch, m.sequence) for _, m in nations.of(name, FrameTaken)
                         if m.stream in (Stream.TRACK, Stream.HEARTBEAT))  # fmt: skip
        assert max(frames.values()) == 1
        assert nations.of(name, LinkView)[-1][1].links[0].outbox == 0
