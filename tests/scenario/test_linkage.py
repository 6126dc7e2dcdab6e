"""A few minutes of the attack that `bench/linkage.py` makes on hours: who is the coalition?"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from bench import linkage

SECONDS, SEEDS = 180, (1, 2)


def attack(leak: str) -> float:
    """Return how often the attacker ranks the owner first."""
    work = [(seed, owner, SECONDS, leak, "") for seed in SEEDS for owner in linkage.NATIONS]
    found = [linkage.one(w) for w in work]
    return linkage.judged(found, [w[0] for w in work], [w[1] for w in work])["top1"]


def test_the_owner_is_not_found() -> None:
    assert attack("") <= 0.5


def test_a_planted_leak_is_found() -> None:
    """Else the test above would say nothing."""
    assert attack("numbers") == pytest.approx(1.0)
