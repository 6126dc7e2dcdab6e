"""A launch warns at once, by itself; the track that comes of it takes its warning over."""

import numpy as np
import pytest

from skypact.core.messages import (
    AllClearProposed,
    ThreatClass,
    WarningAcknowledged,
    WarningEscalated,
    WarningRaised,
    WarningState,
    WarningUpdated,
)
from tests.unit.warning.launched import arc, launches, seconds
from tests.unit.warning.world import (
    SECOND_NS,
    START_NS,
    acknowledge,
    all_clear,
    lost,
    of_kind,
    own,
    partner_warning,
    room,
    told,
    tracks,
    triangle,
)

T0 = START_NS
SHARP = triangle(200.0, 10.0)


def at(after_s: float) -> int:
    return T0 + seconds(after_s)


def warned():
    """Return a room told of a launch 40 s old, and what it said."""
    warnings = room()
    return warnings, list(warnings.handle(launches(at(40), T0), at(40)))


def seen(warnings, after_s: float, number: int = 9, aside_deg: float = 0.0):
    now_ns = at(after_s)
    return list(warnings.handle(tracks(now_ns, [(number, arc(after_s, aside_deg))], SHARP), now_ns))


def test_a_launch_alone_warns_all_it_may_reach_at_once() -> None:
    _, out = warned()
    raised = {e.warning.nation: e.warning for e in of_kind(out, WarningRaised)}
    assert list(raised) == ["auria", "borvia", "cestia"]
    first = raised["auria"]
    assert (first.track, first.threat_class, first.impact) == (0, ThreatClass.BALLISTIC, None)
    assert [p.name for p in first.places] == ["Alder"]
    # 555 km: 343 s by the arc of least energy, and the motor.
    soonest = first.places[0].time_to_go_s - first.places[0].time_spread_s
    latest = first.places[0].time_to_go_s + first.places[0].time_spread_s
    assert soonest < 343 - 40 < latest
    assert soonest > 150
    assert "launch was seen 40 s ago" in first.reason
    assert told(out)[0] == ("duty", "warning_raised", "raised")


def test_a_report_again_changes_it_in_place_and_a_direction_narrows_it() -> None:
    warnings, _ = warned()
    assert of_kind(warnings.handle(launches(at(41), T0), at(41)), WarningRaised) == []
    out = list(warnings.handle(launches(at(42), T0, azimuth_rad=np.radians(90)), at(42)))
    assert of_kind(out, WarningRaised) == []
    wake = warnings.next_wake_ns()
    assert wake is not None
    quiet = [m for s in range(40) for m in warnings.wake(at(42 + s))]
    assert {e.warning.nation for e in of_kind(quiet, AllClearProposed)} == {
        "auria",
        "borvia",
        "cestia",
    }


def test_the_track_takes_the_warning_over_and_raises_no_second() -> None:
    warnings, first = warned()
    name = of_kind(first, WarningRaised)[0].warning.warning_id
    out = seen(warnings, 150)
    assert [e.warning.nation for e in of_kind(out, WarningRaised)] == []
    updated = {e.warning.nation: e.warning for e in of_kind(out, WarningUpdated)}
    assert (updated["auria"].warning_id, updated["auria"].track) == (name, 9)
    out += [m for s in range(5) for m in seen(warnings, 152 + 2 * s)]
    latest = [e.warning for e in of_kind(out, WarningUpdated) if e.warning.nation == "auria"][-1]
    assert latest.impact is not None
    assert [p.name for p in latest.places] == ["Alder"]
    assert latest.places[0].time_spread_s < 20
    assert latest.launch is not None
    assert of_kind(out, WarningRaised) == []


def test_places_the_track_does_not_threaten_become_quiet() -> None:
    warnings, _ = warned()
    out = [m for s in range(20) for m in seen(warnings, 150 + 2 * s)]
    out += [m for s in range(20) for m in warnings.wake(at(190 + s))]
    assert [e.warning.nation for e in of_kind(out, AllClearProposed)] == [
        "borvia",
        "cestia",
    ]


