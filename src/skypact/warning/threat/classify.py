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
from skypact.warning.threat.kernels_class import box_densities
from skypact.warning.threat.kinematics import GRAVITY_MPS2, Kinematics

CLASSES = len(ThreatClass)
MEMORY_S = 8.0
ROCKET_RANGE_M = 100_000.0
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
_LOW = np.array([(b.speed_mps[0], b.height_m[0], b.climb_mps[0]) for b in BOXES])
_HIGH = np.array([(b.speed_mps[1], b.height_m[1], b.climb_mps[1]) for b in BOXES])
_SILENT = np.array([b.weight_silent for b in BOXES])
_COOPERATIVE = np.array([b.weight_cooperative for b in BOXES])
_KIND = np.array([int(b.kind) for b in BOXES])


def class_probabilities(track: Kinematics, cooperative: NDArray[np.bool_]) -> F64:
    """Return probabilities (N, CLASSES) by ThreatClass; cooperative (N,): answers or reports."""
    seen = np.stack([track.speed_mps, track.height_wgs84_m, np.abs(track.climb_mps)], -1)
    # Edges of the boxes are soft: nobody knows them better than this.
    spread = np.stack(
        [
            np.hypot(track.speed_sd_mps, 3 + 0.03 * track.speed_mps),
            np.hypot(track.height_sd_m, 50 + 0.02 * np.abs(track.height_wgs84_m)),
            np.hypot(track.climb_sd_mps, 3 + 0.02 * np.abs(track.climb_mps)),
        ],
        -1,
    )
    density = box_densities(seen, spread, _LOW, _HIGH)
    mass = density * np.where(cooperative[:, None], _COOPERATIVE, _SILENT)
    found = np.zeros((len(seen), CLASSES))
    for box, kind in enumerate(_KIND):
        found[:, kind] += mass[:, box]
    found[:, ThreatClass.UNKNOWN] += 1e-300
    found /= found.sum(-1, keepdims=True)
    falling = found[:, ThreatClass.BALLISTIC]
    far = _normal_cdf(np.log(fall_range_m(track) / ROCKET_RANGE_M) / 0.15)
    found[:, ThreatClass.ROCKET] = falling * (1 - far)
    found[:, ThreatClass.BALLISTIC] = falling * far
    return found


def fall_range_m(track: Kinematics) -> F64:
    """Return the ground range of the whole free fall the track is part of, flat Earth, (N,)."""
    rise2 = track.climb_mps**2 + 2 * GRAVITY_MPS2 * np.maximum(track.height_wgs84_m, 0.0)
    return np.maximum(2 * track.along_mps * np.sqrt(rise2) / GRAVITY_MPS2, 1.0)


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


def _normal_cdf(x: F64) -> F64:
    """Logistic approximation (Bowling et al. 2009), within 0.0002."""
    return 1 / (1 + np.exp(-np.clip(0.07056 * x**3 + 1.5976 * x, -600, 600)))
