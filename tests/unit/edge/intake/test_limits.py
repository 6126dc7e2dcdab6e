"""A bucket each: a burst, then a rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.intake import limits
from skypact.edge.intake.limits import Limit

S = 1_000_000_000


def test_a_burst_and_then_the_rate() -> None:
    limit = Limit(per_s=0.5, burst=3)
    assert [limit.allows("a", 0) for _ in range(5)] == [True, True, True, False, False]
    assert limit.allows("b", 0)
    assert not limit.allows("a", S)
    assert limit.allows("a", 2 * S)
    assert not limit.allows("a", 2 * S)


@given(st.lists(st.integers(0, 5 * S), max_size=60))
def test_never_more_than_burst_and_rate_allow(waits: list[int]) -> None:
    limit, now_ns, allowed = Limit(per_s=2, burst=4), 0, 0
    for wait in waits:
        now_ns += wait
        allowed += limit.allows("a", now_ns)
    assert allowed <= 4 + 2 * now_ns / S + 1e-6


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BUCKETS_MAX", 10)
    limit = Limit(per_s=1, burst=1)
    for i in range(100):
        assert limit.allows(str(i), 0)
    assert len(limit._buckets) == 10
    assert not limit.allows("99", 0)
