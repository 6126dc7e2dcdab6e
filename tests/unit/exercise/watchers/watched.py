"""The small night with people who listen and a watch in space. Not a test itself."""

from skypact.exercise.scenario import Scenario, read
from tests.unit.exercise.small import SMALL

MORE = """
  [[nation.launch_watch]]
  feed = "auria-space"
  delay_s = 20
  delay_spread = 0.2
  position_sd_m = 4000
  probability = 1.0

  [[nation.observer]]
  feed = "auria-ears"
  kind = "acoustic"
  lat_deg = -31.5
  lon_deg = -18.22
  radius_m = 3000
  count = 20
  range_m = 9000
  period_s = 5
  azimuth_sd_deg = 0.001
  probability = 1.0
  delay_s = 1.5

[[nation]]
name = "borvia"
"""


def watched() -> Scenario:
    """Return the scenario."""
    return read(SMALL.replace('[[nation]]\nname = "borvia"\n', MORE, 1), "watched.toml")
