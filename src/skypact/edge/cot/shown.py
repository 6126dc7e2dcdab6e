"""Keeps the shelves of a Cursor on Target server in step with what leaves the node."""

import asyncio
import math
from collections.abc import Callable, Sequence

import numpy as np

from skypact.core.columns import array
from skypact.core.messages import AirWarning, Delivery, Message, PictureView
from skypact.edge.cot.client import deletion
from skypact.edge.cot.picture import (
    SECOND_NS,
    Teller,
    impact_uid,
    track_events,
    track_uid,
    warning_events,
    zone_events,
)
from skypact.edge.cot.server import CotServer
from skypact.warning.settings import Place

SLICE = 250
"""Events encoded between two turns of the loop."""
RENEW_S, RENEWED_STALE_NS = 60.0, 300 * SECOND_NS
DELETIONS_MAX = 5_000


class Shown:
    """Takes the views of the node; no client's slowness reaches it."""

    def __init__(
        self, server: CotServer, teller: Teller, places: Sequence[Place], every_s: float
    ) -> None:
        self._server, self._teller, self._places = server, teller, places
        self._every_ns = round(every_s * SECOND_NS)
        self._view: PictureView | None = None
        self._fresh = asyncio.Event()
        self._numbers: frozenset[int] = frozenset()
        self._deleted: dict[str, None] = {}
        self._warnings: dict[str, AirWarning] = {}
        self._taken_ns = 0

    def take(self, message: Message) -> None:
        """Note a message of the node's doors; only the newest picture counts."""
        match message:
            case PictureView():
                if message.observed_ns - self._taken_ns >= self._every_ns - SECOND_NS // 10:
                    self._taken_ns = message.observed_ns
                    self._view = message
                    self._fresh.set()
            case Delivery():
                self._warn(message.warning)
            case _:
                pass

    async def run(self, now_ns: Callable[[], int]) -> None:
        """Put pictures on the shelf as they come, and renew what else is shown, until cancelled."""
        loop = asyncio.get_running_loop()
        renewed_s = -math.inf
        while True:
            if loop.time() - renewed_s >= RENEW_S:
                renewed_s = loop.time()
                self._renew(now_ns())
            try:
                async with asyncio.timeout(RENEW_S / 4):
                    await self._fresh.wait()
            except TimeoutError:
                continue
            self._fresh.clear()
            if self._view is not None:
                await self._put(self._view)

    async def _put(self, view: PictureView) -> None:
        shelf, server = self._server.layers["tracks"], self._server
        for at, event in enumerate(track_events(self._teller, view), 1):
            shelf.put(event)
            if at % SLICE == 0:
                server.show()
                await asyncio.sleep(0)
        numbers = frozenset(array(view, "number").tolist())
        for number in numbers - self._numbers:
            self._deleted.pop(track_uid(self._teller, number), None)
        for number in sorted(self._numbers - numbers):
            # In the place of the track itself: a client that reads slowly learns of its end.
            uid = track_uid(self._teller, number)
            shelf.put(deletion(uid, uid, view.observed_ns, self._teller.opex))
            self._deleted[uid] = None
        self._numbers = numbers
        while len(self._deleted) > DELETIONS_MAX:
            uid = next(iter(self._deleted))
            del self._deleted[uid]
            shelf.forget(uid)
        server.show()

    def _renew(self, now_ns: int) -> None:
        shelf = self._server.layers["zones"]
        stale_ns = now_ns + RENEWED_STALE_NS
        for event in zone_events(self._teller, self._places, now_ns, stale_ns):
            shelf.put(event)
        for warning in self._warnings.values():
            self._put_warning(warning, now_ns)
        self._server.show()

    def _warn(self, warning: AirWarning) -> None:
        held = self._warnings.get(warning.warning_id)
        if held is not None and held.version >= warning.version:
            return
        if warning.over:
            self._warnings.pop(warning.warning_id, None)
        else:
            self._warnings[warning.warning_id] = warning
        self._put_warning(warning, self._server.now_ns())
        self._server.show()

    def _put_warning(self, warning: AirWarning, now_ns: int) -> None:
        shelf, teller = self._server.layers["warnings"], self._teller
        where, stale_ns = self._where(warning), now_ns + RENEWED_STALE_NS
        for event in warning_events(teller, warning, where, now_ns, stale_ns):
            shelf.put(event)
        if warning.over:
            uid = impact_uid(teller, warning.warning_id)
            shelf.put(deletion(uid, uid, now_ns, teller.opex))

    def _where(self, warning: AirWarning) -> tuple[float, float]:
        """Return where to show an alert: at the threat, else where it goes."""
        view = self._view
        if view is not None:
            at = np.flatnonzero(array(view, "number") == warning.track)
            if at.size:
                lat, lon = array(view, "lat_rad")[at[0]], array(view, "lon_rad")[at[0]]
                return math.degrees(lat), math.degrees(lon)
        if warning.impact is not None:
            return math.degrees(warning.impact.lat_rad), math.degrees(warning.impact.lon_rad)
        named = {place.name: place for place in self._places}
        places = [named[p.name].centre_deg for p in warning.places if p.name in named]
        return places[0] if places else (0.0, 0.0)
