"""Threat class with its probability from how a track moves. A class is not an identity.

Each kind of object is a few boxes in (speed, height, climb). How well a track fits a box is the
average over its own uncertainty of a density that is even inside the box, so a sharp track inside
a narrow box is decided and an uncertain one is not. Looks at the same track are not independent
evidence: they are averaged over MEMORY_S, never multiplied. Sources of the boxes: generic public
orders of magnitude (docs/concepts/warning.md).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.core.messages import ThreatClass
from skypact.warning.threat.kernels_class import class_masses
from skypact.warning.threat.kinematics import Kinematics

MEMORY_S = 8.0
KEEP_PROBABILITY = 0.25
"""A class once held is given up below this, or for another that is probable enough."""


class Box(NamedTuple):
    """weight_silent, weight_cooperative: prior without and with a transponder or ADS-B; then
    bounds of speed in m/s, height in m and rate of climb or descent in m/s."""

    kind: ThreatClass
    weight_silent: float
    weight_cooperative: float
    speed_mps: tuple[float, float]
    height_m: tuple[float, float]
    climb_mps: tuple[float, float]


# Free fall is one kind here; its range tells ballistic from rocket. Its weights are the same with
# a transponder: no message can talk a track out of ballistic motion.
BOXES = (
    Box(ThreatClass.BALLISTIC, 0.2, 0.2, (200, 7800), (25e3, 1.5e6), (0, 7800)),
    Box(ThreatClass.BALLISTIC, 0.2, 0.2, (700, 7800), (-300, 80e3), (200, 7800)),
    Box(ThreatClass.BALLISTIC, 0.15, 0.15, (200, 1500), (-300, 30e3), (100, 1200)),
    Box(ThreatClass.CRUISE, 0.2, 0.02, (150, 350), (-300, 1500), (0, 40)),
    Box(ThreatClass.CRUISE, 0.05, 0.005, (350, 1100), (-300, 3000), (0, 80)),
    Box(ThreatClass.DRONE, 0.2, 0.02, (25, 75), (-300, 5000), (0, 15)),
    Box(ThreatClass.DRONE, 0.05, 0.005, (75, 170), (-300, 5000), (0, 20)),
    Box(ThreatClass.AIRCRAFT, 0.06, 0.5, (25, 140), (-300, 4500), (0, 20)),
    Box(ThreatClass.AIRCRAFT, 0.02, 0.4, (90, 230), (-300, 4500), (0, 30)),
    Box(ThreatClass.AIRCRAFT, 0.01, 0.1, (40, 150), (4000, 9500), (0, 20)),
    Box(ThreatClass.AIRCRAFT, 0.2, 0.6, (130, 330), (2500, 15e3), (0, 30)),
    Box(ThreatClass.AIRCRAFT, 0.04, 0.2, (150, 650), (-300, 18e3), (0, 60)),
    Box(ThreatClass.AIRCRAFT, 0.003, 0.02, (150, 650), (-300, 18e3), (60, 250)),
    Box(ThreatClass.UNKNOWN, 0.2, 0.1, (0, 25), (-300, 5000), (0, 15)),
    Box(ThreatClass.UNKNOWN, 0.02, 0.02, (0, 8000), (-1000, 1.5e6), (0, 8000)),
)
_BOXES = np.array(
    [
        (b.weight_silent, b.weight_cooperative, *b.speed_mps, *b.height_m, *b.climb_mps)
        for b in BOXES
    ],
    np.float64,
)
_KIND = np.array([int(b.kind) for b in BOXES])


def class_probabilities(track: Kinematics, cooperative: NDArray[np.bool_]) -> F64:
    """Return probabilities (N, CLASSES) by ThreatClass; cooperative (N,): answers or reports."""
    return class_masses(
        np.stack([track.speed_mps, track.height_wgs84_m, track.climb_mps], -1),
        np.stack([track.speed_sd_mps, track.height_sd_m, track.climb_sd_mps], -1),
        track.along_mps,
        cooperative.view(np.uint8),
        _BOXES,
        _KIND,
    )


def held_class(
    probability: F64, held: NDArray[np.uint8], probability_min: float
) -> NDArray[np.uint8]:
    """Return the class (N,) to hold, given the one held until now: changes need a clear case."""
    best = probability[:, 1:].argmax(-1).astype(np.uint8) + np.uint8(1)
    row = np.arange(len(held))
    sure = probability[row, best] >= probability_min
    lost = probability[row, held] < KEEP_PROBABILITY
    kept = np.where(lost, np.uint8(ThreatClass.UNKNOWN), held)
    return np.where(sure, best, kept).astype(np.uint8)
