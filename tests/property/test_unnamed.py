"""Nothing of a nation that is not named is in any byte of those who may not know it.

The sharp form of it: what they get is the same to the byte, whichever nation of the group owns the
tracks, whatever its sensors' covariances, times and numbers are. Then so is all that their nodes
make of it: rooms are pure, so journal, log, picture and every export follow from what came in.
"""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skypact.core.codec import encode
from skypact.core.messages import ImpactEllipse, Ledger, Stream, WarningRaised
from skypact.sharing.coalition import blur, view
from skypact.sharing.coalition.passing import Passing
from tests.unit.picture.flights import S, moved, triangle
from tests.unit.sharing.coalition.club import (
    OTHERS,
    OUTSIDE,
    OWNER,
    VIEWER,
    Club,
    agreements,
    unnamed,
)
from tests.unit.sharing.treaty import ISSUER, own, place, warning

GROUP = (OWNER, *OTHERS)
BEFORE = moved(OUTSIDE, 555)
"""A few seconds outside the region."""
SECONDS = 60


class Signature(msgspec.Struct, frozen=True):
    """What a nation's sensors and its books give its tracks. phase_ms: how old a state is;
    spread_m: standard deviations of position."""

    owner: str = OWNER
    number: int = 105
    callsign: bytes = b""
    address: int = 0
    detection: int = 1
    quality: int = 9
    phase_ms: int = 0
    spread_m: tuple[float, float, float] = (50.0, 50.0, 50.0)
    warned_ms: int = 0


signatures = st.builds(
    Signature,
    owner=st.sampled_from(GROUP),
    number=st.integers(1_000, 32_767),
    callsign=st.sampled_from([b"", b"MARKCALL"]),
    address=st.integers(0, 0xFFFFFF),
    detection=st.integers(1, 7),
    quality=st.integers(0, 15),
    phase_ms=st.integers(0, 900),
    spread_m=st.tuples(*[st.floats(20.0, 500.0)] * 3),
    warned_ms=st.integers(0, 900),
)


def tracks(mark: Signature, x: np.ndarray, now_ns: int) -> Any:
    """Return the track as that nation holds it: a state that is older, carried back."""
    time_ns = now_ns - mark.phase_ms * 1_000_000
    covariance = triangle(0.0, 5.0, 1)
    covariance[0, [0, 6, 11]] = np.square(mark.spread_m)
    made = own(
        [mark.number], [moved(x, -mark.phase_ms / 1000)], time_ns, address=[mark.address],
        callsign=np.array([mark.callsign], "S8"),
    )  # fmt: skip
    return msgspec.structs.replace(
        made,
        covariance=covariance.astype("<f8").tobytes(),
        quality=bytes([mark.quality]),
        detection=bytes([mark.detection]),
    )


def impact(major_m: float, minor_m: float, turn: float) -> ImpactEllipse:
    return ImpactEllipse(
        lat_rad=0.1, lon_rad=0.2, semi_major_m=major_m, semi_minor_m=minor_m, azimuth_rad=turn / 999
    )


def warns(mark: Signature, now_ns: int) -> WarningRaised:
    told = warning(
        warning_id=f"{mark.owner}-warning-{mark.number}",
        origin=mark.owner,
        nation=VIEWER,
        track=mark.number,
        places=(place("port", VIEWER),),
        assessed_ns=now_ns - mark.warned_ms * 1_000_000,
        impact=impact(*mark.spread_m),
        reason=f"seen by {mark.owner}",
        ledger=Ledger(detected_ns=now_ns - S - mark.phase_ms, tracked_ns=now_ns - mark.warned_ms),
    )
    return WarningRaised(**ISSUER.header(now_ns, now_ns), warning=told)


def played(mark: Signature) -> Club:
    """Let one nation see an aircraft come in and warn of it."""
    club = Club(
        agreements(unnamed(among=tuple(n for n in GROUP if n != mark.owner)), owner=mark.owner)
    )
    for _ in range(63):
        club.second()
    x = BEFORE
    for second in range(SECONDS):
        club.second()
        x = moved(x, 1.0)
        club.handle(mark.owner, tracks(mark, x, club.now_ns))
        if second == 45:
            club.handle(mark.owner, warns(mark, club.now_ns))
    assert club.seen() == 1
    return club


def got(club: Club, nation: str = VIEWER) -> list[bytes]:
    """Return every byte that came to a nation and that its room made of it."""
    messages = [*club.inputs[nation], *club.told[nation]]
    return [*map(encode, messages), club.rooms[nation].snapshot()]


