import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.warning.threat.classify import _HIGH, _LOW, _normal_cdf
from skypact.warning.threat.kernels_class import box_densities


@given(st.integers(0, 2**32 - 1))
def test_densities_are_those_of_the_formula(seed: int) -> None:
    dice = np.random.default_rng(seed)
    seen = dice.uniform([0, -500, 0], [8_000, 2e5, 3_000], (40, 3))
    spread = dice.uniform([1, 10, 1], [500, 5_000, 500], (40, 3))
    above = _normal_cdf((seen[:, None] - _LOW) / spread[:, None])
    below = _normal_cdf((_HIGH - seen[:, None]) / spread[:, None])
    expected = (np.maximum(above + below - 1, 0.0) / (_HIGH - _LOW)).prod(-1)
    found = box_densities(seen, spread, _LOW, _HIGH)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-20)
    plain = box_densities.py_func(seen, spread, _LOW, _HIGH)
    np.testing.assert_allclose(found, plain, rtol=1e-12, atol=1e-30)
