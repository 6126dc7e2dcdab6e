"""Registration: how well a sensor agrees with the others."""

from enum import StrEnum
from typing import Annotated

import msgspec

from skypact.core.messages.header import Message

Metres = Annotated[float, msgspec.Meta(ge=-1e7, le=1e7)]
Radians = Annotated[float, msgspec.Meta(ge=-3.2, le=3.2)]
Seconds = Annotated[float, msgspec.Meta(ge=-1e4, le=1e4)]
Share = Annotated[float, msgspec.Meta(ge=-1, le=1)]
Ratio = Annotated[float, msgspec.Meta(ge=0, le=1e3)]


class Standing(StrEnum):
    """What the other sensors say of one."""

    ALONE = "alone"  # too few common targets to say
    GOOD = "good"
    CORRECTED = "corrected"  # biased; the bias is known and taken off
    DOUBTFUL = "doubtful"  # biased; by how much is not known yet: weighted down
    NOISY = "noisy"  # more scattered than its settings say: weighted down
    STUCK = "stuck"  # repeats itself: left out


class TurnMeasured(Message, frozen=True, kw_only=True, tag="turn_measured"):
    """A radar looks at one place more often than its settings say, or no longer does: period_s is
    what the tracker now goes by."""

    sensor: str
    period_s: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    settings_s: Annotated[float, msgspec.Meta(gt=0, le=1e9)]

    @property
    def text(self) -> str:
        """Return one sentence a duty officer understands."""
        if self.period_s == self.settings_s:
            return f"turns in {self.settings_s:g} s, as its settings say"
        return (
            f"turns in {self.period_s:.2f} s, its settings say {self.settings_s:g} s; "
            "the tracker goes by what it measures"
        )


class SensorRegistration(Message, frozen=True, kw_only=True, tag="sensor_registration"):
    """The standing of a sensor changed. Biases: what it says less what is true (its clock: late is
    positive), sd: of the estimate; place_enu_m: where it stands less where the settings put it;
    noise_ratio: scatter in range, azimuth and elevation over what the settings say."""

    sensor: str
    standing: Standing
    before: Standing
    range_bias_m: Metres
    range_sd_m: Metres
    range_scale: Share
    azimuth_bias_rad: Radians
    azimuth_sd_rad: Radians
    elevation_bias_rad: Radians
    elevation_sd_rad: Radians
    time_bias_s: Seconds
    time_sd_s: Seconds
    place_enu_m: tuple[Metres, Metres, Metres]
    noise_ratio: tuple[Ratio, Ratio, Ratio]

    @property
    def text(self) -> str:
        """Return one sentence a duty officer understands."""
        match self.standing:
            case Standing.ALONE:
                return "no longer compared with other sensors: too few common targets"
            case Standing.GOOD:
                return "agrees with the other sensors"
            case Standing.CORRECTED:
                return "biased; the bias is known and taken off its plots"
            case Standing.DOUBTFUL:
                return "disagrees with the other sensors; weighted down until its bias is known"
            case Standing.NOISY:
                worst = max(self.noise_ratio)
                return f"scatters {worst:.1f} times as much as its settings say; weighted down"
            case Standing.STUCK:
                return "repeats the same plots over and over; left out"
