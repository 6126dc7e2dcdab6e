"""For every policy and track: what leaves is allowed, all that is allowed leaves, nothing else.

The oracle reads agreements clause by clause and track by track, and knows nothing of tables. The
taint test looks for marked values in every byte that leaves, and must find a planted leak.
"""

import math
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.columns import array
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import Ledger, Release, Stream, ThreatClass
from skypact.sharing import degrade, warnings_out
from skypact.sharing.treaty.agreements import Agreement, Clause, What
from tests.unit.picture.flights import T0, S, state
from tests.unit.sharing.treaty import (
    ALL,
    agreement,
    classes,
    clause,
    everything,
    opened,
    own,
    raised,
    sharing,
)

NOW = T0 + S
ADDRESS, CALLSIGN, SECRETS = 0x4B1A2C, b"TAINT789", (b"TAINT789", b"auria-warning-77", b"secret")
AREAS = (
    (),
    ((-31.0, -19.0), (-31.0, -17.0), (-33.0, -17.0), (-33.0, -19.0)),
    ((-32.0, -18.0), (-32.0, -16.0), (-34.0, -17.0)),
)


@st.composite
def clauses(draw: Any, index: int) -> Clause:
    grid = draw(st.sampled_from([0.0, 0.0, 500.0, 5000.0]))
    low = draw(st.sampled_from([-1e4, 0.0, 5000.0]))
    return clause(
        id=str(index),
        classes=tuple(draw(st.lists(st.sampled_from(ALL), min_size=1, unique=True))),
        area_deg=draw(st.sampled_from(AREAS)),
        height_min_m=low,
        height_max_m=draw(st.sampled_from([low + 6000.0, 1e7])),
        position_grid_m=grid,
        velocity_grid_mps=grid / 50,
        show_address=draw(st.booleans()),
        show_callsign=draw(st.booleans()),
        delay_s=draw(st.sampled_from([0.0, 0.0, 0.0, 30.0])),
    )


@st.composite
def policies(draw: Any) -> Agreement:
    count = draw(st.integers(0, 4))
    begin, end = draw(st.sampled_from([(1, 30), (1, 14), (20, 30)]))
    return agreement(
        *(draw(clauses(i)) for i in range(count)),
        valid_from=datetime(2023, 11, begin, tzinfo=UTC),
        valid_until=datetime(2023, 11, end, tzinfo=UTC),
    )


@st.composite
def skies(draw: Any) -> list[tuple[int, np.ndarray, int]]:
    """Return (number, state, class) of some tracks."""
    spots = st.floats(-250_000, 250_000, allow_nan=False)
    numbers = draw(st.lists(st.integers(1, 999), min_size=1, max_size=6, unique=True))
    return [
        (n, state(draw(spots), draw(spots), 150.0, 90.0), draw(st.integers(0, 5))) for n in numbers
    ]


