import msgspec
import pytest

from skypact.core.errors import InvariantError
from skypact.core.messages import ThreatClass, ThreatenedPlace
from skypact.warning.case import Case, in_words, opened, sentence
from skypact.warning.lifecycle import Trigger
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.evaluate import Assessment
from tests.unit.warning.world import SECOND_NS, START_NS

T0 = START_NS
SETTINGS = WarningSettings()


def at(seconds: float) -> int:
    return T0 + round(seconds * SECOND_NS)


def threat(seconds: float = 0.0, **times_s: float) -> Assessment:
    """Return an assessment at a second of the story with times to go by place."""
    return Assessment(
        track=1,
        threat_class=ThreatClass.CRUISE,
        class_probability=0.9,
        assessed_ns=at(seconds),
        places=tuple(
            ThreatenedPlace(name=k, nation="auria", time_to_go_s=float(v), time_spread_s=5.0)
            for k, v in times_s.items()
        ),
        impact=None,
        detected_ns=1,
        tracked_ns=2,
    )


def new(**times_s: float) -> Case:
    return opened(threat(0, **times_s), "auria-w1", ("auria", "auria"), T0, 30.0, 30.0)


def test_a_steady_approach_is_no_news() -> None:
    case = new(Alder=200)
    case.listen(threat(10, Alder=190), at(10), SETTINGS)
    assert case.latest is None
    case.listen(threat(12, Alder=175), at(12), SETTINGS)
    assert case.latest is not None
    assert case.update_due_ns == at(12)


def test_a_shift_must_be_large_for_a_far_threat() -> None:
    case = new(Alder=2000)
    case.listen(threat(10, Alder=1910), at(10), SETTINGS)
    assert case.latest is None


def test_a_new_place_is_news_and_one_that_goes_stays_for_a_while() -> None:
    case = new(Alder=200)
    case.listen(threat(4, Alder=196, Birch=300), at(4), SETTINGS)
    case.apply(Trigger.UPDATE, **case.news())
    assert [p.name for p in case.warning.places] == ["Alder", "Birch"]
    case.listen(threat(9, Alder=191), at(9), SETTINGS)
    assert case.latest is None
    case.listen(threat(35, Alder=165), at(35), SETTINGS)
    case.apply(Trigger.UPDATE, **case.news())
    assert [p.name for p in case.warning.places] == ["Alder"]


def test_quiet_takes_back_news_that_was_not_told() -> None:
    case = new(Alder=200)
    case.listen(threat(1, Alder=100), at(1), SETTINGS)
    case.listen(threat(2), at(2), SETTINGS)
    assert case.latest is None
    assert case.due_ns == at(30)
    assert case.quiet_due_ns == at(32)


def test_doubt_is_no_reason_to_think_it_is_over() -> None:
    case = new(Alder=200)
    due_ns = case.quiet_due_ns
    case.listen(msgspec.structs.replace(threat(10), doubtful=True), at(10), SETTINGS)
    assert not case.quiet
    assert case.quiet_due_ns == due_ns


def test_a_shift_within_the_spread_is_no_news_and_a_narrower_window_is() -> None:
    def wide(seconds: float, to_go_s: float, spread_s: float) -> Assessment:
        found = threat(seconds, Alder=to_go_s)
        place = msgspec.structs.replace(found.places[0], time_spread_s=spread_s)
        return msgspec.structs.replace(found, places=(place,))

    case = opened(wide(0, 400, 150), "auria-w1", ("auria", "auria"), T0, 30.0, 30.0)
    case.listen(wide(4, 340, 140), at(4), SETTINGS)
    assert case.latest is None
    case.listen(wide(8, 380, 60), at(8), SETTINGS)
    assert case.latest is not None


def test_news_that_waits_is_the_newest() -> None:
    case = new(Alder=200)
    case.listen(threat(1, Alder=100), at(1), SETTINGS)
    case.listen(threat(1.5, Alder=190), at(1.5), SETTINGS)
    assert case.news()["places"][0].time_to_go_s == 190


def test_a_new_number_reaches_news_that_waits() -> None:
    case = new(Alder=200)
    case.listen(threat(1, Alder=100), at(1), SETTINGS)
    case.renumber(55)
    assert case.warning.reason.startswith("Cruise track 55")
    assert case.warning.reason.endswith("It was track 1 before.")
    case.apply(Trigger.UPDATE, **case.news())
    assert case.warning.track == 55
    case.apply(Trigger.QUIET, reason="Over.")
    case.renumber(66)
    assert case.warning.reason == "Over. It was track 55 before."


def test_a_case_answers_only_what_the_table_allows() -> None:
    case = new(Alder=200)
    case.acknowledge("Ana", at(1))
    assert case.silence_due_ns == 0
    with pytest.raises(InvariantError):
        case.apply(Trigger.SILENCE)
    case.apply(Trigger.CLEAR)
    assert case.due_ns is None
    assert not case.open


def test_stages_of_the_ledger_are_filled_once() -> None:
    case = new(Alder=200)
    assert case.stamp(shown_ns=5)
    assert not case.stamp(shown_ns=6, acknowledged_ns=0)
    assert case.warning.ledger.shown_ns == 5
    assert case.warning.version == 2


def test_a_lost_track_waits_for_its_arrival_and_a_quiet_one_does_not() -> None:
    lost, turned = new(Alder=200), new(Alder=200)
    lost.end("Lost.", at(190), SETTINGS)
    assert lost.quiet_due_ns == at(235)
    late = new(Alder=200)
    late.end("Lost.", at(300), SETTINGS)
    assert late.quiet_due_ns == at(330)
    turned.listen(threat(10), at(10), SETTINGS)
    turned.end("Lost.", at(12), SETTINGS)
    assert turned.quiet_due_ns == at(40)
    assert "no longer threatens Alder" in turned.why_quiet()
    assert "arrival is over" in lost.why_quiet()


def test_the_reason_is_one_sentence() -> None:
    assert sentence(threat(0, Alder=61.4, Birch=90, Cedar=95)) == (
        "Cruise track 1 (90% sure) is heading for Alder and 2 more places, first in 61 s ± 5 s."
    )
    assert "Alder, first" in sentence(threat(0, Alder=10))


def test_a_case_survives_the_snapshot() -> None:
    case = new(Alder=200)
    case.listen(threat(1, Alder=100), at(1), SETTINGS)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(case), type=Case) == case


@pytest.mark.parametrize(
    ("value_s", "spread_s", "words"),
    [
        (229.4, 4.2, "229 s ± 4 s"),
        (229.4, 18.0, "230 s ± 20 s"),
        (743.0, 61.0, "740 s ± 60 s"),
        (743.0, 130.0, "12 min ± 2 min"),
    ],
)
def test_times_are_told_no_finer_than_they_are_known(
    value_s: float, spread_s: float, words: str
) -> None:
    assert in_words(value_s, spread_s) == words
