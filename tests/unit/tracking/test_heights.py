import numpy as np
import pytest

from skypact.tracking.heights import Heights

SECOND_NS = 1_000_000_000


def learnt(heights: Heights, turns: int, seed: int = 1, spoilt: int = 0) -> None:
    rng = np.random.default_rng(seed)
    for k in range(turns):
        pressure = rng.uniform(2e3, 11e3, 8)
        geometric = 1.02 * pressure + 180 + rng.normal(size=8) * 40
        geometric[:spoilt] += 5e3
        heights.learn(pressure, geometric, np.full(8, 20.0**2), (1000 + 10 * k) * SECOND_NS)


def test_nothing_learnt_nothing_changed() -> None:
    heights = Heights(150.0)
    levels = np.array([3000.0, np.nan])
    np.testing.assert_array_equal(heights.geometric_m(levels), levels)
    assert heights.variance_m2 == 150.0**2


def test_the_regions_offset_is_learnt_and_surer_than_before() -> None:
    heights = Heights(150.0)
    learnt(heights, 40)
    levels = np.array([2000.0, 10_000.0])
    np.testing.assert_allclose(heights.geometric_m(levels), 1.02 * levels + 180, atol=25)
    assert 40 < heights.variance_m2**0.5 < 80


def test_a_few_false_heights_move_little() -> None:
    honest, fooled = Heights(150.0), Heights(150.0)
    learnt(honest, 40)
    learnt(fooled, 40, spoilt=2)
    level = np.array([8000.0])
    assert fooled.geometric_m(level) == pytest.approx(honest.geometric_m(level), abs=20)


def test_many_samples_in_a_second_make_no_certainty() -> None:
    heights = Heights(150.0)
    for k in range(200):
        heights.learn(
            np.array([5e3]), np.array([5.3e3]), np.array([1.0]), 1000 * SECOND_NS + k * 10**6
        )
    assert heights.variance_m2**0.5 > 50


def test_bytes_bring_all_back() -> None:
    heights, other = Heights(150.0), Heights(150.0)
    learnt(heights, 3)
    other.from_bytes(heights.to_bytes())
    assert other.to_bytes() == heights.to_bytes()
    assert other.variance_m2 == heights.variance_m2


def test_pressure_counts_from_the_geoid_until_more_is_known() -> None:
    heights = Heights(150.0, geoid_m=45.0)
    np.testing.assert_allclose(heights.geometric_m(np.array([0.0, 9e3])), [45.0, 9045.0])
    pressure = np.linspace(2e3, 11e3, 30)
    for second in range(0, 3000, 10):
        heights.learn(pressure, pressure + 300.0, np.full(30, 100.0**2), second * 10**9)
    np.testing.assert_allclose(heights.geometric_m(pressure), pressure + 300.0, atol=40)
    again = Heights(150.0, geoid_m=45.0)
    again.from_bytes(heights.to_bytes())
    np.testing.assert_array_equal(again.told, heights.told)
