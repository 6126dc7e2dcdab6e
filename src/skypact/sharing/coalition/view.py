"""What one partner sees of the coalition: a frame each second, always of the same size."""

from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import Release, Stream
from skypact.core.table import Table, TableState
from skypact.sharing.coalition.blur import blurred, noise, told_sds
from skypact.sharing.coalition.course import Course
from skypact.sharing.coalition.held import Held
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.policy import Rule
from skypact.sharing.wire import CoalitionBody, encode

F64, I64 = NDArray[np.float64], NDArray[np.int64]
S = 1_000_000_000
NUMBERS = (32_768, 32_768)
"""First of the numbers under which objects of the coalition go, and how many there are: none is the
system track number of a nation."""
RETIRED_NS = 3_600 * S
ROW_BYTES, HEAD_BYTES = 64, 1_024
TWIN_M, TWIN_MPS = 4_000.0, 60.0
"""Two nations' tracks that are as close as this when one enters are taken for one object."""
ORDER_RAD = 0.02


class ViewState(msgspec.Struct, frozen=True, kw_only=True):
    """frozen: objects as they were at the last slot, from which they go on; numbers: of each
    object, with the time since it is no longer seen (0: it is)."""

    issued: int
    slot_ns: int
    frozen: TableState
    numbers: list[tuple[int, int, int]]
    courses: dict[str, TableState]


