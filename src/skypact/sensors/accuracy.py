"""Position accuracy categories of ADS-B to standard deviations and back.

A category bounds the 95 % horizontal error (EPU); for a circular normal error that is 2.448
standard deviations an axis. Source: RTCA DO-260B tables 2-14 (NUCp) and 2-71 (NACp).
"""

import numpy as np
from numpy.typing import NDArray

EPU_PER_SD = 2.4477
UNKNOWN_SD_M = 37_040.0 / EPU_PER_SD

# Index is the category; 0 says nothing, 12 to 15 are not defined.
_NACP_EPU_M = [37_040, 18_520, 7_408, 3_704, 1_852, 926, 555.6, 185.2, 92.6, 30, 10, 3]
_NUCP_EPU_M = [37_040, 18_520, 9_260, 1_852, 926, 463, 185.2, 92.6, 10, 3]

NACP_SD_M = np.array([*_NACP_EPU_M, *[37_040] * 4], np.float64) / EPU_PER_SD
NUCP_SD_M = np.array([*_NUCP_EPU_M, *[37_040] * 6], np.float64) / EPU_PER_SD


def nacp(position_sd_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the best category that is no better than each standard deviation, 0 if none is."""
    bounds = NACP_SD_M[1:12]
    met = np.asarray(position_sd_m, np.float64)[:, None] <= bounds * (1 + 1e-9)
    return np.where(met, np.arange(1, 12), 0).max(axis=1, initial=0)
