"""The node's clock never goes back and follows UTC slowly."""

import pytest

from skypact.edge import clock as clock_module
from skypact.edge.clock import SLEW_PPM_MAX, STEP_NS, Clock


class Times:
    """Stands for the operating system's two clocks."""

    def __init__(self) -> None:
        self.utc, self.monotonic = 1_000_000_000_000, 5_000_000_000

    def time_ns(self) -> int:
        return self.utc

    def monotonic_ns(self) -> int:
        return self.monotonic

    def pass_ns(self, ns: int) -> None:
        self.utc += ns
        self.monotonic += ns


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    fake = Times()
    monkeypatch.setattr(clock_module, "time", fake)
    return fake


def test_it_starts_at_utc_and_runs_with_it(times: Times) -> None:
    clock = Clock()
    times.pass_ns(10**9)
    assert clock.now_ns() == times.utc
    assert clock.discipline() == 0


def test_a_step_of_utc_is_told_once_and_slewed(times: Times) -> None:
    clock = Clock()
    times.utc += 3 * STEP_NS
    times.pass_ns(10**9)
    before = clock.now_ns()
    assert clock.discipline() == 3 * STEP_NS
    assert 0 < clock.now_ns() - before <= 10**9 * SLEW_PPM_MAX // 10**6
    times.pass_ns(10**9)
    assert clock.discipline() == 0


def test_it_never_goes_back(times: Times) -> None:
    clock = Clock()
    last = clock.now_ns()
    for _ in range(100):
        times.utc -= 50_000_000
        times.pass_ns(10**8)
        clock.discipline()
        assert clock.now_ns() >= last
        last = clock.now_ns()
