import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.messages import ThreatClass
from skypact.warning.threat import kernels_class
from skypact.warning.threat.classify import _BOXES, _KIND
from skypact.warning.threat.kernels_class import class_masses


def _cdf(x):
    return 1 / (1 + np.exp(-np.clip(0.07056 * x**3 + 1.5976 * x, -600, 600)))


def _expected(seen, spread, along, cooperative):
    """The same in whole arrays."""
    value = np.stack([seen[:, 0], seen[:, 1], np.abs(seen[:, 2])], -1)
    soft = np.hypot(spread, [3, 50, 3] + np.abs(value) * [0.03, 0.02, 0.02])
    low, high = _BOXES[:, 2::2], _BOXES[:, 3::2]
    above = _cdf((value[:, None] - low) / soft[:, None])
    below = _cdf((high - value[:, None]) / soft[:, None])
    mass = (np.maximum(above + below - 1, 0.0) / (high - low)).prod(-1)
    mass *= np.where(cooperative[:, None], _BOXES[:, 1], _BOXES[:, 0])
    found = np.zeros((len(seen), len(ThreatClass)))
    for box, kind in enumerate(_KIND):
        found[:, kind] += mass[:, box]
    found[:, ThreatClass.UNKNOWN] += 1e-300
    found /= found.sum(-1, keepdims=True)
    rise2 = seen[:, 2] ** 2 + 2 * 9.80665 * np.maximum(seen[:, 1], 0)
    far = _cdf(np.log(np.maximum(2 * along * np.sqrt(rise2) / 9.80665, 1) / 1e5) / 0.15)
    falling = found[:, ThreatClass.BALLISTIC].copy()
    found[:, ThreatClass.ROCKET], found[:, ThreatClass.BALLISTIC] = (
        falling * (1 - far),
        falling * far,
    )
    return found


@given(st.integers(0, 2**32 - 1))
def test_probabilities_are_those_of_the_formula(seed: int) -> None:
    dice = np.random.default_rng(seed)
    seen = dice.uniform([0, -500, -3_000], [8_000, 2e5, 3_000], (40, 3))
    spread = dice.uniform([1, 10, 1], [500, 5_000, 500], (40, 3))
    along, cooperative = dice.uniform(0, 7_000, 40), dice.integers(0, 2, 40).astype(np.uint8)
    found = class_masses(seen, spread, along, cooperative, _BOXES, _KIND)
    expected = _expected(seen, spread, along, cooperative.astype(bool))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def test_the_numbers_of_the_classes_are_those_of_the_messages() -> None:
    assert len(ThreatClass) == kernels_class.CLASSES
    for name in ("UNKNOWN", "BALLISTIC", "ROCKET"):
        assert getattr(kernels_class, name) == ThreatClass[name]
