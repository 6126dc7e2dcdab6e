"""What a partner passes on as the coalition's: its frames become tracks of a partner of that
name."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from skypact.core.columns import array, fault, pack
from skypact.core.ids import Header
from skypact.core.messages import PartnerTracks
from skypact.sharing.links import Link
from skypact.sharing.treaty.agreements import COALITION
from skypact.sharing.wire import CoalitionBody, CoverageBody

HEARD_NS = 30_000_000_000
"""What a nation declares holds as long as it is heard, with so much patience."""
DIAGONAL = (0, 6, 11, 15, 18, 20)


class HeardState(msgspec.Struct, frozen=True, kw_only=True):
    """By who passes it on: newest (epoch, sequence), numbers of its newest frame; by nation what it
    declares."""

    newest: dict[str, tuple[int, int]] = {}
    numbers: dict[str, list[int]] = {}
    declared: dict[str, CoverageBody] = {}


class Heard:
    """The newest frame of each partner that passes on what the coalition sees, and the newest
    coverage that each declares."""

    def __init__(self) -> None:
        self.declared: dict[str, CoverageBody] = {}
        self._newest: dict[str, tuple[int, int]] = {}
        self._numbers: dict[str, list[int]] = {}

    def is_new(self, partner: str, epoch: int, sequence: int) -> bool:
        """Take the sequence of a frame; False when it is no newer than what is here."""
        if (epoch, sequence) <= self._newest.get(partner, (0, 0)):
            return False
        self._newest[partner] = (epoch, sequence)
        return True

    def tracks(self, partner: str, body: CoalitionBody, header: Header) -> PartnerTracks:
        """Return a frame as tracks; those of the frame before that are not in it have ended."""
        number = array(body, "number")
        gone = sorted(set(self._numbers.get(partner, ())) - set(number.tolist()))
        self._numbers[partner] = number.tolist()
        count = body.count
        covariance = np.zeros((count, 21))
        for at in DIAGONAL:
            name = "position_sd_m" if at in DIAGONAL[:3] else "velocity_sd_mps"
            covariance[:, at] = array(body, name).astype(np.float64) ** 2
        columns: dict[str, Any] = {
            "number": number,
            "time_ns": np.full(count, body.time_ns),
            "position_ecef_m": array(body, "position_ecef_m"),
            "velocity_ecef_mps": array(body, "velocity_ecef_mps"),
            "covariance": covariance,
            "quality": np.zeros(count),
            "detection": np.zeros(count),
            "address": np.zeros(count),
            "callsign": np.zeros(count, "S8"),
            "threat_class": array(body, "threat_class"),
        }
        ended, packed = tuple(gone), pack(PartnerTracks, **columns)
        made: dict[str, Any] = {**header, "partner": COALITION, "deleted": ended, **packed}
        return PartnerTracks(**made, count=count)

    def standing(self, links: Mapping[str, Link], now_ns: int) -> dict[str, CoverageBody]:
        """Return what those nations declare that are heard."""
        since_ns = now_ns - HEARD_NS
        declared = self.declared.items()
        return {n: b for n, b in declared if links[n].arrived.last_heard_ns >= since_ns}

    def state(self) -> HeardState:
        """Return the content for a snapshot."""
        return HeardState(newest=self._newest, numbers=self._numbers, declared=self.declared)

    def restore(self, state: HeardState) -> None:
        """Take over a state."""
        self._newest, self._numbers = dict(state.newest), dict(state.numbers)
        self.declared = dict(state.declared)


def why_not(body: CoalitionBody, latest_ns: int, lowest_m: float) -> str:
    """Return why a body makes no sense, "" when it does."""
    said = fault(body)
    if said:
        return said
    if len(np.unique(array(body, "number"))) < body.count:
        return "a track is there twice"
    if body.time_ns > latest_ns:
        return "a track from the future"
    position = array(body, "position_ecef_m")
    if np.sqrt((position**2).sum(1)).min(initial=lowest_m) < lowest_m:
        return "a track inside the Earth"
    return ""
