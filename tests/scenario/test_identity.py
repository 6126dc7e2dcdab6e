"""Identities among three nations: conflict at every holder, decided by the authority, none silent.

The nodes, pictures and sharing are the real ones, the clock and the links are simulated.
"""

import pytest

from skypact.core.ids import Issuer
from skypact.core.messages import (
    ConflictResolved,
    Context,
    Evidence,
    EvidenceSource,
    Identity,
    IdentityConflict,
    PartnerIdentity,
    ResolveConflict,
    SetIdentity,
)
from skypact.picture.identity.authority import AuthorityArea, IdentitySettings
from skypact.picture.settings import PictureSettings
from tests.unit.picture.flights import T0, S, moved, state
from tests.unit.picture.nations import Nations

NAMES = ("auria", "borvia", "cestia")
# West of 18 W auria decides, east of it borvia.
WEST, EAST = (-40.0, -40.0, -20.0, -20.0), ((-30.0, -18.0), (-18.0, 0.0))
WHO = {"auria": "Ilse Maren", "borvia": "Bo Tarn"}
X = state(-8_000, 0, 150, 0)
FRIEND, HOSTILE = Identity.FRIEND, Identity.HOSTILE
CONFLICT_S = 2.0


def area(name: str, nation: str, lons: tuple[float, float]) -> AuthorityArea:
    corners = tuple(zip(WEST, (lons[0], lons[1], lons[1], lons[0]), strict=True))
    return AuthorityArea(name=name, nation=nation, area_deg=corners, who=(WHO[nation],))


def nations(**links: float) -> Nations:
    settings = PictureSettings(
        identity=IdentitySettings(
            areas=(area("west", "auria", EAST[0]), area("east", "borvia", EAST[1]))
        )
    )

    def flights(name: str, now_ns: int):
        return {1: (moved(X, (now_ns - T0) / S), 40.0 + 20.0 * NAMES.index(name))}

    return Nations(NAMES, flights, settings, **links)


def order(kind, world: Nations, nation: str, identity: Identity, number: int):
    header = Issuer(nation, "console", Context.EXERCISE).header(world.now_ns, world.now_ns)
    seen = Evidence(source=EvidenceSource.VISUAL, what=f"by {nation}", observed_ns=world.now_ns)
    given = {"number": number, "identity": identity, "person": WHO[nation], "reason": "seen"}
    world.tell(nation, kind(**header, evidence=(seen,), **given))


def number_of(world: Nations) -> int:
    (number,) = world.shown("cestia")
    assert {tuple(world.shown(n)) for n in NAMES} == {(number,)}
    return number


def flown_over_the_border(world: Nations) -> int:
    """auria sets friend in its area; over the border borvia's authority sees a hostile."""
    world.run(15)
    number = number_of(world)
    order(SetIdentity, world, "auria", FRIEND, number)
    world.run(70)
    assert {world.shown(n)[number] for n in NAMES} == {FRIEND}
    return number


@pytest.mark.parametrize(("loss", "delay_s"), [(0.0, 0.05), (0.01, 0.3)])
def test_a_friend_across_the_border_is_not_made_hostile_in_silence(loss, delay_s) -> None:
    world = nations(loss=loss, delay_s=delay_s)
    number = flown_over_the_border(world)
    at_ns = world.now_ns
    order(SetIdentity, world, "borvia", HOSTILE, number)
    world.run(CONFLICT_S)
    for name in NAMES:
        (said,) = world.of(name, IdentityConflict)
        assert said[0] - at_ns <= CONFLICT_S * S
        told = {c.nation: (c.identity, [e.what for e in c.evidence]) for c in said[1].claims}
        assert told == {"auria": (FRIEND, ["by auria"]), "borvia": (HOSTILE, ["by borvia"])}
        assert (said[1].decider, said[1].deciders) == ("borvia", ("Bo Tarn",))
    world.run(60)
    assert {world.shown(n)[number] for n in NAMES} == {FRIEND}
    # auria can't decide here, borvia can.
    order(ResolveConflict, world, "auria", FRIEND, number)
    world.run(2)
    assert {world.view(n).identities[0].conflict for n in NAMES} == {True}
    order(ResolveConflict, world, "borvia", HOSTILE, number)
    world.run(CONFLICT_S)
    assert {world.shown(n)[number] for n in NAMES} == {HOSTILE}
    assert {world.view(n).identities[0].conflict for n in NAMES} == {False}
    for name in NAMES:
        ((_, decided),) = world.of(name, ConflictResolved)
        assert decided.claim.nation == "borvia"


def test_a_silent_overwrite_would_be_seen(monkeypatch) -> None:
    """The fault that the test above looks for: the newest claim simply wins."""
    from skypact.picture.identity import identities, shown

    def newest(held):
        counting = sorted((h for h in held if h.counts), key=lambda h: h.claim.since_ns)
        return counting[-1].claim.identity if counting else None

    monkeypatch.setattr(shown, "in_force", newest)
    monkeypatch.setattr(identities, "conflicting", lambda held: False)
    world = nations()
    number = flown_over_the_border(world)
    order(SetIdentity, world, "borvia", HOSTILE, number)
    world.run(CONFLICT_S)
    assert {world.shown(n)[number] for n in NAMES} == {HOSTILE}
    assert [world.of(n, IdentityConflict) for n in NAMES] == [[], [], []]


def test_what_was_set_while_parted_is_a_conflict_within_two_seconds_of_healing() -> None:
    world = nations()
    number = flown_over_the_border(world)
    world.part("borvia")
    world.run(5)
    order(SetIdentity, world, "borvia", HOSTILE, number)
    world.run(5)
    assert len(world.of("borvia", IdentityConflict)) == 1
    assert world.of("auria", IdentityConflict) == []
    world.heal()
    healed_ns = world.now_ns
    world.run(CONFLICT_S)
    for name in ("auria", "cestia"):
        (said,) = world.of(name, IdentityConflict)
        assert said[0] - healed_ns <= CONFLICT_S * S
    assert {world.shown(n)[number] for n in NAMES} == {FRIEND}


def test_every_identity_that_reaches_a_partner_was_set_by_an_authority() -> None:
    world = nations()
    number = flown_over_the_border(world)
    for name in ("auria", "cestia"):
        given = {"number": number, "identity": HOSTILE, "person": "Nobody", "reason": "guess"}
        header = Issuer(name, "console", Context.EXERCISE).header(world.now_ns, world.now_ns)
        world.tell(name, SetIdentity(**header, **given))
    world.run(3)
    heard = [m.claim for n in NAMES for _, m in world.of(n, PartnerIdentity)]
    assert {(c.nation, c.identity, c.area) for c in heard} == {("auria", FRIEND, "west")}
