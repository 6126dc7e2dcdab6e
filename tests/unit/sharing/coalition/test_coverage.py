"""Coverage that a nation declares: when it is told, and what of it."""

import numpy as np

from skypact.core.messages import Stream
from skypact.sharing.coalition.coverage import covers
from skypact.sharing.settings import DeclaredArea
from skypact.sharing.wire import CoverageArea, CoverageBody
from tests.unit.picture.flights import S
from tests.unit.sharing.coalition.club import AREA, BEGIN, OWNER, SPONSOR, agreements, room
from tests.unit.sharing.coalition.test_course import silent
from tests.unit.sharing.treaty import opened, releases


def told(one: object, now_ns: int) -> list[CoverageBody]:
    found = releases(one.wake(now_ns), Stream.WARNING, SPONSOR)  # type: ignore[attr-defined]
    bodies = [opened(r)[1] for r in found]
    return [b for b in bodies if isinstance(b, CoverageBody)]


def test_it_is_told_on_the_minute_and_only_when_it_has_changed():
    one = room(OWNER, agreements())
    first = told(one, BEGIN - 59 * S)
    assert [len(b.areas) for b in first] == [1]
    assert first[0].cell_m == 50_000.0
    one.handle(silent(BEGIN, "radar"), BEGIN)
    assert told(one, BEGIN - 58 * S) == []
    assert [b.areas for b in told(one, BEGIN)] == [()]
    assert told(one, BEGIN + 60 * S) == []


def test_without_a_clause_nothing_is_told():
    said = agreements()
    plain = tuple(a for a in said if a.owner != OWNER)
    one = room(OWNER, (*plain, said[0].__class__(**{
        f: getattr(said[0], f) for f in said[0].__struct_fields__ if f != "clauses"
    })))  # fmt: skip
    assert told(one, BEGIN) == []


def test_a_floor_is_rounded_up():
    areas = (DeclaredArea(area_deg=AREA, height_min_m=1_234.0),)
    (body,) = told(room(OWNER, agreements(), coverage=areas), BEGIN)
    assert body.areas[0].height_min_m == 1_500.0
    lat, lon = np.radians([-32.0, -32.0, 0.0]), np.radians([-18.0, -18.0, 0.0])
    heights = np.array([1_400.0, 1_600.0, 1_600.0])
    assert covers(body, lat, lon, heights).tolist() == [False, True, False]
    assert not covers(None, lat, lon, heights).any()


def test_broken_cells_cover_nothing():
    body = CoverageBody(cell_m=50_000.0, areas=(CoverageArea(height_min_m=0.0, cells=b"abc"),))
    assert not covers(body, np.zeros(1), np.zeros(1), np.zeros(1)).any()
