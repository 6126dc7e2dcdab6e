"""Hits of a pass kept for registration, in a ring."""

import math
from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.layout import BOTH, NEXT, PASSIVE, THIN

# One standard deviation of a height that only the track knows, and of one from pressure.
HEIGHT_SD_M, PRESSURE_SD_M = 2_000.0, 300.0
_MIX, _MIXED = 0x9E3779B1, 0xFFFFFF


@part
def kept(number: int, thin: int) -> bool:
    """Say whether the hits of a track are kept when only one track in `thin` is."""
    return ((number * _MIX) >> 16 & _MIXED) % thin == 0


@part
def keep_hit(hit: Any, s: int, site: Any, feed: Any, raw: Any, plot: Any) -> None:
    """Fill a hit; raw: the plot as the sensor gave it."""
    hit.time_ns, hit.track, hit.sensor = raw.time_ns, plot.track, s
    for c in range(3):
        hit.place[c], hit.pace[c] = plot.place[c], plot.pace[c]
        hit.raw[c] = raw.polar[c] if site.radar != 0 else raw.position[c]
        hit.noise_var[c] = feed.noise_var[c] if site.radar != 0 else raw.noise_var[c]
    if site.radar != 0 and math.isnan(raw.polar[2]):
        sd = HEIGHT_SD_M if math.isnan(raw.altitude) else PRESSURE_SD_M
        hit.noise_var[2] = (sd / raw.polar[0]) ** 2


@part
def keep_hits(hits: Any, ring: Any, s: int, site: Any, feed: Any, raw: Any, plots: Any) -> None:
    """Keep the plots (after a pass) that hit a track, over the oldest kept; count in the ring those
    that tell the height both ways. With no room at all none is kept."""
    ring[BOTH] = left = 0
    if site.radar == PASSIVE:
        return
    left = hits.size
    for j in range(plots.size):
        plot = plots[j]
        if plot.track <= 0:
            continue
        both = raw[j].altitude + raw[j].polar[2] + feed.noise_var[2]
        if site.radar != 0 and not math.isnan(both):
            ring[BOTH] += 1
        if left > 0 and kept(plot.track, ring[THIN]):
            keep_hit(hits[ring[NEXT] % hits.size], s, site, feed, raw[j], plot)
            ring[NEXT] += 1
            left -= 1
