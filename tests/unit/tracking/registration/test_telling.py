import math

import pytest

from skypact.core.ids import Issuer
from skypact.core.messages import Context, Standing
from skypact.tracking.registration.telling import registration_of
from tests.unit.tracking.registration.world import World, biased


def test_the_message_says_what_was_learnt() -> None:
    learnt = World(seed=2).run(0, 120, biased(1, 400.0, 0.004, 1.0))
    header = Issuer("auria", "tracking", Context.TEST).header(1, 2)
    said = registration_of(learnt, 1, header, "south", Standing.ALONE)
    assert (said.sensor, said.standing, said.before) == ("south", "corrected", "alone")
    assert said.range_bias_m == pytest.approx(400, rel=0.2)
    assert said.azimuth_bias_rad == pytest.approx(0.004, rel=0.2)
    assert said.time_bias_s == pytest.approx(1, rel=0.2)
    assert 0 < said.range_sd_m < 100
    assert all(0.4 < ratio < math.sqrt(3) for ratio in said.noise_ratio)
    assert "taken off" in said.text
