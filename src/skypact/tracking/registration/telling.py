"""What is said of a sensor's registration."""

from skypact.core.ids import Header
from skypact.core.messages import SensorRegistration, Standing
from skypact.tracking.registration.kernels.register import (
    AZIMUTH,
    EAST,
    ELEVATION,
    NORTH,
    RANGE,
    SCALE,
    TIME,
    UP,
)
from skypact.tracking.registration.registration import Registration


def registration_of(
    learnt: Registration, s: int, header: Header, name: str, before: Standing
) -> SensorRegistration:
    """Return the message for sensor s; before: its standing when last told of."""
    value, sd = learnt.biases.value[s].tolist(), learnt.biases.sd[s].tolist()
    ratio = [x**0.5 for x in learnt.health.ratio[s].tolist()]
    return SensorRegistration(
        **header,
        sensor=name,
        standing=learnt.standing[s],
        before=before,
        range_bias_m=value[RANGE],
        range_sd_m=sd[RANGE],
        range_scale=value[SCALE],
        azimuth_bias_rad=value[AZIMUTH],
        azimuth_sd_rad=sd[AZIMUTH],
        elevation_bias_rad=value[ELEVATION],
        elevation_sd_rad=sd[ELEVATION],
        time_bias_s=value[TIME],
        time_sd_s=sd[TIME],
        place_enu_m=(value[EAST], value[NORTH], value[UP]),
        noise_ratio=(ratio[0], ratio[1], ratio[2]),
    )
