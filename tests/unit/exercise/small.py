"""A night of two minutes: three nations, one link that matters. Not a test itself."""

from skypact.exercise.scenario import Scenario, read

SMALL = """
name = "small"
title = "EXERCISE: a small night & a <test>"
context = "exercise"
start = 2030-06-01T01:00:00Z
duration_s = 120
seed = 3
sectors = 4
about = "One nation looks, its neighbour is aimed at."

[[nation]]
name = "auria"

  [[nation.sensor]]
  name = "auria-west"
  sac = 1
  sic = 1
  lat_deg = -32.3
  lon_deg = -22.0
  height_m = 200
  period_s = 4
  range_max_m = 60_000
  elevation_sd_deg = 0.2
  clutter_per_scan = 0

  [[nation.person]]
  name = "Ilse Maren"
  post = "duty"
  reaction_s = 5

[[nation]]
name = "borvia"

  [[nation.sensor]]
  name = "borvia-east"
  sac = 2
  sic = 1
  lat_deg = -31.9
  lon_deg = -18.0
  height_m = 200
  period_s = 4
  elevation_sd_deg = 0.2
  clutter_per_scan = 0

[[nation]]
name = "keystone"

[[agreement]]
[[agreement.clause]]
id = "1"
what = "track"
classes = ["ballistic", "cruise", "drone", "unknown"]
[[agreement.clause]]
id = "2"
what = "warning"
classes = ["ballistic", "cruise", "drone"]
show_impact = true
[[agreement.clause]]
id = "3"
what = "acknowledgement"
classes = ["ballistic", "cruise", "drone"]
show_person = true

[[threat]]
name = "missile"
class = "ballistic"
start_s = 5
launch = { lat_deg = -31.8, lon_deg = -16.5 }
aim = { lat_deg = -32.05, lon_deg = -20.4 }

[[threat]]
name = "drone"
class = "drone"
count = 2
spacing_m = 4000
speed_mps = 50
height_m = 1500
waypoints = [{ lat_deg = -31.5, lon_deg = -18.2 }, { lat_deg = -31.5, lon_deg = -19.5 }]

[[place]]
name = "Aurensis"
nation = "auria"
kind = "site"
lat_deg = -32.05
lon_deg = -20.4
radius_m = 20_000

[[place]]
name = "Cove"
nation = "borvia"
kind = "zone"
polygon = [[-31.3, -19.7], [-31.3, -19.3], [-31.7, -19.3], [-31.7, -19.7]]

[[link]]
between = ["auria", "borvia"]

[[link]]
between = ["auria", "keystone"]

[[link]]
between = ["borvia", "keystone"]
"""


def small() -> Scenario:
    """Return the scenario."""
    return read(SMALL, "small.toml")
