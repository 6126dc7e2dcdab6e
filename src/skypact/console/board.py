"""What the console knows now: the warning queue and the latest view of each kind."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.config.settings import ConsoleSettings
from skypact.console import frame, views
from skypact.console.channels import Channels
from skypact.console.orders import identities
from skypact.console.orders.alerts import Alerts
from skypact.console.settings import NodeIdentity
from skypact.core.columns import array
from skypact.core.messages import (
    AirWarning,
    AlertChanged,
    ChannelNoted,
    Delivery,
    FeedView,
    LinkView,
    Message,
    PictureView,
    PlacesObserved,
    ReadinessChanged,
    WatchView,
)
from skypact.core.site import SensorSite

OVER_MAX = 200
NOTICES_MAX = 200
_TEXTS_SPARE = 2_000
HUSH_MS = 60_000.0


class Board:
    """The cache that a new page is filled from. Rows are encoded once, for all pages."""

    def __init__(
        self,
        settings: ConsoleSettings,
        identity: NodeIdentity,
        sensors: Sequence[SensorSite] = (),
    ) -> None:
        """sensors: own ones, for their outages."""
        self._coast_after_s = settings.coast_after_s
        self._identity = identity
        self._sensors = tuple(sensors)
        self.warnings: dict[str, AirWarning] = {}
        self.posts: dict[str, str] = {}
        self.rows: dict[str, bytes] = {}
        self.feeds: dict[str, Any] | None = None
        self.links: dict[str, Any] | None = None
        self.identities: dict[str, Any] = {"rows": []}
        self.hush: dict[str, Any] = {"at_ms": 0.0, "until_ms": 0.0, "person": ""}
        self.alerts = Alerts()
        self._observed: dict[str, int] = {}
        self.channels = Channels()
        self.frame = b""
        self.view: PictureView | None = None
        self.reporters: tuple[str, ...] = ()
        self.revision = 0
        self._absent = ""
        self._of_picture: tuple[str, ...] = ()
        self._notices: dict[tuple[str, str, str], int] = {}
        self._texts: dict[int, tuple[int, str, str]] = {}
        self._text_keys: NDArray[np.void] = np.empty(0, dtype="V16")

    def take(self, message: Message) -> Iterator[str]:
        """Take a message that is for people, and yield which of the stream's slots it changes; a
        `Delivery` is left to `take_warning`."""
        match message:
            case PictureView():
                self.take_picture(message)
                changed = (self.take_identities(message), self.take_picture_notices(message))
                yield from (s for s, c in zip(("identities", "notices"), changed, strict=True) if c)
            case FeedView():
                self.take_feeds(message)
                yield "feeds"
            case LinkView():
                if self.take_links(message):
                    yield "notices"
                yield "links"
            case PlacesObserved():
                self.take_observed(message)
                yield "notices"
            case AlertChanged() | WatchView() | ReadinessChanged():
                self.alerts.take(message)
                yield "alerts"
            case _:
                if isinstance(message, ChannelNoted):
                    self.channels.take(message)
                    yield "channels"
                notice = views.notice(message)
                if notice is not None:
                    self.take_notice(notice)
                    yield "notices"

    def take_warning(self, delivery: Delivery) -> bool:
        """Keep a delivered warning unless a newer version is held; return whether it was kept."""
        warning = delivery.warning
        held = self.warnings.get(warning.warning_id)
        if held is not None and held.version > warning.version:
            return False
        self.warnings[warning.warning_id] = warning
        self.posts[warning.warning_id] = delivery.post
        self.rows[warning.warning_id] = msgspec.json.encode(
            views.warning_row(warning, self._identity)
        )
        if warning.over:
            self._forget_old()
        return True

    def take_picture(self, view: PictureView) -> None:
        """Keep the newest picture as a frame, and the texts that pages do not have yet."""
        self.view = view
        self.frame = frame.encode(view, self._coast_after_s)
        keys = frame.text_keys(view)
        changed = np.flatnonzero(~np.isin(keys, self._text_keys))
        self._text_keys = keys
        if changed.size == 0 and view.reporters == self.reporters:
            return
        self.reporters = view.reporters
        self.revision += 1
        numbers, callsigns = array(view, "number"), array(view, "callsign")
        addresses = array(view, "address")
        for row in changed.tolist():
            address = f"{addresses[row]:06X}" if addresses[row] else ""
            callsign = callsigns[row].decode("ascii", "replace").strip()
            number = int(numbers[row])
            self._texts.pop(number, None)  # so that the newest revision is always last
            self._texts[number] = (self.revision, callsign, address)
        if len(self._texts) > 2 * view.count + _TEXTS_SPARE:
            present = frozenset(numbers.tolist())
            self._texts = {n: text for n, text in self._texts.items() if n in present}

    def take_picture_notices(self, view: PictureView) -> bool:
        """Keep what people must know of the picture as a whole; return whether it changed."""
        held, self._of_picture = self._of_picture, view.notices
        return held != self._of_picture

    def take_identities(self, view: PictureView) -> bool:
        """Keep what is held of tracks; return whether it changed."""
        held = self.identities
        self.identities = identities.rows(view)
        return held != self.identities

    def texts_since(self, revision: int) -> list[tuple[int, str, str]]:
        """Return (track number, callsign, address) of what changed after `revision`."""
        rows: list[tuple[int, str, str]] = []
        for number, (changed, callsign, address) in reversed(self._texts.items()):
            if changed <= revision:
                break
            rows.append((number, callsign, address))
        return rows

    def take_feeds(self, view: FeedView) -> None:
        """Keep the state of feeds and sensors."""
        rests = {s.name: s.rests_until_ns(view.observed_ns) for s in self._sensors}
        self.feeds = views.feed_rows(view, rests)

    def take_links(self, view: LinkView) -> bool:
        """Keep the state of links; return whether the coordinator has gone or come back."""
        self.links = views.link_rows(view)
        held, self._absent = self._absent, views.absent_words(view)
        return held != self._absent

    def take_notice(self, notice: views.Notice) -> None:
        """Count a notice; the one not heard of for longest goes when there are too many."""
        key = (notice.kind, notice.about, notice.text)
        self._notices[key] = self._notices.pop(key, 0) + notice.count
        while len(self._notices) > NOTICES_MAX:
            del self._notices[next(iter(self._notices))]

    def notices(self) -> list[views.Notice]:
        """Return the notices, the latest first; what is so now before what has happened."""
        now = [views.Notice(kind="coordinator", about="absent", text=self._absent)]
        now += [views.Notice(kind="picture", about="now", text=text) for text in self._of_picture]
        unseen = views.not_observed(self._observed)
        now += [views.Notice(kind="observed", about="now", text=text) for text in unseen]
        return [one for one in now if one.text] + [
            views.Notice(kind=kind, about=about, text=text, count=count)
            for (kind, about, text), count in reversed(self._notices.items())
        ]

    def take_observed(self, message: PlacesObserved) -> None:
        """Note what our own sensors look at, at our own places."""
        bits: list[int] = array(message, "observed").tolist()
        for name, nation, held in zip(message.names, message.nations, bits, strict=True):
            if nation == self._identity.nation:
                self._observed[name] = held

    def take_hush(self, person: str, now_ns: int) -> None:
        """Silence the alarm of what is in the queue now, at every seat, for HUSH_MS."""
        at_ms = views.milliseconds(now_ns)
        self.hush = {"at_ms": at_ms, "until_ms": at_ms + HUSH_MS, "person": person}
        self.take_notice(views.Notice(kind="hush", about=person, text="alarm hushed for 60 s"))

    def _forget_old(self) -> None:
        over = [k for k, w in self.warnings.items() if w.over]
        for warning_id in over[: max(0, len(over) - OVER_MAX)]:
            del self.warnings[warning_id], self.posts[warning_id], self.rows[warning_id]