def inside(area: tuple, lat_deg: float, lon_deg: float) -> bool:
    """Even-odd rule, one point, one edge at a time; degrees."""
    odd = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(area, area[1:] + area[:1], strict=True):
        if (lat_a > lat_deg) != (lat_b > lat_deg):
            crossing = lon_a + (lat_deg - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            odd ^= lon_deg < crossing
    return odd


def oracle(treaty: Agreement, x: np.ndarray, threat: int) -> Clause | None:
    """Return the clause under which a track may leave now."""
    at = datetime.fromtimestamp(NOW / S, UTC)
    if not treaty.valid_from <= at < treaty.valid_until:
        return None
    lat, lon, height = (float(v) for v in geodetic_from_ecef(x[:3]))
    for c in treaty.clauses:
        covered = ThreatClass(threat).name.lower() in c.classes
        band = c.height_min_m <= height < c.height_max_m
        area = not c.area_deg or inside(c.area_deg, math.degrees(lat), math.degrees(lon))
        if c.what is What.TRACK and covered and band and area:
            return c if not c.delay_s else None
    return None


def released(treaty: Agreement, sky: list) -> list[Release]:
    room = sharing(treaty)
    given = {f"n{n}": threat for n, _, threat in sky}
    room.handle(classes(T0, **given), T0)
    count = len(sky)
    batch = own(
        [n for n, _, _ in sky],
        np.stack([x for _, x, _ in sky]),
        T0,
        address=np.full(count, ADDRESS),
        callsign=np.full(count, CALLSIGN, "S8"),
    )
    room.handle(batch, T0)
    return [m for m in room.wake(NOW) if isinstance(m, Release)]


@settings(max_examples=120, deadline=None)
@given(policies(), skies())
def test_what_leaves_is_what_the_agreement_says(treaty: Agreement, sky: list):
    left: dict[int, tuple[Any, str, int]] = {}
    for release in released(treaty, sky):
        if release.stream is Stream.HEARTBEAT:
            continue
        assert release.stream is Stream.TRACK
        body = opened(release)[1]
        for i, n in enumerate(array(body, "number").tolist()):
            assert n not in left
            left[n] = (body, release.clauses[array(body, "clause")[i]], i)
    allowed = {n: (c, x, t) for n, x, t in sky if (c := oracle(treaty, x, t))}
    assert left.keys() == allowed.keys()
    for n, (c, x, threat) in allowed.items():
        body, name, i = left[n]
        assert name == f"auria-borvia/{c.id}"
        assert array(body, "threat_class")[i] == threat
        assert array(body, "address")[i] == (ADDRESS if c.show_address else 0)
        assert array(body, "callsign")[i] == (CALLSIGN if c.show_callsign else b"")
        exact = (array(body, "position_ecef_m")[i] == x[:3]).all()
        assert exact == (c.position_grid_m == 0)
        if c.position_grid_m:
            off = np.linalg.norm(array(body, "position_ecef_m")[i] - x[:3])
            assert off <= 0.5 * 3**0.5 * 1.03 * c.position_grid_m
            assert array(body, "covariance")[i][0] >= c.position_grid_m**2 / 12


def tainted(treaty: Agreement) -> list[bytes]:
    """Return the marks found in all that leaves: secrets, exact values, what no clause shows."""
    x = state(1234.5, 2345.6, 150.0, 90.0)
    room = sharing(treaty)
    room.handle(classes(T0, n105=ThreatClass.CRUISE), T0)
    batch = own([105], x, T0, address=[ADDRESS], callsign=np.array([CALLSIGN], "S8"))
    room.handle(batch, T0)
    named = {"acknowledged_by": "secret person", "ledger": Ledger(detected_ns=T0)}
    out = [*room.handle(raised(T0, **named), T0), *room.wake(NOW)]
    data = b"".join(m.frame for m in out if isinstance(m, Release))
    assert data
    marks = [*SECRETS, ADDRESS.to_bytes(4, "little")]
    marks += [value.tobytes() for value in x]
    marks += [array(batch, "covariance")[0][i : i + 1].tobytes() for i in (0, 15)]
    return [mark for mark in marks if mark in data]


ROUND = clause(position_grid_m=1000.0, velocity_grid_mps=20.0)
TREATY = agreement(ROUND, clause("warning", id="2"))


def test_no_mark_leaves():
    assert tainted(TREATY) == []


def test_the_marks_are_there_when_allowed():
    """Else the test above could not fail."""
    found = tainted(everything())
    assert CALLSIGN in found
    assert ADDRESS.to_bytes(4, "little") in found
    assert len(found) == 2 + 6 + 2


@pytest.mark.parametrize("leak", ["identity of the track", "covariance", "warning id"])
def test_a_planted_leak_is_found(leak: str):
    true_degraded = degrade.degraded

    def unstepped(held: Any, rows: np.ndarray, c: Clause, out: dict) -> None:
        true_degraded(held, rows, c, out)
        out["covariance"][:] = held["covariance"][rows]

    def unstripped(held: Any, rows: np.ndarray, c: Clause, out: dict) -> None:
        true_degraded(held, rows, c, out)
        out["callsign"][:] = held["callsign"][rows]

    plants = {
        "identity of the track": ("skypact.sharing.tracks_out.degraded", unstripped),
        "covariance": ("skypact.sharing.tracks_out.degraded", unstepped),
        "warning id": ("skypact.sharing.warnings_out._warning_body", leaky_body),
    }
    with patch(*plants[leak]):
        assert tainted(TREATY) != []


_true_body = warnings_out._warning_body


def leaky_body(warning: Any, reference: str, *rest: Any) -> Any:
    import msgspec

    body = _true_body(warning, reference, *rest)
    place = msgspec.structs.replace(body.places[0], name=warning.warning_id)
    return msgspec.structs.replace(body, places=(place,))
