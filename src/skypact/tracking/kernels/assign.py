"""Global nearest neighbour: a sparse auction (Bertsekas 1988) over gated pairs."""

from typing import Any

import numpy as np

from skypact.core.jit import part

STEP = 0.01  # least raise of a bid: the result is within STEP per track of the optimum
BIDS_PER_PAIR = 200


@part
def auction(begin: Any, plot: Any, score: Any, plots: int) -> Any:
    """Return the pair index each track takes, -1 for none; the sum of scores is the greatest.

    begin: start of each track's pairs and end; score > 0. Bounded: after BIDS_PER_PAIR bids a pair
    the tracks still bidding go without (a war over equals, where either outcome is as good).
    """
    tracks = begin.size - 1
    taken = np.full(tracks, -1, np.int64)
    owner = np.full(plots, -1, np.int64)
    price = np.zeros(plots)
    waiting = np.empty(tracks, np.int64)
    for i in range(tracks):
        waiting[i] = tracks - 1 - i
    left, bids = tracks, BIDS_PER_PAIR * plot.size
    while left > 0 and bids > 0:
        left -= 1
        i = waiting[left]
        best, second, choice = 0.0, 0.0, -1
        for e in range(begin[i], begin[i + 1]):
            bids -= 1
            worth = score[e] - price[plot[e]]
            if worth > best:
                best, second, choice = worth, best, e
            elif worth > second:
                second = worth
        if choice < 0:
            continue
        j = plot[choice]
        price[j] += best - second + STEP
        if owner[j] >= 0:
            taken[owner[j]] = -1
            waiting[left] = owner[j]
            left += 1
        owner[j] = i
        taken[i] = choice
    return taken
