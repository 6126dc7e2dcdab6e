"""Settings of the tracker, as written under [tracking]."""

from typing import Annotated

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Probability = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class TrackingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """earth_rotation: the ballistic models feel it; off only for simulations without it.
    tracks_max: when full, plots start no new track (counted). late_s: how far behind a track a plot
    may be. tentative_s, coast_s: how long a track, not yet confirmed or confirmed, lives without
    plots, or 1.2 and 2.6 turns of the slowest radar that has seen it if that is longer; dark_s:
    where no sensor looks, if its place does not become useless first. confirm_probability,
    delete_probability: of existence. new_targets_per_scan: expected, sets what a first plot is
    worth against the false plots of its radar. Noise: m2/s3, of the three flying models (quiet,
    turning, hard) and the two falling ones. registration: learn the sensors' biases from common
    targets and take them off."""

    earth_rotation: bool = True
    tracks_max: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 50_000
    late_s: Positive = 30.0
    future_s: Positive = 5.0
    coast_s: Positive = 30.0
    dark_s: Positive = 120.0
    tentative_s: Positive = 12.0
    confirm_probability: Probability = 0.98
    delete_probability: Probability = 0.002
    new_targets_per_scan: Positive = 1.0
    gate_sd: Positive = 4.5
    flying_noise: tuple[Positive, Positive, Positive] = (1.0, 80.0, 2000.0)
    falling_noise: tuple[Positive, Positive] = (5.0, 3000.0)
    vertical_noise_share: Positive = 0.02
    manoeuvre_s: Positive = 60.0
    speed_sd_mps: Positive = 170.0
    climb_sd_mps: Positive = 20.0
    falling_speed_sd_mps: Positive = 900.0
    falling_share_low: Probability = 0.1
    ceiling_m: Positive = 18_000.0
    pressure_height_sd_m: Positive = 150.0
    coast_sd_m: Positive = 5_000.0
    registration: bool = True