def differing(some: list[bytes], others: list[bytes]) -> list[int]:
    """Return where two of these differ."""
    both = zip(some, others, strict=False)
    found = [at for at, (one, other) in enumerate(both) if one != other]
    return found if len(some) == len(others) else [*found, min(len(some), len(others))]


@pytest.fixture(scope="module")
def plain() -> list[bytes]:
    return got(played(Signature()))


@settings(max_examples=12, deadline=None)
@given(signatures)
@example(Signature(owner=OTHERS[1], number=32_767, address=1, detection=7, quality=0, phase_ms=900))
def test_what_the_viewer_gets_does_not_depend_on_the_owner(plain: list[bytes], mark: Signature):
    assert differing(got(played(mark)), plain) == []


def test_the_rest_of_the_group_gets_nothing_that_depends_on_the_owners_sensors():
    loud = Signature(number=4_711, callsign=b"MARKCALL", address=0x4B1A2C, phase_ms=400,
                     spread_m=(400.0, 30.0, 90.0), warned_ms=300)  # fmt: skip
    quiet, other = played(Signature()), played(loud)
    for nation in OTHERS:
        assert differing(got(quiet, nation), got(other, nation)) == []


def test_neither_a_name_nor_a_mark_is_in_any_byte():
    mark = Signature(number=4_711, callsign=b"MARKCALL", address=0x4B1A2C, phase_ms=400)
    club = played(mark)
    data = b"".join(got(club))
    wanted = [OWNER.encode(), b"MARKCALL", b"seen by", (0x4B1A2C).to_bytes(3, "little")]
    wanted += [one.encode() for one in OTHERS]
    assert [m for m in wanted if m in data] == []
    assert b"coalition" in data
    assert len([r for r in club.sent if r.stream is Stream.COALITION]) > 40


_COLUMNS, _BODY = view.View._columns, Passing._body


def _number(self: view.View, objects: Any, now_ns: int) -> Any:
    out = _COLUMNS(self, objects, now_ns)
    return out | {"number": out["number"] + Leak.mark.number}


def _spread(self: view.View, objects: Any, now_ns: int) -> Any:
    out = _COLUMNS(self, objects, now_ns)
    return out | {"position_sd_m": out["position_sd_m"] + Leak.mark.spread_m[0]}


def _detected(self: Passing, ref: str, warning: Any, number: int, now_ns: int) -> Any:
    body = _BODY(self, ref, warning, number, now_ns)
    return msgspec.structs.replace(body, detected_ns=warning.ledger.detected_ns)


def _assessed(self: Passing, ref: str, warning: Any, number: int, now_ns: int) -> Any:
    body = _BODY(self, ref, warning, number, now_ns)
    return msgspec.structs.replace(body, assessed_ns=warning.assessed_ns)


class Leak:
    """The signature that a planted leak tells."""

    mark = Signature(
        owner=OTHERS[0], number=2_345, phase_ms=300, warned_ms=700, spread_m=(300.0, 90.0, 90.0)
    )


PLANTS: dict[str, tuple[type, str, Callable[..., Any]]] = {
    "the owner's number": (view.View, "_columns", _number),
    "the owner's covariance": (view.View, "_columns", _spread),
    "when it was detected": (Passing, "_body", _detected),
    "when it was assessed": (Passing, "_body", _assessed),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_leak_is_found(plant: str, plain: list[bytes]):
    with patch.object(*PLANTS[plant]):
        assert differing(got(played(Leak.mark)), plain)


@settings(max_examples=50)
@given(st.floats(2_000.0, 50_000.0), st.floats(20.0, 500.0), st.integers(0, 10**6), st.data())
def test_what_is_told_bounds_rounding_noise_and_drift(
    grid_m: float, grid_mps: float, at: int, data: Any
):
    pushed = blur.noise(b"k" * 32, [data.draw(st.integers(1, 10**6))], at * S)
    told = blur.blurred(BEFORE[None], pushed, grid_m, grid_mps)
    assert np.abs(pushed).max() <= 0.5
    position_sd_m, velocity_sd_mps = blur.told_sds(grid_m, grid_mps)
    error = told[0] - BEFORE
    # Half a cell of rounding and half of noise along each axis, cells a little wider than the grid.
    assert np.hypot.reduce(error[:3]) <= 1.02 * np.sqrt(3) * position_sd_m
    assert np.hypot.reduce(error[3:]) <= 1.02 * np.sqrt(3) * velocity_sd_mps
