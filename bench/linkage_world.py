"""An hour of air traffic seen by one radar of one of four nations, told to a sponsor and by it to a viewer as
the coalition's, through the rooms of production. Used by linkage.py.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array, pack
from skypact.core.geodesy import ecef_from_enu, enu_axes
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    FeedView,
    Message,
    NodeStarted,
    OwnTracks,
    PartnerFrame,
    Release,
    Stream,
)
from skypact.core.messages.feed import SensorState
from skypact.sharing import wire
from skypact.sharing.settings import DeclaredArea, Partner, SharingSettings
from skypact.sharing.sharing import Sharing
from skypact.sharing.treaty.agreements import Agreement, Clause, What

F64, I64 = NDArray[np.float64], NDArray[np.int64]
S = 1_000_000_000
T0 = 1_700_000_000 // 60 * 60 * S
NATIONS = ("auria", "cestia", "deltia", "estia")
"""Who may be the owner. Which are auria's and so on is drawn anew for each hour."""
SPONSOR, VIEWER = "keystone", "borvia"
CENTRE = (float(np.radians(-32.0)), float(np.radians(-18.0)), 0.0)
RANGE_M, DECLARED_M, FLOOR_M = 400_000.0, 270_000.0, 4_000.0
EARTH_M = 6_371_000.0 * 4 / 3
CLASSES = ("unknown", "ballistic", "cruise", "drone", "aircraft", "rocket")


class Site(NamedTuple):
    """A public radar: east and north of the centre; turns, from a phase; errors and their biases; rests."""

    at_m: F64
    period_s: float
    phase: float
    range_sd_m: float
    azimuth_sd_rad: float
    range_bias_m: float
    azimuth_bias_rad: float
    rest_s: tuple[float, float]

    def azimuth(self, position: F64) -> F64:
        gap = position[:, :2] - self.at_m
        return np.arctan2(gap[:, 0], gap[:, 1])

    def reach_m(self, position: F64) -> F64:
        return np.hypot(*(position[:, :2] - self.at_m).T)

    def sees(self, position: F64) -> NDArray[np.bool_]:
        """Return what is in range and over the horizon (an antenna 30 m up)."""
        horizon = np.sqrt(2 * EARTH_M * 30.0) + np.sqrt(2 * EARTH_M * np.maximum(position[:, 2], 0))
        return self.reach_m(position) < np.minimum(RANGE_M, horizon)

    def turns(self, position: F64, at_s: float) -> F64:
        """Return how many turns the antenna has made since it looked at each place, 0..1."""
        return (at_s / self.period_s + self.phase - self.azimuth(position) / (2 * np.pi)) % 1.0

    def rests(self, at_s: float) -> bool:
        return self.rest_s[0] <= at_s < self.rest_s[1]


class Sky:
    """Flights: across, taking off inside, low. A flight is straight between turns at known times."""

    def __init__(self, dice: np.random.Generator, seconds: int) -> None:
        across, risen, low = 45, 10, 8
        count = across + risen + low
        bearing = dice.uniform(0, 2 * np.pi, count)
        far = np.r_[
            np.full(across, 470_000.0), dice.uniform(5e3, 8e4, risen), dice.uniform(5e3, 2e5, low)
        ]
        start = far[:, None] * np.stack([np.sin(bearing), np.cos(bearing)], 1)
        goal = dice.normal(0, 45_000, (count, 2))
        course = np.arctan2(*(goal - start).T)
        speed = dice.uniform(170, 280, count)
        self.begin_s = np.r_[
            dice.uniform(-2_000, max(seconds - 1_200, 60), across),
            dice.uniform(60, max(seconds - 600, 120), risen + low),
        ]
        height = np.r_[
            dice.uniform(6_000, 12_000, across), np.full(risen, 300.0), dice.uniform(300, 900, low)
        ]
        self._rise = np.r_[np.zeros(across), dice.uniform(8, 14, risen), np.zeros(low)]
        turns = np.sort(dice.uniform(0, seconds, (count, 3)), 1)
        by = dice.normal(0, 0.25, (count, 3))
        path = np.empty((seconds + 1, count, 3))
        at, path_height = start.copy(), height.copy()
        ahead = np.maximum(0, -self.begin_s)
        at += (speed * ahead)[:, None] * np.stack([np.sin(course), np.cos(course)], 1)
        self.alive = np.zeros((seconds + 1, count), np.bool_)
        self.velocity = np.empty((seconds + 1, count, 2))
        for second in range(seconds + 1):
            alive = second >= self.begin_s
            turned = course + np.where(turns < second, by, 0).sum(1)
            step = np.stack([speed * np.sin(turned), speed * np.cos(turned)], 1)
            at[alive] += step[alive]
            path_height[alive] = np.minimum(path_height[alive] + self._rise[alive], 11_000)
            path[second, :, :2], path[second, :, 2] = at, path_height
            self.velocity[second], self.alive[second] = step, alive
        self.path = path


