"""An agreement with a bloc is one with each member, while it is a member."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.messages import PartnerTracks, Release, Stream
from skypact.sharing.treaty.agreements import Agreement, Bloc
from skypact.sharing.treaty.blocs import faults, pairs, signers
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import (
    END,
    START,
    X,
    agreement,
    arrived,
    clause,
    everything,
    of,
    own,
    raised,
    releases,
    sharing,
    shown,
)

LEFT = datetime.fromtimestamp(T0 // S, UTC) + timedelta(seconds=10)


def bloc(*members: str, **given: object) -> Bloc:
    base = {"bloc": "coast", "valid_from": START, "valid_until": END}
    return Bloc(**{**base, "members": members, **given})


def text(**given: object) -> Agreement:
    """What auria releases to the bloc."""
    return msgspec.structs.replace(everything(), partner="", bloc="coast", **given)


def test_each_member_has_an_agreement_of_its_own():
    found = list(pairs(text(), [bloc("auria", "borvia", "cestia"), bloc("delia", bloc="hills")]))
    assert [a.partner for a in found] == ["borvia", "cestia"]
    assert [a.name for a in found] == ["auria-borvia", "auria-cestia"]
    assert {a.bloc for a in found} == {"coast"}
    assert text().name == "auria-coast"
    assert text().receiver == "the bloc coast"


def test_an_agreement_with_a_nation_is_itself():
    assert list(pairs(everything(), [bloc("cestia")])) == [everything()]


def test_membership_and_agreement_must_both_hold():
    before = bloc("borvia", "cestia", valid_until=LEFT)
    after = bloc("borvia", valid_from=LEFT)
    found = [(a.partner, a.valid_from, a.valid_until) for a in pairs(text(), [before, after])]
    assert found == [("borvia", START, LEFT), ("cestia", START, LEFT), ("borvia", LEFT, END)]
    assert list(pairs(text(valid_from=LEFT), [before])) == []


def test_a_member_that_leaves_gets_nothing_a_second_later():
    before = bloc("borvia", "cestia", valid_until=LEFT)
    room = sharing(*pairs(text(), [before, bloc("borvia", valid_from=LEFT)]))
    seen = {"borvia": list[int](), "cestia": list[int]()}
    for second in range(1, 15):
        now_ns = T0 + second * S
        room.handle(own([105], X, now_ns - 1), now_ns - 1)
        out = room.wake(now_ns)
        for name, seconds in seen.items():
            seconds += [second] * len(shown(out, name))
    assert max(seen["cestia"]) == 9
    assert max(seen["borvia"]) == 14


def test_the_owner_looks_for_every_member_and_a_member_for_the_owner():
    blocs = [bloc("borvia", "cestia")]
    assert signers(text(), blocs, "auria") == ["auria", "borvia", "cestia"]
    assert signers(text(), blocs, "cestia") == ["cestia", "auria"]
    assert signers(everything(), blocs, "borvia") == ["borvia", "auria"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"members": ()}, "members: a bloc has members"),
        ({"members": ("borvia", "borvia")}, "members: a member is there twice"),
        ({"bloc": "auria"}, "bloc: has the name of a nation"),
        ({"valid_until": START}, "valid_until: the bloc ends before it begins"),
        (
            {"valid_from": LEFT},
            "valid_from: a.toml names the members of this bloc for that time",
        ),
    ],
)
def test_faults_of_a_bloc(wrong: dict, told: str):
    good = bloc("borvia", "cestia")
    named = {"a.toml": good, "b.toml": msgspec.structs.replace(good, **wrong)}
    if "valid_from" not in wrong:
        named.pop("a.toml")
    (fault,) = faults(named, {"auria", "borvia"})
    assert f"{fault.key}: {fault.message}" == told


def test_a_good_bloc_has_no_fault():
    named = {"a.toml": bloc("borvia", valid_until=LEFT), "b.toml": bloc("borvia", valid_from=LEFT)}
    assert faults(named, {"auria", "borvia"}) == []


def test_an_observer_gets_and_gives_nothing_but_signs_of_life():
    one_way = everything()
    auria, borvia = sharing(one_way), sharing(one_way, nation="borvia")
    for room in (auria, borvia):
        room.handle(own([105], X, T0), T0)
    left = borvia.handle(raised(T0, nation="auria"), T0)
    out = [m for m in (*left, *borvia.wake(T0 + S)) if isinstance(m, Release)]
    assert {m.stream for m in out} == {Stream.HEARTBEAT}
    auria.handle(arrived(out[0], T0 + S), T0 + S)
    frames = releases(auria.wake(T0 + S), Stream.TRACK)
    got = [m for f in frames for m in of(borvia.handle(arrived(f, T0 + S), T0 + S), PartnerTracks)]
    assert [array(m, "number").tolist() for m in got] == [[105]]


def test_a_tie_that_cools_shows_less_from_the_second_it_says():
    fine = agreement(clause(), valid_until=LEFT)
    coarse = agreement(
        clause(position_grid_m=5_000.0, velocity_grid_mps=50.0), valid_from=LEFT, lease_s=3600.0
    )
    room = sharing(fine, coarse)
    exact: dict[float, bool] = {}
    for tenth in range(80, 121):
        now_ns = T0 + tenth * S // 10
        x = moved(X, tenth / 10)
        room.handle(own([105], x, now_ns - 1), now_ns - 1)
        for position in shown(room.wake(now_ns)).values():
            exact[tenth / 10] = bool(np.array_equal(position, x[:3]))
    assert min(at for at, is_exact in exact.items() if not is_exact) == 10.0
    assert max(at for at, is_exact in exact.items() if is_exact) < 10.0
    assert set(exact) >= {10.0, 11.0, 12.0}
