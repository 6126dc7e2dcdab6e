"""Sends the node's picture to one system of this nation, as CAT062 and CAT065 by UDP."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.config.settings import Cat062Settings
from skypact.core.columns import array
from skypact.core.messages import Context, Message, PictureView
from skypact.edge.clients.track_numbers import TrackNumbers
from skypact.edge.feeds.send import UdpSender
from skypact.sensors.categories import asterix_cat062, asterix_cat065

SECOND_NS = 1_000_000_000
SLICE = 16
"""Datagrams between two turns of the loop: a receiver's buffer holds them."""
_ALIKE = ("lat_rad", "lon_rad", "height_wgs84_m", "velocity_enu_mps", "address", "callsign")
Columns = dict[str, NDArray[Any]]


class Cat062Client:
    """Takes the views of the node; only the newest picture counts. Every period a status (CAT065)
    goes out, then a record for each track; one that left the picture is sent once more, as its last
    message, where it was."""

    def __init__(
        self,
        settings: Cat062Settings,
        context: Context,
        coast_after_s: float,
        say: Callable[[str], None],
    ) -> None:
        """coast_after_s: after it without news a track is told as coasting. Raises LinkError when
        the address can't be found."""
        host, _, port = settings.address.rpartition(":")
        self._settings, self._say = settings, say
        self._sender = UdpSender(host.strip("[]"), int(port))
        self._simulated = context != Context.OPERATION
        self._coast_after_s = coast_after_s
        self._every_ns = round(settings.every_s * SECOND_NS)
        self._numbers, self._before = TrackNumbers(), dict[str, NDArray[Any]]()
        self._view: PictureView | None = None
        self._fresh = asyncio.Event()
        self._taken_ns = self._failed = 0
        say(f"CAT062 to {settings.name}: {settings.address}")

    def take(self, message: Message) -> None:
        """Note a message of the node's doors."""
        if not isinstance(message, PictureView):
            return
        if message.observed_ns - self._taken_ns >= self._every_ns - SECOND_NS // 10:
            self._taken_ns, self._view = message.observed_ns, message
            self._fresh.set()

    async def run(self) -> None:
        """Send pictures as they come, until cancelled."""
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            if self._view is not None:
                await self._send(self.datagrams(self._view))

    def close(self) -> None:
        self._sender.close()

    def datagrams(self, view: PictureView) -> list[bytes]:
        """Return what a picture is on the wire, after the ones before it."""
        tracks = self._columns(view)
        known = self._before["system"] if self._before else np.zeros(0, np.uint32)
        tracks["began"] = ~np.isin(tracks["system"], known)
        gone = ~np.isin(known, tracks["system"])
        ended = {name: column[gone] for name, column in self._before.items()}
        self._before = dict(tracks)
        sac, sic = self._settings.sac, self._settings.sic
        sent = [asterix_cat065.encode_status(sac, sic, view.observed_ns)]
        for columns, over in ((tracks, False), (ended, True)):
            if not columns or not len(columns["system"]):
                continue
            give = self._numbers.held if over else self._numbers.give
            numbers = np.array(give(columns["system"].tolist()), np.int64)
            count = len(numbers)
            columns |= {"number": numbers, "ended": np.full(count, over)}
            columns["began"] = columns["began"] & (not over)
            columns["time_ns"] = np.full(count, view.observed_ns)
            told = {name: column[numbers > 0] for name, column in columns.items()}
            sent += asterix_cat062.encode_all(sac, sic, told, simulated=self._simulated)
        self._numbers.end(known[gone].tolist())
        return sent

    def _columns(self, view: PictureView) -> Columns:
        columns = {name: array(view, name) for name in _ALIKE}
        nothing = np.full(view.count, np.nan)
        return columns | {
            "system": array(view, "number"),
            "position_sd_m": array(view, "horizontal_sd_m"),
            "altitude_pressure_m": nothing,
            "coasting": array(view, "age_s") > self._coast_after_s,
        }

    async def _send(self, datagrams: list[bytes]) -> None:
        for number, datagram in enumerate(datagrams, 1):
            self._sender.send(datagram)
            if number % SLICE == 0:
                await asyncio.sleep(0.001)
        failed, before = self._sender.failed, self._failed
        if failed > before == 0:
            self._say(f"CAT062 to {self._settings.name}: datagrams can't be sent")
        self._failed = failed
