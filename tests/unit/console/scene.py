"""A console in a thread of its own, fed with made-up door messages: what its page is tested on."""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import numpy as np

from skypact.config.settings import ConsoleSettings, RoleSettings
from skypact.console.service import Console
from skypact.console.settings import MapSite, NodeIdentity
from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AirWarning,
    CancelAlert,
    CommandRefused,
    Context,
    Delivery,
    FeedState,
    FeedView,
    ImpactEllipse,
    Ledger,
    LinkState,
    LinkView,
    Message,
    NoticeReported,
    OverrideWatch,
    PictureView,
    ReleaseAllClear,
    ReleaseStep,
    SensorState,
    ThreatClass,
    ThreatenedPlace,
    WarningState,
)
from skypact.core.site import Sector, SensorSite
from skypact.warning.settings import Place
from tests.unit.warning.alerting.night import Night

ALERTING = (ReleaseStep, CancelAlert, OverrideWatch, NoticeReported)
SECOND = 1_000_000_000
SITES = (
    MapSite(name="Aurensis", kind="place", nation="auria", lat_deg=-32.05, lon_deg=-20.4),
    MapSite(name="Westermouth", kind="place", nation="auria", lat_deg=-32.2, lon_deg=-22.2),
    MapSite(
        name="auria-east", kind="sensor", nation="auria", lat_deg=-32.13, lon_deg=-20.22,
        range_m=320_000,
    ),
)  # fmt: skip
# A ridge in the north-west of the own radar.
SENSOR = SensorSite(
    name="auria-east", sac=1, sic=1, lat_deg=-32.13, lon_deg=-20.22, height_m=180, period_s=5,
    range_max_m=320_000, blocked=(Sector(from_deg=290, to_deg=330, up_to_deg=1.2),),
)  # fmt: skip
REPORTERS = ("auria", "borvia", "cestia")
# number, lat, lon, height_m, speed_mps, course_deg, class, own, age_s
RAID = (
    (9001, -31.2, -15.6, 92_000, 2150, 262, ThreatClass.BALLISTIC, 0, 1.0),
    (9002, -30.6, -14.1, 120, 245, 285, ThreatClass.CRUISE, 0, 2.0),
    (9003, -33.4, -14.0, 140, 240, 262, ThreatClass.CRUISE, 0, 2.5),
    *((9010 + k, -33.9 + 0.09 * k, -13.6 + 0.05 * k, 900, 52, 275, ThreatClass.DRONE, 0, 3.0 + k)
      for k in range(6)),
)  # fmt: skip


def now_ns() -> int:
    """Return UTC; the node's clock in this scene."""
    return time.time_ns()


