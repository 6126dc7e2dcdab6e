"""What a source is believed follows from what became of its reports."""

import numpy as np
import pytest

from skypact.tracking.sightings import reliability
from skypact.tracking.sightings.reliability import NEW_OUTCOMES, Reliability, posterior

ONE = np.array([7], np.uint64)


def learnt(ratios: list[float], source: int = 7) -> Reliability:
    made = Reliability()
    for turn, ratio in enumerate(ratios):
        made.learn(np.array([source], np.uint64), np.array([ratio]), turn)
    return made


def test_a_stranger_is_believed_by_half_and_new() -> None:
    believed, new = Reliability().of(ONE)
    assert (believed.tolist(), new.tolist()) == ([0.5], [True])


def test_hits_raise_and_misses_lower_what_is_believed() -> None:
    good, new = learnt([10.0] * 20).of(ONE)
    assert good[0] > 0.85
    assert not new[0]
    assert learnt([0.0] * 20).of(ONE)[0][0] < 0.1
    assert learnt([10.0] * int(NEW_OUTCOMES - 1)).of(ONE)[1][0]


def test_what_any_direction_would_hit_teaches_nothing() -> None:
    assert learnt([1.0] * 50).of(ONE)[0][0] == pytest.approx(0.5, abs=1e-9)


def test_the_learnt_share_is_the_true_one() -> None:
    rng = np.random.default_rng(3)
    for true in (0.2, 0.5, 0.8):
        made = Reliability()
        for turn in range(400):
            # One track takes up 1/20 of all directions; a hit is 20 times likelier if true.
            hit = rng.random() < true or rng.random() < 0.05
            made.learn(ONE, np.array([20.0 if hit else 0.0]), turn)
        assert made.of(ONE)[0][0] == pytest.approx(true, abs=0.12)


def test_a_source_can_change() -> None:
    made = learnt([20.0] * 300 + [0.0] * 300)
    assert made.of(ONE)[0][0] < 0.3


def test_several_reports_of_one_source_in_a_batch_all_count() -> None:
    made = Reliability()
    made.learn(np.array([7, 7, 9], np.uint64), np.array([0.0, 0.0, 20.0]), 1)
    believed, _ = made.of(np.array([7, 9], np.uint64))
    assert believed[0] == pytest.approx(1 / 4)
    assert believed[1] > 0.6


def test_those_not_heard_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reliability, "SOURCES_MAX", 3)
    made = Reliability()
    for turn, source in enumerate([1, 2, 3, 1, 4]):
        made.learn(np.array([source], np.uint64), np.array([0.0]), turn)
    _, new = made.of(np.array([1, 2, 3, 4], np.uint64))
    assert len(made) == 3
    assert made.of(np.array([2], np.uint64))[0][0] == 0.5
    assert new.all()


def test_a_restored_memory_is_the_same() -> None:
    made, other = learnt([20.0, 0.0, 3.0], source=2**63 + 5), Reliability()
    other.restore(made.state())
    asked = np.array([2**63 + 5, 1], np.uint64)
    assert [a.tolist() for a in other.of(asked)] == [a.tolist() for a in made.of(asked)]


def test_bayes() -> None:
    assert posterior(np.array([0.5, 0.9]), np.array([1.0, 0.0])).tolist() == [0.5, 0.0]
