import numpy as np
import pytest

from skypact.tracking.registration.turns import Turns, measured_ns

SECOND_NS = 1_000_000_000
SETTINGS_NS = 5 * SECOND_NS


def turning(
    period_s: float,
    targets: int,
    kind: str = "rotating",
    width_rad: float = 6.28,
    until_s: float = 40,
) -> tuple[np.ndarray, np.ndarray]:
    """Return times and azimuths of plots of targets that hardly move; a tenth is missed."""
    rng = np.random.default_rng(targets)
    azimuth = np.tile(rng.uniform(0, width_rad, targets), (int(until_s / period_s), 1))
    azimuth = (azimuth + rng.normal(0, 0.003, azimuth.shape)) % (2 * np.pi)
    begin = period_s * np.arange(len(azimuth))[:, None]
    if kind == "rotating":
        time_s = begin + period_s * azimuth / (2 * np.pi)
    elif kind == "instant":
        time_s = begin + 0 * azimuth
    else:
        time_s = rng.uniform(0, until_s, azimuth.shape)
    seen = rng.random(azimuth.shape) > 0.1
    order = np.argsort(time_s[seen], kind="stable")[-384:]
    return np.round(time_s[seen][order] * 1e9).astype(np.int64), azimuth[seen][order]


@pytest.mark.parametrize("kind", ["rotating", "instant"])
@pytest.mark.parametrize("width_rad", [6.28, 0.2])
@pytest.mark.parametrize("period_s", [5.0, 2.0, 0.6])
def test_the_period_is_measured(period_s: float, width_rad: float, kind: str) -> None:
    for targets in (6, 30):
        seen = turning(period_s, targets, kind, width_rad)
        assert measured_ns(*seen, SETTINGS_NS) == pytest.approx(period_s * 1e9, rel=0.01)


@pytest.mark.parametrize("width_rad", [6.28, 0.2])
def test_a_radar_without_turns_is_left_alone(width_rad: float) -> None:
    for targets in (3, 30, 200):
        assert measured_ns(*turning(0.6, targets, "random", width_rad), SETTINGS_NS) == 0
    assert measured_ns(*turning(5.0, 1, until_s=60), SETTINGS_NS) == 0


def learn(turns: Turns, period_s: float, until_s: float) -> list[bool]:
    times, azimuth = turning(period_s, 12, until_s=until_s)
    pieces = np.array_split(np.arange(times.size), 20)
    return [turns.learn(1, times[p], azimuth[p]) for p in pieces]


def test_settings_hold_until_plots_say_otherwise_and_a_change_is_told_once() -> None:
    turns = Turns(np.array([4 * SECOND_NS, SETTINGS_NS]))
    assert sum(learn(turns, 5.0, 60)) == 0
    assert turns.period_ns.tolist() == [4 * SECOND_NS, SETTINGS_NS]
    turns = Turns(np.array([4 * SECOND_NS, SETTINGS_NS]))
    assert sum(learn(turns, 0.6, 20)) == 1
    assert turns.period_ns.tolist() == [4 * SECOND_NS, pytest.approx(0.6e9, rel=0.01)]


def test_bytes_bring_all_back_unless_the_settings_have_changed() -> None:
    turns, same = (Turns(np.array([4 * SECOND_NS, SETTINGS_NS])) for _ in range(2))
    learn(turns, 0.6, 20)
    same.from_bytes(turns.to_bytes())
    assert same.to_bytes() == turns.to_bytes()
    assert same.period_ns[1] != SETTINGS_NS
    other = Turns(np.array([4 * SECOND_NS, 6 * SECOND_NS]))
    other.from_bytes(turns.to_bytes())
    assert other.period_ns.tolist() == [4 * SECOND_NS, 6 * SECOND_NS]
    other.from_bytes(b"")
    assert other.period_ns.tolist() == [4 * SECOND_NS, 6 * SECOND_NS]