class Tracker:
    """A Kalman filter of constant velocity for each flight that one radar sees."""

    def __init__(self, site: Site, sky: Sky, dice: np.random.Generator, first: int) -> None:
        count = sky.path.shape[1]
        self._site, self._sky, self._dice = site, sky, dice
        self._x, self._p = np.zeros((count, 4)), np.zeros((count, 4, 4))
        self._time_s = np.zeros(count)
        self._hits, self._misses = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self._turns = np.full(count, np.nan)
        self._number = np.zeros(count, np.int64)
        self._next = first
        self.ended: list[int] = []

    def second(self, at_s: int) -> tuple[I64, F64, F64, F64, F64]:
        """Return what has changed: numbers, times (s), states in the plane, heights, covariances."""
        site, sky = self._site, self._sky
        position = sky.path[at_s]
        turns = site.turns(position, float(at_s))
        looked = (turns * site.period_s < 1.0) & sky.alive[at_s] & (not site.rests(at_s))
        visible = site.sees(position)
        reach = site.reach_m(position)
        found = (
            looked
            & visible
            & (self._dice.random(len(reach)) < 0.97 - 0.25 * (reach / RANGE_M) ** 4)
        )
        rows = np.flatnonzero(found)
        self._predict_update(rows, at_s - turns[rows] * site.period_s, at_s)
        missed = looked & ~found & (self._hits > 0)
        self._misses[missed] += 1
        lost = ((self._misses >= 4) | (at_s - self._time_s > 5 * site.period_s)) & (self._hits > 0)
        self.ended = [n for n in self._number[lost].tolist() if n]
        self._hits[lost], self._number[lost], self._misses[lost] = 0, 0, 0
        told = rows[self._number[rows] > 0]
        heights = np.round(position[told, 2] / 30) * 30
        return self._number[told], self._time_s[told], self._x[told], heights, self._p[told]

    def _predict_update(self, rows: I64, time_s: F64, at_s: int) -> None:
        site, truth = self._site, self._sky.path[at_s][rows]
        late = (at_s - time_s)[:, None]
        gap = truth[:, :2] - self._sky.velocity[at_s][rows] * late - site.at_m
        reach = np.hypot(*gap.T)
        azimuth = np.arctan2(gap[:, 0], gap[:, 1])
        told_m = reach + site.range_bias_m + self._dice.normal(0, site.range_sd_m, len(rows))
        told_rad = (
            azimuth + site.azimuth_bias_rad + self._dice.normal(0, site.azimuth_sd_rad, len(rows))
        )
        along = np.stack([np.sin(told_rad), np.cos(told_rad)], 1)
        z = site.at_m + told_m[:, None] * along
        cross = np.stack([along[:, 1], -along[:, 0]], 1)
        noise = site.range_sd_m**2 * along[:, :, None] * along[:, None] + (
            (told_m * site.azimuth_sd_rad) ** 2
        )[:, None, None] * (cross[:, :, None] * cross[:, None])
        new = self._hits[rows] == 0
        x, p = self._x[rows], self._p[rows]
        dt = time_s - self._time_s[rows]
        f = np.tile(np.eye(4), (len(rows), 1, 1))
        f[:, 0, 2] = f[:, 1, 3] = dt
        x = np.einsum("nij,nj->ni", f, x)
        p = f @ p @ f.transpose(0, 2, 1)
        for i in (0, 1):
            p[:, i, i] += 2.0 * dt**3 / 3
            p[:, i, i + 2] += 2.0 * dt**2 / 2
            p[:, i + 2, i] += 2.0 * dt**2 / 2
            p[:, i + 2, i + 2] += 2.0 * dt
        x[new] = np.c_[z[new], np.zeros((new.sum(), 2))]
        p[new] = 0
        p[new, :2, :2] = noise[new]
        p[new, 2, 2] = p[new, 3, 3] = 300.0**2
        old = ~new
        gain = p[old, :, :2] @ np.linalg.inv(p[old, :2, :2] + noise[old])
        x[old] += np.einsum("nij,nj->ni", gain, z[old] - x[old, :2])
        p[old] -= gain @ p[old, :2, :]
        self._x[rows], self._p[rows], self._time_s[rows] = x, p, time_s
        self._hits[rows] += 1
        self._misses[rows] = 0
        for row in rows[(self._hits[rows] == 3)].tolist():
            self._number[row] = self._next
            self._next += 1


