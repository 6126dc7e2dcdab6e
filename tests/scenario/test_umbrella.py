"""The coordinator goes away for a while: everybody sees it, work goes on, numbers stay unique.

Pictures and sharing are the real ones, the clock and the links are simulated.
"""

from skypact.core.columns import array
from skypact.core.messages import LinkView, NumbersLeased, OwnTracks, RoleArea, RolesPublished
from skypact.picture.numbers import PROVISIONAL
from skypact.picture.settings import PictureSettings
from skypact.sharing.umbrella.settings import UmbrellaSettings
from tests.unit.picture.flights import T0, S, moved, state
from tests.unit.picture.nations import Nations

NAMES = ("auria", "borvia", "keystone")
POOL = range(20_000, 20_100)
LEASE, RESERVE = 12, 4
WEST = RoleArea(name="west", nation="auria", area_deg=(-40.0, -20.0, -40.0, -10.0, -20.0, -10.0))
MANY_S = 60


def flights(name: str, now_ns: int) -> dict[int, tuple]:
    """Each nation has three flights of its own; auria twenty more while the coordinator is away."""
    if name == "keystone":
        return {}
    count = 23 if name == "auria" and now_ns - T0 > MANY_S * S else 3
    north = -300_000.0 if name == "auria" else 300_000.0
    start = [state(40_000.0 * i, north, 100.0, 0.0) for i in range(count)]
    return {i + 1: (moved(x, (now_ns - T0) / S), 40.0) for i, x in enumerate(start)}


def alliance() -> Nations:
    umbrella = {name: UmbrellaSettings(coordinator="keystone") for name in NAMES}
    umbrella["keystone"] = UmbrellaSettings(
        coordinator="keystone",
        pool=tuple(POOL),
        pairs=(("auria", "borvia"), ("auria", "keystone"), ("borvia", "keystone")),
        hubs=("192.0.2.1:7422",),
        areas=(WEST,),
    )
    settings = PictureSettings(number_reserve=RESERVE, number_lease=LEASE)
    return Nations(NAMES, flights, settings, umbrella=umbrella, numbers=0)


def absent_ns(world: Nations, name: str) -> int:
    found = world.of(name, LinkView)[-1][1].coordinator
    return found.absent_since_ns if found else 0


def leased(world: Nations, name: str) -> list[int]:
    return [n for _, lease in world.of(name, NumbersLeased) for n in lease.numbers]


def own_numbers(world: Nations, name: str) -> set[int]:
    """Return the numbers under which a nation lets its own tracks go."""
    told = [m for _, m in world.of(name, OwnTracks)]
    return {int(n) for m in told for n in array(m, "number")}


def test_numbers_are_leased_and_the_absence_of_the_coordinator_is_seen() -> None:
    world = alliance()
    world.run(40)
    for name in ("auria", "borvia"):
        assert len(leased(world, name)) == LEASE
        assert absent_ns(world, name) == 0
        assert [r.hubs for _, r in world.of(name, RolesPublished)] == [("192.0.2.1:7422",)]
        assert any("decides in area west" in n for n in world.view(name).notices)
    assert not set(leased(world, "auria")) & set(leased(world, "borvia"))
    assert set(world.shown("borvia")) == set(world.shown("auria"))

    world.part("keystone")
    gone_ns = world.now_ns
    world.run(60)
    for name in ("auria", "borvia"):
        assert abs(absent_ns(world, name) - gone_ns) <= 2 * S
    # The lease has run out: what has no number stays at home under a provisional one, and says so.
    shown = set(world.shown("auria"))
    assert len(shown) == 26
    provisional = {n for n in shown if n >= PROVISIONAL}
    assert len(provisional) == 23 - LEASE
    assert any("provisional numbers" in n for n in world.view("auria").notices)
    assert not any(n >= PROVISIONAL for n in world.shown("borvia"))
    assert len(world.shown("borvia")) == LEASE + 3

    world.heal()
    world.run(15)
    assert absent_ns(world, "auria") == absent_ns(world, "borvia") == 0
    assert not any(n >= PROVISIONAL for n in world.shown("auria"))
    assert set(world.shown("borvia")) == set(world.shown("auria"))
    given = [n for name in ("auria", "borvia") for n in leased(world, name)]
    assert len(given) == len(set(given))
    assert set(given) <= set(POOL)