def test_a_track_that_was_warned_of_before_its_launch_was_reported() -> None:
    warnings = room()
    before = of_kind(seen(warnings, 150), WarningRaised)
    assert before
    late = of_kind(list(warnings.handle(launches(at(151), T0), at(151))), WarningRaised)
    assert late
    out = seen(warnings, 152)
    superseded = [
        e.warning
        for e in of_kind(out, WarningUpdated)
        if e.warning.state is WarningState.SUPERSEDED
    ]
    assert {w.warning_id for w in superseded} == {
        e.warning.warning_id for e in late if e.warning.nation == "auria"
    }


def test_silence_escalates_and_a_name_answers() -> None:
    warnings, out = warned()
    name = of_kind(out, WarningRaised)[0].warning.warning_id
    (answered,) = of_kind(warnings.handle(acknowledge(at(45), name), at(45)), WarningAcknowledged)
    assert answered.warning.warning_id == name
    later = list(warnings.wake(at(90)))
    assert {e.warning.nation for e in of_kind(later, WarningEscalated)} == {"borvia", "cestia"}


def test_without_a_track_it_stands_until_the_last_arrival() -> None:
    warnings, out = warned()
    first = of_kind(out, WarningRaised)[0].warning
    last = max(p.time_to_go_s + p.time_spread_s for p in first.places)
    early = [m for s in range(0, round(last) + 25, 5) for m in warnings.wake(at(40 + s))]
    mine = [e for e in of_kind(early, AllClearProposed) if e.warning.nation == "auria"]
    assert mine == []
    late = list(warnings.wake(at(40 + last + 31)))
    assert "auria" in {e.warning.nation for e in of_kind(late, AllClearProposed)}


def test_an_all_clear_for_a_launch_is_final_for_it() -> None:
    warnings, out = warned()
    name = of_kind(out, WarningRaised)[0].warning.warning_id
    warnings.handle(all_clear(at(50), name), at(50))
    again = list(warnings.handle(launches(at(51), T0), at(51)))
    assert of_kind(again, WarningRaised) == []
    # What a radar then sees is news.
    assert of_kind(seen(warnings, 150), WarningRaised)


def test_a_restart_between_launch_and_track_changes_nothing() -> None:
    whole, _ = warned()
    cut, _ = warned()
    fresh = room()
    fresh.restore(cut.snapshot())
    assert seen(fresh, 150) == seen(whole, 150)
    assert fresh.snapshot() == whole.snapshot()


def test_a_track_lost_after_the_hand_over_keeps_the_warning() -> None:
    warnings, _ = warned()
    seen(warnings, 150)
    out = list(warnings.handle(lost(at(160), 9), at(160)))
    assert {e.warning.nation for e in of_kind(out, WarningUpdated)} >= {"auria"}


def test_a_partners_warning_of_a_launch_gets_the_track_when_it_has_one() -> None:
    warnings = room()
    (first,) = of_kind(warnings.handle(partner_warning(T0, track=0), T0), WarningRaised)
    assert "without a track" in first.warning.reason
    later = partner_warning(T0 + SECOND_NS, version=2, track=900)
    (now,) = of_kind(warnings.handle(later, T0 + SECOND_NS), WarningUpdated)
    assert now.warning.track == 900
    # It is a warning of that track now: we raise none of our own.
    mine = tracks(at(150), [(900, arc(150))], SHARP)
    raised = of_kind(list(warnings.handle(mine, at(150))), WarningRaised)
    assert [e.warning.nation for e in raised] == []
    warnings.handle(own(at(151), 900), at(151))


@pytest.mark.parametrize("confidence", [0.0, 0.49])
def test_an_unsure_launch_does_not_warn(confidence: float) -> None:
    assert list(room().handle(launches(T0, T0, confidence=confidence), T0)) == []