def sites(dice: np.random.Generator, seconds: int) -> dict[str, Site]:
    """Return a radar for each nation, around the centre; rests do not overlap."""
    bearings = np.arange(4) * np.pi / 2 + dice.uniform(0, 2 * np.pi) + dice.normal(0, 0.15, 4)
    far = dice.uniform(95_000, 130_000, 4)
    periods, rests = dice.permutation([4.0, 5.1, 6.3, 9.2]), dice.permutation(4)
    out: dict[str, Site] = {}
    for i, nation in enumerate(dice.permutation(NATIONS).tolist()):
        slot = max(seconds - 900, 0) / 4
        begin = 600 + rests[i] * slot + dice.uniform(0, slot / 3)
        out[nation] = Site(
            far[i] * np.array([np.sin(bearings[i]), np.cos(bearings[i])]),
            float(periods[i]), float(dice.uniform()), 60.0, 1.5e-3,
            float(dice.normal(0, 50)), float(dice.normal(0, 1.0e-3)),
            (begin, begin + min(240.0, slot / 2)),
        )  # fmt: skip
    return {nation: out[nation] for nation in NATIONS}


def corners(site: Site) -> tuple[tuple[float, float], ...]:
    """Return what a nation declares: a polygon well inside what its radar sees."""
    from skypact.core.geodesy import geodetic_from_ecef

    turn = np.arange(16) / 16 * 2 * np.pi
    ring = site.at_m + DECLARED_M * np.stack([np.sin(turn), np.cos(turn)], 1)
    lat, lon, _ = geodetic_from_ecef(ecef_from_enu(np.c_[ring, np.zeros(16)], CENTRE))
    return tuple(zip(np.degrees(lat).tolist(), np.degrees(lon).tolist(), strict=True))


def agreements(owner: str) -> list[Agreement]:
    span: dict[str, Any] = {
        "valid_from": datetime(2023, 11, 1, tzinfo=UTC), "valid_until": datetime(2023, 12, 1, tzinfo=UTC),
    }  # fmt: skip
    tells = [
        Clause(id="1", what=What.TRACK, classes=CLASSES),
        Clause(
            id="8", what=What.UNNAMED, classes=CLASSES, for_nations=(VIEWER,),
            among=tuple(n for n in NATIONS if n != owner), position_grid_m=5_000.0, velocity_grid_mps=50.0,
        ),
    ]  # fmt: skip
    declares = Clause(id="c", what=What.COVERAGE)
    shows = Clause(id="5", what=What.COALITION, tracks_max=64)
    return [
        *(
            Agreement(
                owner=n, partner=SPONSOR, clauses=(declares, *(tells if n == owner else ())), **span
            )
            for n in NATIONS
        ),
        Agreement(owner=SPONSOR, partner=VIEWER, clauses=(shows,), **span),
    ]


class Hour(NamedTuple):
    """What the viewer has of an hour, and what everybody knows. frames: (second, sent_ns, bytes)."""

    owner: str
    sites: dict[str, Site]
    sky: Sky
    frames: list[tuple[int, int, bytes]]


