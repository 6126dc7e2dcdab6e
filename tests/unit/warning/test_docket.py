import msgspec

from skypact.warning.case import Case, opened
from skypact.warning.docket import Docket, DocketState, Settled
from skypact.warning.lifecycle import Trigger
from tests.unit.warning.test_case import at, threat
from tests.unit.warning.world import SECOND_NS, START_NS


def case(name: str, track: int, seconds: float = 0.0) -> Case:
    found = msgspec.structs.replace(threat(seconds, Alder=200), track=track)
    return opened(found, name, ("auria", "auria"), at(seconds), 30.0, 30.0)


def docket(closed_max: int = 10) -> tuple[Docket, Case, Case]:
    held, a, b = Docket(closed_max), case("a", 1), case("b", 2, 5)
    held.add(a, (1, "auria"))
    held.add(b, (2, "auria"))
    return held, a, b


def test_cases_are_found_by_id_by_track_and_by_key() -> None:
    held, a, b = docket()
    assert held.get("a") is a
    assert held.get("z") is None
    assert held.raised((2, "auria")) is b
    assert held.raised((2, "borvia")) is None
    assert held.of_track(1) == [a]
    assert held.tracks() == [1, 2]
    assert held.next_due_ns() == at(30)


def test_a_closed_case_is_kept_and_the_oldest_goes() -> None:
    held, a, b = docket(closed_max=1)
    for one in (a, b):
        one.apply(Trigger.CLEAR)
        held.close(one)
        held.close(one)
    assert held.get("a") is None
    assert held.get("b") is b
    assert held.open_count == 0
    assert held.next_due_ns() is None


def test_an_all_clear_covers_the_same_places_only() -> None:
    held, a, _ = docket()
    a.apply(Trigger.CLEAR)
    held.close(a)
    key = (1, "auria")
    assert held.settled_nations(1) == ["auria"]
    assert held.bars(key, ("Alder",), at(1), 30.0)
    assert not held.bars(key, ("Alder", "Birch"), at(2), 30.0)
    assert not held.bars(key, ("Alder",), at(3), 30.0)


def test_an_all_clear_ends_with_the_threat() -> None:
    settled = Settled(places=("Alder",))
    assert settled.bars((), at(0), 30.0)
    assert settled.bars(("Alder",), at(20), 30.0)
    assert settled.bars((), at(30), 30.0)
    assert not settled.bars(("Alder",), at(61), 30.0)


def test_a_lost_track_is_forgotten_and_its_cases_stay() -> None:
    held, a, _ = docket()
    held.forget(1)
    assert held.raised((1, "auria")) is None
    assert held.of_track(1) == [a]
    assert held.tracks() == [2]


def test_of_two_warnings_about_one_track_the_older_or_the_answered_goes_on() -> None:
    held, a, b = docket()
    assert held.rename(2, 1) == [b]
    assert held.raised((1, "auria")) is a
    assert held.of_track(1) == [a, b]
    held, a, b = docket()
    b.acknowledge("Ana", START_NS)
    assert held.rename(1, 2) == [a]
    assert held.raised((2, "auria")) is b


def test_what_is_saved_can_be_loaded() -> None:
    held, a, _ = docket()
    a.apply(Trigger.CLEAR)
    held.close(a)
    held.rename(2, 1)
    state = msgspec.msgpack.encode(held.save())
    copy = Docket(10)
    copy.load(msgspec.msgpack.decode(state, type=DocketState))
    assert msgspec.msgpack.encode(copy.save()) == state
    assert copy.of_track(1) == [copy.get("b")]
    assert copy.next_due_ns() == at(5) + 30 * SECOND_NS