class View:
    """key: a secret for this partner alone."""

    def __init__(self, partner: str, key: bytes, courses: list[Course]) -> None:
        self.partner, self._key, self.courses = partner, key, courses
        self._frozen = Table({"state": ("<f8", 6), "threat_class": ("|u1", 1), "grids": ("<f8", 2)})
        self._numbers: dict[int, tuple[int, int]] = {}
        self._issued = self._slot_ns = 0

    def enter(self, course: Course, serials: I64, state: F64, held: Held, now_ns: int) -> None:
        """Give an object to each track that comes into view: one that another nation's track has
        already, or a new one."""
        lat, lon, _ = geodetic_from_ecef(state[:, :3])
        # In an order that says nothing of their owner.
        for at in np.lexsort((lon // ORDER_RAD, lat // ORDER_RAD)).tolist():
            number = self._twin(course, state[at], held, now_ns)
            if not number:
                self._issued += 1
                number = self._issued
                self._numbers[number] = (self._draw(number), 0)
            course.show(int(serials[at]), number)

    def _twin(self, course: Course, state: F64, held: Held, now_ns: int) -> int:
        taken = set(course.shown()[1].tolist())
        for other in self.courses:
            serials, objects = other.shown()
            if other.owner == course.owner or not len(serials):
                continue
            apart = held.at(held.tracks.rows(serials), now_ns) - state
            near = np.hypot.reduce(apart[:, :3], axis=1) <= TWIN_M
            near &= np.hypot.reduce(apart[:, 3:], axis=1) <= TWIN_MPS
            found = [o for o in objects[near].tolist() if o not in taken]
            if found:
                return found[0]
        return 0

    def _draw(self, number: int) -> int:
        """Return a number that is not in use and was not within the hour."""
        used = {label for label, _ in self._numbers.values()}
        first, count = NUMBERS
        for attempt in range(count):
            said = number.to_bytes(8, "big") + attempt.to_bytes(4, "big")
            digest = blake2b(said, key=self._key, digest_size=8, person=b"number").digest()
            label = first + int.from_bytes(digest, "big") % count
            if label not in used:
                return label
        return first

    def freeze(self, held: Held, now_ns: int) -> None:
        """Take over where objects are now: until the next slot nothing else of them counts, so when
        a sensor looks is seen by nobody."""
        self._frozen.drop(np.ones(len(self._frozen), np.bool_))
        for course in reversed(self.courses):
            serials, objects = course.shown()
            rows, clause = held.tracks.rows(serials), course.rule.clause
            self._frozen.put(
                objects,
                state=held.at(rows, now_ns),
                threat_class=held.tracks["threat_class"][rows],
                grids=np.tile((clause.position_grid_m, clause.velocity_grid_mps), (len(rows), 1)),
            )
        self._slot_ns = now_ns
        seen = set(self._frozen.keys.tolist())
        kept: dict[int, tuple[int, int]] = {}
        for number, (label, since_ns) in self._numbers.items():
            gone_ns = 0 if number in seen else since_ns or now_ns
            if not gone_ns or now_ns - gone_ns < RETIRED_NS:
                kept[number] = (label, gone_ns)
        self._numbers = kept

    def number(self, course: Course, serial: int) -> int:
        """Return under which number the partner sees a track, 0 when it does not."""
        row = int(course.tracks.rows([serial])[0]) if serial else -1
        held = int(course.tracks["object"][row]) if row >= 0 else 0
        return self._numbers[held][0] if held in self._numbers else 0

    def frame(self, rule: Rule, releaser: Releaser, now_ns: int) -> tuple[Release, int]:
        """Return the frame of this second, and how many tracks had no room in it."""
        rows_max = rule.clause.tracks_max
        objects = self._frozen.keys[:rows_max]
        columns = self._columns(objects, now_ns)
        order = np.argsort(columns["number"], kind="stable")
        body = CoalitionBody(
            time_ns=now_ns,
            count=len(objects),
            **pack(CoalitionBody, **{name: values[order] for name, values in columns.items()}),
        )
        size = HEAD_BYTES + ROW_BYTES * rows_max
        padded = msgspec.structs.replace(body, pad=bytes(size - len(encode(body)) - 3))
        args = (self.partner, Stream.COALITION, (rule.name,), padded, now_ns, now_ns)
        return releaser.make(*args), len(self._frozen) - len(objects)

    def _columns(self, objects: I64, now_ns: int) -> dict[str, NDArray[Any]]:
        """Return what is told of objects, field by field."""
        count, rows = len(objects), self._frozen.rows(objects)
        state = self._frozen["state"][rows]
        gap_s = (now_ns - self._slot_ns) / S
        state = np.concatenate([state[:, :3] + state[:, 3:] * gap_s, state[:, 3:]], 1)
        pushed, grids = noise(self._key, objects.tolist(), now_ns), self._frozen["grids"][rows]
        out, sds = np.zeros((count, 6)), np.zeros((count, 2))
        for grid_m, grid_mps in np.unique(grids, axis=0).tolist():
            here = (grids == (grid_m, grid_mps)).all(1)
            out[here] = blurred(state[here], pushed[here], grid_m, grid_mps)
            sds[here] = told_sds(grid_m, grid_mps)
        return {
            "number": np.array([self._numbers[o][0] for o in objects.tolist()], np.int64),
            "position_ecef_m": out[:, :3],
            "velocity_ecef_mps": out[:, 3:],
            "position_sd_m": sds[:, 0],
            "velocity_sd_mps": sds[:, 1],
            "threat_class": self._frozen["threat_class"][rows],
        }

    def close(self) -> None:
        """Forget what was shown: nothing may be shown now."""
        for course in self.courses:
            course.close()
        self._frozen.drop(np.ones(len(self._frozen), np.bool_))

    def state(self) -> ViewState:
        """Return the content for a snapshot."""
        return ViewState(
            issued=self._issued,
            slot_ns=self._slot_ns,
            frozen=self._frozen.state(),
            numbers=[(number, *held) for number, held in self._numbers.items()],
            courses={course.name: course.state() for course in self.courses},
        )

    def restore(self, state: ViewState) -> None:
        """Take over a state, also under changed agreements."""
        self._issued, self._slot_ns = state.issued, state.slot_ns
        self._frozen.restore(state.frozen)
        self._numbers = {number: (label, since_ns) for number, label, since_ns in state.numbers}
        for course in self.courses:
            if course.name in state.courses:
                course.tracks.restore(state.courses[course.name])