class Rooms:
    """Rooms of all nations; frames go at once. Rooms that only declare are woken every ten seconds."""

    def __init__(self, owner: str, places: dict[str, Site]) -> None:
        self._owner, said = owner, agreements(owner)
        self._edge = {n: Issuer(n, "edge", Context.EXERCISE) for n in (*NATIONS, SPONSOR, VIEWER)}
        self.rooms: dict[str, Sharing] = {}
        self.frames: list[tuple[int, int, bytes]] = []
        self._second = 0
        for nation in self._edge:
            mine = tuple(a for a in said if nation in (a.owner, a.partner))
            partners = tuple(
                Partner(name=n, reference_key=f"{n} key of {nation}".encode() * 2)
                for n in self._edge
                if n != nation
            )
            area = ()
            if nation in places:
                area = (
                    DeclaredArea(
                        area_deg=corners(places[nation]), height_min_m=FLOOR_M, sensors=("radar",)
                    ),
                )
            settings = SharingSettings(partners=partners, coverage=area)
            room = Sharing(Issuer(nation, "sharing", Context.EXERCISE), settings, mine)
            room.handle(NodeStarted(**self._header(nation, T0), epoch=1, version="bench"), T0)
            self.rooms[nation] = room

    def _header(self, nation: str, now_ns: int) -> Any:
        return self._edge[nation].header(now_ns, now_ns)

    def wake(self, second: int) -> None:
        self._second = second
        now_ns = T0 + second * S
        for nation, room in self.rooms.items():
            busy = nation in (self._owner, SPONSOR)
            if busy or second % 10 == 0:
                self.deliver(nation, room.wake(now_ns), now_ns)

    def handle(self, nation: str, message: Message, now_ns: int) -> None:
        self.deliver(nation, self.rooms[nation].handle(message, now_ns), now_ns)

    def deliver(self, source: str, messages: Any, now_ns: int) -> None:
        for message in messages:
            if not isinstance(message, Release):
                continue
            if message.stream is Stream.COALITION:
                self.frames.append((self._second, now_ns, message.frame))
                continue
            frame = PartnerFrame(
                **self._header(message.partner, now_ns), partner=source, stream=message.stream, frame=message.frame,
            )  # fmt: skip
            self.handle(message.partner, frame, now_ns)

    def rests(self, nation: str, rests: bool, now_ns: int) -> None:
        sensor = SensorState(name="radar", last_ns=0, rotation_s=4.0, alive=not rests)
        self.handle(
            nation, FeedView(**self._header(nation, now_ns), feeds=(), sensors=(sensor,)), now_ns
        )

    def own(self, nation: str, now_ns: int, ended: list[int], told: Any) -> None:
        number, time_s, x, height, p = told
        if not len(number) and not ended:
            return
        count = len(number)
        enu = np.c_[x[:, :2], height]
        # The plane's height is over the ellipsoid, not over the plane.
        position = ecef_from_enu(
            np.c_[enu[:, :2], enu[:, 2] - (enu[:, :2] ** 2).sum(1) / 2 / 6_371_000.0], CENTRE
        )
        axes = np.tile(enu_axes(CENTRE[0], CENTRE[1]), (count, 1, 1))
        local = np.zeros((count, 6, 6))
        where = np.array([0, 1, 3, 4])
        local[:, where[:, None], where[None]] = p
        local[:, 2, 2], local[:, 5, 5] = 100.0**2, 5.0**2
        turn = np.zeros((count, 6, 6))
        turn[:, :3, :3] = turn[:, 3:, 3:] = axes.transpose(0, 2, 1)
        covariance = turn @ local @ turn.transpose(0, 2, 1)
        velocity = np.einsum("nji,nj->ni", axes, np.c_[x[:, 2:], np.zeros(count)])
        times = T0 + np.rint(time_s * S).astype(np.int64)
        rows, columns = np.triu_indices(6)
        packed = pack(
            OwnTracks, number=number, time_ns=times, position_ecef_m=position, velocity_ecef_mps=velocity,
            covariance=covariance[:, rows, columns], quality=np.full(count, 9), detection=np.ones(count),
            address=np.zeros(count), callsign=np.zeros(count, "S8"), detected_ns=times, confirmed_ns=times,
        )  # fmt: skip
        ends = {"ended": tuple(ended), "successors": (0,) * len(ended)}
        self.handle(
            nation, OwnTracks(**self._header(nation, now_ns), **ends, count=count, **packed), now_ns
        )


def played(seed: int, owner: str, seconds: int = 3_600) -> Hour:
    """Return an hour in which `owner` is the one that is not named."""
    places = sites(np.random.default_rng([seed, 1]), seconds)
    sky = Sky(np.random.default_rng([seed, 2]), seconds)
    first = 1_000 + NATIONS.index(owner) * 8_000
    tracker = Tracker(
        places[owner], sky, np.random.default_rng([seed, 3, NATIONS.index(owner)]), first
    )
    rooms = Rooms(owner, places)
    quiet = dict.fromkeys(NATIONS, False)
    for second in range(1, seconds):
        now_ns = T0 + second * S
        for nation, site in places.items():
            # A node notices that a radar rests after three turns.
            rests = site.rests(second - 3 * site.period_s) and site.rests(second)
            if rests != quiet[nation]:
                quiet[nation] = rests
                rooms.rests(nation, rests, now_ns)
        rooms.wake(second)
        told = tracker.second(second)
        rooms.own(owner, now_ns + S // 3, tracker.ended, told)
    return Hour(owner, places, sky, rooms.frames)


def bodies(hour: Hour) -> Iterator[tuple[int, int, int, wire.CoalitionBody]]:
    """Yield (second, sent_ns, size, body) of each frame, as the viewer opens them."""
    for second, _, data in hour.frames:
        frame = wire.frame_decoder.decode(data)
        yield second, frame.sent_ns, len(data), wire.coalition_decoder.decode(frame.body)


def rows(body: wire.CoalitionBody) -> dict[str, Any]:
    return {name: array(body, name) for name in body.COLUMNS}