class Scene:
    """Runs a console and plays its node: what is acknowledged comes back as acknowledged."""

    def __init__(self, settings: ConsoleSettings, context: Context = Context.EXERCISE) -> None:
        self.submitted: list[Message] = []
        self.held: dict[str, AirWarning] = {}
        self._issuer = Issuer("auria", "scene", context)
        self._settings = settings
        self._identity = NodeIdentity(nation="auria", context=context, display_name="Auria")
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.refuse_with = ""
        self.night: Night | None = None
        self.seat_file: Path | None = None
        self.places: tuple[Place, ...] = ()
        self.roles: tuple[RoleSettings, ...] = ()

    def __enter__(self) -> "Scene":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(15)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.console = Console(
            self._settings, self._identity, self._submit, now_ns, SITES, self.seat_file,
            self.places, self.roles, (SENSOR,),
        )  # fmt: skip
        await self.console.start()
        self._ready.set()
        await self._stopping.wait()
        await self.console.stop()

    async def _submit(self, message: Message) -> str:
        self.submitted.append(message)
        if self.refuse_with:
            return self.refuse_with
        if isinstance(message, AcknowledgeWarning):
            self._change(
                message.warning_id, state=WarningState.ACKNOWLEDGED, acknowledged_by=message.person
            )
        if isinstance(message, ReleaseAllClear):
            self._change(message.warning_id, state=WarningState.CLEARED, cleared_by=message.person)
        if self.night and isinstance(message, ALERTING):
            return self._told(self.night, message)
        return ""

    def _told(self, night: Night, message: Message) -> str:
        """Let the room of alerting decide, and show what it says."""
        night.now_ns = now_ns()
        said = night.take(message)
        for one in said:
            self.console.publish(one)
        return next((m.reason for m in said if isinstance(m, CommandRefused)), "")

    def alerted(self, night: Night, work: Callable[[Night], Any]) -> None:
        """Do something in a room of alerting, now, and show what it says; from then on it decides
        what people order."""

        def run() -> None:
            self.night, night.now_ns = night, now_ns()
            known = len(night.out)
            work(night)
            for one in night.out[known:]:
                self.console.publish(one)

        self.call(run)

    def commands(self, kind: type[Message]) -> list[Any]:
        """Return what was submitted of one kind."""
        return [m for m in self.submitted if isinstance(m, kind)]

    def call(self, work: Callable[[], Any]) -> Any:
        """Run `work` in the console's thread and return its result."""
        done: Future[Any] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - handed to the caller
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(10)

    def publish(self, *messages: Message) -> None:
        """Publish in the console's thread."""
        self.call(lambda: [self.console.publish(m) for m in messages])

    def link(self, panel: str = "") -> str:
        """Return a new one-time link."""
        return self.call(lambda: self.console.open_link(panel))

    def header(self) -> Any:
        """Return the header of a message of this node, now."""
        now = now_ns()
        return self._issuer.header(now, now)

    def warn(self, warning: AirWarning, event: str = "warning_raised") -> None:
        """Deliver a warning."""
        self.held[warning.warning_id] = warning
        self.publish(Delivery(**self.header(), post="duty", event=event, warning=warning))

    def _change(self, warning_id: str, **fields: Any) -> None:
        held = self.held[warning_id]
        changed = msgspec.structs.replace(held, version=held.version + 1, **fields)
        self.held[warning_id] = changed
        self.console.publish(
            Delivery(**self.header(), post="duty", event="warning_updated", warning=changed)
        )

    def inputs(self, alive: bool = True) -> None:
        """Publish feeds and links."""
        now = now_ns()
        feed = FeedState(
            name="auria-adsb", format="asterix", records=48_211, refused=3, unknown=0, doubled=17,
            dropped=0, last_ns=now - SECOND // 3, alive=alive, last_refusals=("CAT021: cut off",),
        )  # fmt: skip
        other = msgspec.structs.replace(feed, name="auria-east", records=9_120, refused=0)
        beast = msgspec.structs.replace(feed, name="auria-beast", format="beast", alive=False)
        sensors = (SensorState(name="auria-east", last_ns=now, rotation_s=5.0, alive=alive),)
        link = LinkState(
            partner="borvia", alive=alive, last_heard_ns=now - SECOND, tracks_in=41, tracks_out=120,
            gaps=0, outbox=0,
        )  # fmt: skip
        cut = msgspec.structs.replace(
            link, partner="cestia", alive=False, last_heard_ns=now - 95 * SECOND, outbox=4, gaps=2
        )
        self.publish(
            FeedView(**self.header(), feeds=(other, feed, beast), sensors=sensors),
            LinkView(**self.header(), links=(link, cut)),
        )

    def picture(self, flights: int = 120, raid: bool = True, after_s: float = 0.0) -> None:
        """Publish a picture: air traffic around Aurensis, and the raid `after_s` on its way."""
        self.publish(picture(self.header(), flights, raid, after_s))


