"""What of one nation's tracks one other may see as the coalition's, by one clause.

All that is decided here depends on coverage that nations have declared and on where an object is,
never on whose track it is: had another nation of the group been the owner, the same would leave.
So a track is shown from where it enters the region that all of them cover until it leaves it, and
one that appears inside, where only its owner's sensors decide when, is not shown at all. When the
sensors of any of them rest, the region closes for all.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import ThreatClass
from skypact.core.table import Table, TableState
from skypact.sharing.coalition.blur import coast_s, fits
from skypact.sharing.coalition.coverage import covers
from skypact.sharing.coalition.held import Held
from skypact.sharing.treaty.lint_unnamed import COVERERS_MIN
from skypact.sharing.treaty.policy import Rule, admits
from skypact.sharing.wire import CoverageBody

F64, I64 = NDArray[np.float64], NDArray[np.int64]
S = 1_000_000_000
Declared = Mapping[str, CoverageBody]


class Entering(NamedTuple):
    """Tracks that come into view: their serials and states (N, 6)."""

    serials: I64
    state: F64


class Course:
    """owner: whose tracks; rule: the clause that lets them be passed on; recipient: to whom.

    tracks: by serial; outside: it has been seen outside the region while that was open; object:
    under which the recipient sees it, 0 not.
    """

    def __init__(self, owner: str, rule: Rule, recipient: str) -> None:
        self.owner, self.rule, self.recipient = owner, rule, recipient
        self.tracks = Table({"outside": ("|u1", 1), "object": ("<i8", 1)})

    @property
    def name(self) -> str:
        return f"{self.rule.name} {self.recipient}"

    def look(self, held: Held, declared: Declared, now_ns: int) -> Entering:
        """Note what has left and return what enters. declared: what nations declare now
        and are heard to."""
        clause, serials = self.rule.clause, held.of(self.owner)
        rows = held.tracks.rows(serials)
        fresh = now_ns - held.tracks["time_ns"][rows] <= coast_s(clause.position_grid_m) * S
        named = np.array([threat in clause.covers() for threat in ThreatClass])
        rows = rows[fresh & named[held.tracks["threat_class"][rows]]]
        serials, state = held.tracks.keys[rows], held.at(rows, now_ns)
        self.tracks.drop(~np.isin(self.tracks.keys, serials))
        mine = self.tracks.put(serials)
        region = self._region(declared)
        if region is None:
            self.tracks["outside"][:], self.tracks["object"][:] = 0, 0
            return Entering(serials[:0], state[:0])
        lat, lon, height = geodetic_from_ecef(state[:, :3])
        inside = admits(self.rule, lat, lon, height)
        for body in region:
            inside &= covers(body, lat, lon, height)
        self.tracks["outside"][mine[~inside]] = 1
        self.tracks["object"][mine[~inside]] = 0
        grids = (clause.position_grid_m, clause.velocity_grid_mps)
        poor = inside & ~fits(held.tracks["bounds"][rows], *grids)
        self.tracks["outside"][mine[poor]] = 0
        self.tracks["object"][mine[poor]] = 0
        entering = inside & (self.tracks["outside"][mine] > 0) & (self.tracks["object"][mine] == 0)
        self.tracks["outside"][mine[inside]] = 0
        return Entering(serials[entering], state[entering])

    def _region(self, declared: Declared) -> list[CoverageBody] | None:
        """Return what all of the group declare, None when one of them declares nothing."""
        others = [n for n in self.rule.clause.among if n not in (self.owner, self.recipient)]
        if len(set(others)) < COVERERS_MIN:
            return None
        found = [declared.get(nation) for nation in (self.owner, *others)]
        held = [body for body in found if body is not None and body.areas]
        return held if len(held) == len(found) else None

    def show(self, serial: int, number: int) -> None:
        """Note under which object the recipient sees a track."""
        self.tracks["object"][self.tracks.rows([serial])] = number

    def shown(self) -> tuple[I64, I64]:
        """Return serials and objects of what the recipient sees."""
        seen = self.tracks["object"] > 0
        return self.tracks.keys[seen], self.tracks["object"][seen]

    def close(self) -> None:
        """Forget what was shown."""
        self.tracks.drop(np.ones(len(self.tracks), np.bool_))

    def state(self) -> TableState:
        """Return the content for a snapshot."""
        return self.tracks.state()
