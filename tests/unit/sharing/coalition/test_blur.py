"""How coarse the coalition is."""

import numpy as np
import pytest

from skypact.sharing.coalition.blur import COAST_MAX_S, blurred, coast_s, fits, noise, told_sds
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.treaty import X

KEY = b"k" * 32


def test_noise_differs_by_key_and_object_and_changes_slowly():
    now = noise(KEY, [1, 2], T0)
    assert now.shape == (2, 6)
    assert not np.allclose(now[0], now[1])
    assert not np.allclose(noise(b"l" * 32, [1], T0), now[:1])
    later = noise(KEY, [1, 2], T0 + S)
    assert 0 < np.abs(later - now).max() <= 1 / 120
    assert noise(KEY, [], T0).shape == (0, 6)


def test_it_cannot_be_averaged_away_within_minutes():
    means = [noise(KEY, [n], T0)[0] for n in range(2_000)]
    assert np.std(means, axis=0) == pytest.approx(np.full(6, np.sqrt(1 / 12)), rel=0.3)


@pytest.mark.parametrize("grid_m", [2_000.0, 5_000.0, 50_000.0])
def test_a_track_goes_on_without_news_as_long_as_what_is_told_bounds_it(grid_m: float):
    wait_s = coast_s(grid_m)
    assert wait_s <= COAST_MAX_S
    drift = 20.0 * wait_s**3 / 3
    assert drift <= 0.4 * grid_m**2 * 1.001
    position, velocity = told_sds(grid_m, 50.0)
    assert position == grid_m
    assert velocity >= 100.0


def test_a_poor_track_does_not_fit():
    good, poor = [200.0**2, 10.0**2], [4_000.0**2, 10.0**2]
    fast = [200.0**2, 200.0**2]
    assert fits(np.array([good, poor, fast]), 5_000.0, 50.0).tolist() == [True, False, False]


def test_without_noise_it_is_rounding():
    once = blurred(X[None], np.zeros((1, 6)), 5_000.0, 50.0)
    assert np.allclose(blurred(once, np.zeros((1, 6)), 5_000.0, 50.0), once, atol=1.0)
