"""The coordinator's part and that of a nation, frame by frame."""

from typing import Any

from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    FrameRefused,
    LinkView,
    NumbersLeased,
    NumbersWanted,
    RoleArea,
    RolesPublished,
    Stream,
)
from skypact.sharing.sharing import Sharing
from skypact.sharing.umbrella.settings import UmbrellaSettings
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.treaty import arrived, everything, of, only, releases, sharing, started

KEYSTONE, AURIA = "borvia", "auria"  # names for which the tests have keys
BOTH = (everything(), everything("borvia", "auria"))
AREAS = (
    RoleArea(name="west", nation="auria", area_deg=(-40.0, -30.0, -40.0, -18.0, -20.0, 0.0)),
    RoleArea(name="hidden", nation="cestia"),
)


def coordinator(**given: Any) -> Sharing:
    said = {"pool": tuple(range(500, 900)), "pairs": (("auria", "borvia"),), "areas": AREAS}
    umbrella = UmbrellaSettings(coordinator=KEYSTONE, **{**said, "hubs": ("h:1",), **given})
    return sharing(*BOTH, nation=KEYSTONE, umbrella=umbrella)


def nation(of_whom: str = KEYSTONE) -> Sharing:
    return sharing(*BOTH, umbrella=UmbrellaSettings(coordinator=of_whom))


def ask(room: Sharing, now_ns: int, wanted: int = 10, held: tuple[int, ...] = (501,)):
    header = Issuer(AURIA, "picture", Context.EXERCISE).header(now_ns, now_ns)
    message = NumbersWanted(**header, wanted=wanted, held=held)
    return releases(room.handle(message, now_ns), Stream.WARNING, KEYSTONE)


def test_numbers_are_leased_once_and_never_those_that_are_held() -> None:
    keystone, auria = coordinator(), nation()
    (question,) = ask(auria, T0)
    answers = releases(keystone.handle(arrived(question, T0), T0), Stream.WARNING, AURIA)
    # The same frame again, as after a lost receipt, is no second question.
    again = keystone.handle(arrived(question, T0 + S), T0 + S)
    assert releases(again, Stream.WARNING, AURIA) == []
    (first,) = of(auria.handle(arrived(answers[0], T0), T0), NumbersLeased)
    (question,) = ask(auria, T0 + 2 * S, held=(501, *first.numbers))
    (answer,) = releases(keystone.handle(arrived(question, T0), T0), Stream.WARNING, AURIA)
    (second,) = of(auria.handle(arrived(answer, T0), T0), NumbersLeased)
    assert first.numbers == (500, *range(502, 511))
    assert second.numbers == tuple(range(511, 521))


def test_what_was_leased_survives_a_restart_of_the_coordinator() -> None:
    keystone, auria = coordinator(), nation()
    (question,) = ask(auria, T0)
    (first,) = releases(keystone.handle(arrived(question, T0), T0), Stream.WARNING, AURIA)
    state, keystone = keystone.snapshot(), coordinator()
    keystone.restore(state)
    keystone.handle(started(T0 + S, 2), T0 + S)
    (question,) = ask(auria, T0 + S)
    (answer,) = releases(keystone.handle(arrived(question, T0 + S), T0 + S), Stream.WARNING, AURIA)
    told = [*auria.handle(arrived(answer, T0), T0), *auria.handle(arrived(first, T0), T0)]
    numbers = [lease.numbers for lease in of(told, NumbersLeased)]
    assert numbers == [(500, *range(502, 511)), tuple(range(511, 521))]


def test_roles_are_published_once_and_name_only_who_may_speak_to_the_receiver() -> None:
    keystone, auria = coordinator(), nation()
    (told,) = releases(keystone.wake(T0 + S), Stream.WARNING, AURIA)
    assert releases(keystone.wake(T0 + 2 * S), Stream.WARNING, AURIA) == []
    roles = only(auria.handle(arrived(told, T0 + S), T0 + S), RolesPublished)
    assert (roles.coordinator, roles.members) == (KEYSTONE, ("auria", "borvia"))
    assert [area.name for area in roles.areas] == ["west"]
    assert roles.hubs == ("h:1",)
    assert b"cestia" not in told.frame
    # After a start people see them again, and another text is published anew.
    again = nation()
    again.restore(auria.snapshot())
    shown = again.handle(started(T0 + 3 * S, 2), T0 + 3 * S)
    assert only(shown, RolesPublished).hubs == ("h:1",)
    changed = coordinator(hubs=("h:1", "i:1"))
    changed.restore(keystone.snapshot())
    assert len(releases(changed.wake(T0 + 4 * S), Stream.WARNING, AURIA)) == 1


def test_only_the_coordinator_leases_and_publishes_and_is_asked() -> None:
    auria, pretender = nation(of_whom="cestia"), coordinator()
    (told,) = releases(pretender.wake(T0 + S), Stream.WARNING, AURIA)
    out = auria.handle(arrived(told, T0 + S), T0 + S)
    assert "not the part of this sender" in only(out, FrameRefused).reason
    assert ask(auria, T0) == []
    asks = ask(nation(), T0)
    out = sharing(*BOTH, nation="borvia").handle(arrived(asks[0], T0), T0)
    assert "not the part of this sender" in only(out, FrameRefused).reason


def test_the_coordinators_absence_is_told_with_its_time_and_ends() -> None:
    keystone, auria = coordinator(), nation()

    def absent_ns(now_ns: int) -> int:
        found = only(auria.wake(now_ns), LinkView).coordinator
        assert found is not None
        assert found.nation == KEYSTONE
        return found.absent_since_ns

    assert absent_ns(T0 + S) == 0
    (beat,) = releases(keystone.wake(T0 + 2 * S), Stream.HEARTBEAT, AURIA)
    auria.handle(arrived(beat, T0 + 2 * S), T0 + 2 * S)
    assert absent_ns(T0 + 5 * S) == 0
    assert absent_ns(T0 + 6 * S) == T0 + 2 * S
    assert absent_ns(T0 + 600 * S) == T0 + 2 * S
    (beat,) = releases(keystone.wake(T0 + 601 * S), Stream.HEARTBEAT, AURIA)
    auria.handle(arrived(beat, T0 + 601 * S), T0 + 601 * S)
    assert absent_ns(T0 + 602 * S) == 0
    assert only(keystone.wake(T0 + 602 * S), LinkView).coordinator is None
