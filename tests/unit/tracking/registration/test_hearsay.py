import numpy as np

from skypact.tracking.registration.hearsay import Hearsay
from skypact.tracking.registration.kernels.register import BIASES, CONTRADICTED, TALLY, TRUSTED

SECOND_NS = 1_000_000_000


def tally(good: int, bad: int) -> np.ndarray:
    made = np.zeros((2, TALLY))
    made[0, TRUSTED], made[0, CONTRADICTED] = good, bad
    return made


def taken(hearsay: Hearsay, good: int, bad: int, at_s: int) -> float:
    size = 2 * BIASES
    hearsay.take(np.eye(size), np.ones(size), tally(good, bad), at_s * SECOND_NS)
    return float(hearsay.vector.sum())


def test_what_was_believed_is_taken_back_when_reports_turn_out_false() -> None:
    hearsay = Hearsay(2)
    assert taken(hearsay, 9, 1, 10) == 2 * BIASES
    assert taken(hearsay, 2, 1, 20) == 0
    assert not hearsay.information.any()
    assert taken(hearsay, 9, 0, 30) == 0  # and nothing is believed for a while
    assert taken(hearsay, 9, 0, 200) == 2 * BIASES


def test_reset_forgets_one_sensor_and_bytes_bring_all_back() -> None:
    hearsay, other = Hearsay(2), Hearsay(2)
    taken(hearsay, 1, 0, 1)
    hearsay.reset(0)
    hearsay.forget(0.5)
    assert hearsay.vector.sum() == BIASES / 2
    other.from_bytes(*hearsay.to_bytes())
    assert other.to_bytes() == hearsay.to_bytes()
