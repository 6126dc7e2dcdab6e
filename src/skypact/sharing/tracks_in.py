"""Tracks of a partner on their way in: checked together, and as a message of ours."""

import numpy as np

from skypact.core.columns import array, fault
from skypact.core.ids import Header
from skypact.core.messages import PartnerTracks
from skypact.sharing.wire import TrackBody

LOWEST_M = 6.34e6
"""Distance from the centre of the Earth below which nothing flies."""
_DIAGONAL = np.array([0, 6, 11, 15, 18, 20])


def why_not(body: TrackBody, latest_ns: int) -> str:
    """Return why a body makes no sense, "" when it does; its columns may fit one by one and not
    together."""
    said = fault(body)
    if said:
        return said
    number = array(body, "number")
    if (np.diff(np.sort(number)) == 0).any():
        return "a track is there twice"
    if body.successors and len(body.successors) != len(body.ended):
        return "successors and ended tracks are not as many"
    if len(body.reporting) != len(body.terms):
        return "terms and reported tracks are not as many"
    if array(body, "time_ns").max(initial=0) > latest_ns:
        return "a track from the future"
    radius_m = np.sqrt((array(body, "position_ecef_m") ** 2).sum(1))
    if radius_m.min(initial=LOWEST_M) < LOWEST_M:
        return "a track inside the Earth"
    if (array(body, "covariance")[:, _DIAGONAL] <= 0).any():
        return "a track claims to be exact"
    return ""


def told(partner: str, body: TrackBody, label: str, header: Header) -> PartnerTracks:
    """Return a body as a message of ours. label: how the partner has marked it, in words."""
    return PartnerTracks(
        **header,
        partner=partner,
        deleted=body.ended,
        successors=body.successors,
        reporting=body.reporting,
        terms=body.terms,
        label=label,
        count=body.count,
        **{name: getattr(body, name) for name in PartnerTracks.COLUMNS},
    )
