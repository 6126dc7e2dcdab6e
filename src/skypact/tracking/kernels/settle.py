"""Up to when the plots of a sensor have come: what is not there yet is no miss."""

import math
from typing import Any

from skypact.core.jit import part

MEMORY_S = 120.0  # one late plot is forgotten in some minutes


@part
def settle(feed: Any, oldest_ns: int, seen_ns: int, late_s: float) -> None:
    """Take in the oldest of the plots that have come (0: none came) and the time their sensor has
    looked up to; later plots than late_s are refused, so this is the most to wait for."""
    newest = feed.newest_ns
    if newest != 0 and oldest_ns != 0:
        behind = min(newest - oldest_ns, int(1e9 * late_s))
        gone_s = 1e-9 * max(seen_ns - newest, 0)
        kept = int(feed.behind_ns * math.exp(-gone_s / MEMORY_S))
        feed.behind_ns = max(behind, kept, 0)
    feed.newest_ns = max(newest, seen_ns)
    feed.settled_ns = feed.newest_ns - feed.behind_ns


@part
def slack_s(feeds: Any, s: int) -> float:
    """Return how much longer than those of sensor s the plots of another may take."""
    most = 0
    for k in range(feeds.size):
        most = max(most, feeds[k].behind_ns)
    return 1e-9 * (most - feeds[s].behind_ns)