def picture(header: Any, flights: int, raid: bool, after_s: float) -> PictureView:
    """Return a picture of `flights` airliners and, if wanted, the raid."""
    draw = np.random.default_rng(7)
    lat = draw.uniform(-34.0, -30.4, flights)
    lon = draw.uniform(-23.0, -18.4, flights)
    course = draw.uniform(0, 360, flights)
    speed = draw.uniform(120, 250, flights)
    height = draw.uniform(600, 11_500, flights)
    rows = np.array(RAID if raid else (), dtype=float).reshape(-1, 9)
    lat, lon = np.r_[lat, rows[:, 1]], np.r_[lon, rows[:, 2]]
    course, speed = np.radians(np.r_[course, rows[:, 5]]), np.r_[speed, rows[:, 4]]
    east, north = speed * np.sin(course), speed * np.cos(course)
    count = flights + len(rows)
    partner = draw.uniform(size=flights) < 0.15
    coasting = draw.uniform(size=flights) < 0.08
    names = [f"SPX{k:03d}".encode() if k % 3 else b"" for k in range(flights)]
    return PictureView(
        **header,
        reporters=REPORTERS,
        count=count,
        **pack(
            PictureView,
            number=np.r_[1000 + np.arange(flights), rows[:, 0]],
            lat_rad=np.radians(lat + north * after_s / 111_195),
            lon_rad=np.radians(lon + east * after_s / 111_195 / math.cos(0.56)),
            height_wgs84_m=np.r_[height, rows[:, 3]],
            velocity_enu_mps=np.stack([east, north, np.zeros(count)], axis=1),
            position_sd_m=np.full(count, 120.0),
            horizontal_sd_m=np.full(count, 90.0),
            height_sd_m=np.full(count, 60.0),
            age_s=np.r_[np.where(coasting, 22.0, 1.5), rows[:, 8]],
            threat_class=np.r_[np.full(flights, int(ThreatClass.AIRCRAFT)), rows[:, 6]],
            identity=np.r_[np.arange(flights) % 5 > 0, np.ones(len(rows))],
            quality=np.full(count, 12),
            own=np.r_[~partner, rows[:, 7]],
            reporter=np.r_[np.where(partner, 2, 0), np.ones(len(rows))],
            address=np.r_[0xE00000 + np.arange(flights), np.zeros(len(rows))],
            callsign=np.array([*names, *[b""] * len(rows)], dtype="S8"),
        ),
    )


def warning(number: int, **changed: Any) -> AirWarning:
    """Return a raised warning of Auria by Borvia; `changed` replaces fields."""
    now = now_ns()
    fields: dict[str, Any] = {
        "warning_id": f"borvia-w{number}",
        "origin": "borvia",
        "nation": "auria",
        "track": 9001,
        "threat_class": ThreatClass.BALLISTIC,
        "class_probability": 0.97,
        "state": WarningState.RAISED,
        "version": 1,
        "places": (
            ThreatenedPlace(name="Aurensis", nation="auria", time_to_go_s=187, time_spread_s=9),
            ThreatenedPlace(name="Westermouth", nation="auria", time_to_go_s=214, time_spread_s=14),
        ),
        "assessed_ns": now,
        "impact": ImpactEllipse(
            lat_rad=math.radians(-32.1), lon_rad=math.radians(-20.6), semi_major_m=38_000,
            semi_minor_m=14_000, azimuth_rad=math.radians(262),
        ),
        "reason": "Falling along a ballistic arc from the east; predicted to fall near Aurensis.",
        "acknowledge_by_ns": now + 30 * SECOND,
        "ledger": Ledger(
            detected_ns=now - 2_310_000_000, tracked_ns=now - 1_120_000_000,
            raised_ns=now - 310_000_000, released_ns=now - 295_000_000,
            received_ns=now - 41_000_000,
        ),
    }  # fmt: skip
    return AirWarning(**{**fields, **changed})


def queue() -> list[AirWarning]:
    """Return one warning in each state, as in the middle of a raid."""
    near = (
        ThreatenedPlace(name="Westermouth", nation="auria", time_to_go_s=1460, time_spread_s=40),
    )
    own = {"origin": "auria", "impact": None, "places": near}
    return [
        warning(1),
        warning(
            2, track=9002, threat_class=ThreatClass.CRUISE, state=WarningState.ESCALATED, version=3,
            impact=None, places=(ThreatenedPlace(
                name="Aurensis", nation="auria", time_to_go_s=940, time_spread_s=25),
            ), reason="Low and fast towards Aurensis; nobody has acknowledged.",
        ),
        warning(3, track=9010, threat_class=ThreatClass.DRONE, state=WarningState.ACKNOWLEDGED,
                acknowledged_by="Ilse Maren", impact=None, places=near),
        warning(4, track=9003, threat_class=ThreatClass.CRUISE, state=WarningState.CLEAR_PROPOSED,
                acknowledged_by="Ilse Maren", **own),
        warning(5, nation="cestia", threat_class=ThreatClass.DRONE, track=9012, impact=None,
                origin="auria", places=(ThreatenedPlace(
                    name="Maro", nation="cestia", time_to_go_s=620, time_spread_s=30),)),
        warning(6, track=8990, threat_class=ThreatClass.ROCKET, state=WarningState.CLEARED,
                cleared_by="Ravi Dorn", impact=None),
    ]  # fmt: skip
