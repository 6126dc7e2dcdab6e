"""Watch one node: samples of its picture, every warning its people were told, what it released.

It takes what leaves by the doors of the node, in a run or in a replay of its journal, and so both
give the same report.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.messages import AirWarning, Delivery, Message, PictureView, Release

SECOND_NS = 1_000_000_000
SOON_NS = 10 * SECOND_NS
COLUMNS = (
    *("number", "lat_rad", "lon_rad", "height_wgs84_m", "velocity_enu_mps"),
    *("threat_class", "own", "address"),
)


class Step(NamedTuple):
    """One thing that a post was told about a warning."""

    at_ns: int
    event: str
    state: str


class Told:
    """A warning as the people of one nation came to know it.

    first: as it was first told, at first_ns; latest: as it was told last; place_ns: when each place
    was first named; near: (lat_rad, lon_rad, height_m) of its track as the picture showed it at
    near_ns, at the first word or soon after it, None unknown.
    """

    def __init__(self, warning: AirWarning, at_ns: int) -> None:
        self.first, self.first_ns, self.latest = warning, at_ns, warning
        self.place_ns: dict[str, int] = {}
        self.steps: list[Step] = []
        self.near: tuple[float, float, float] | None = None
        self.near_ns = self.over_ns = 0

    def take(self, event: str, warning: AirWarning, at_ns: int) -> None:
        """Note what was said."""
        self.latest = warning
        for place in warning.places:
            self.place_ns.setdefault(place.name, at_ns)
        if warning.over and not self.over_ns:
            self.over_ns = at_ns
        if event != "ledger":
            self.steps.append(Step(at_ns, event, warning.state.value))


class Watch:
    """What node `nation` showed from `start_ns` on, its picture every `step_s`.

    told: by warning_id; sent: (partner, stream) to [frames, bytes]; tracks_max: own and partners'
    tracks at once; end_ns: the last instant it took.
    """

    def __init__(self, nation: str, start_ns: int, step_s: float) -> None:
        self.nation, self.start_ns, self.end_ns = nation, start_ns, start_ns
        self._step_ns, self._next_ns = round(step_s * SECOND_NS), start_ns
        self._next_ns += self._step_ns
        self._view: PictureView | None = None
        self._samples: list[tuple[float, dict[str, NDArray[Any]]]] = []
        self.told: dict[str, Told] = {}
        self._unseen: list[Told] = []
        self.sent: dict[tuple[str, str], list[int]] = {}
        self.tracks_max = [0, 0]

    def take(self, outputs: Sequence[Message], now_ns: int) -> None:
        """Take what left the node at `now_ns`."""
        self.end_ns = max(self.end_ns, now_ns)
        for message in outputs:
            if isinstance(message, PictureView):
                self._see(message)
            elif isinstance(message, Release):
                tally = self.sent.setdefault((message.partner, message.stream.value), [0, 0])
                tally[0] += 1
                tally[1] += len(message.frame)
            elif isinstance(message, Delivery):
                self._hear(message, now_ns)

    def _see(self, view: PictureView) -> None:
        self._view = view
        for told in self._unseen:
            self._find(told)
        self._unseen = [
            t for t in self._unseen if not t.near_ns and view.observed_ns - t.first_ns < SOON_NS
        ]
        if view.observed_ns < self._next_ns:
            return
        self._next_ns += self._step_ns * (1 + (view.observed_ns - self._next_ns) // self._step_ns)
        columns = {name: array(view, name) for name in COLUMNS}
        own = int(np.count_nonzero(columns["own"]))
        self.tracks_max[0] = max(self.tracks_max[0], own)
        self.tracks_max[1] = max(self.tracks_max[1], view.count - own)
        self._samples.append(((view.observed_ns - self.start_ns) / SECOND_NS, columns))

    def _hear(self, delivery: Delivery, now_ns: int) -> None:
        warning = delivery.warning
        told = self.told.get(warning.warning_id)
        if told is None:
            told = self.told[warning.warning_id] = Told(warning, now_ns)
            self._unseen.append(told)
            self._find(told)
        told.take(delivery.event, warning, now_ns)

    def _find(self, told: Told) -> None:
        """Note where the picture shows the track of a warning now, if it does."""
        if self._view is None or told.near_ns or not told.latest.track:
            return
        rows = np.flatnonzero(array(self._view, "number") == told.latest.track)
        if rows.size:
            names = ("lat_rad", "lon_rad", "height_wgs84_m")
            lat, lon, height = (float(array(self._view, name)[rows[0]]) for name in names)
            told.near, told.near_ns = (lat, lon, height), self._view.observed_ns

    @property
    def times_s(self) -> list[float]:
        """Return when the picture was sampled, in seconds since the start."""
        return [time_s for time_s, _ in self._samples]

    def rows(self) -> dict[str, NDArray[Any]]:
        """Return all samples as columns, those of PictureView in COLUMNS and `time_s`."""
        counts = [len(columns["number"]) for _, columns in self._samples]
        joined: dict[str, NDArray[Any]] = {"time_s": np.repeat(self.times_s, counts)}
        for name in COLUMNS:
            parts = [columns[name] for _, columns in self._samples]
            empty = np.zeros((0, 3) if name == "velocity_enu_mps" else 0)
            joined[name] = np.concatenate(parts) if parts else empty
        return joined
