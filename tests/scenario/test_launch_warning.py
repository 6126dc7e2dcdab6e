"""A launch seen from space alone warns through the whole node; the radar's track takes it over.

The node, its rooms and the feed's bytes are the real ones; the clock is simulated.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from skypact.config import NODE_FILE, decode
from skypact.core.columns import array, pack
from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Delivery,
    LaunchDetections,
    Message,
    NodeStarted,
    PlacesObserved,
    Release,
    Scan,
    ThreatClass,
)
from skypact.node import DOORS, ROUTES, Node, build
from tests.unit.sensors.samples import datagrams
from tests.unit.warning.launched import NORTH_DEG, arc
from tests.unit.warning.world import LAT, LON, SECOND_NS, START_NS

CONFIG = f"""
[node]
nation = "auria"
display_name = "Auria"
context = "exercise"

[[feed]]
name = "space"
source = "udp://127.0.0.1:5006"
format = "launches"
period_s = 60

[[sensor]]
name = "north"
sac = 7
sic = 9
lat_deg = {LAT + 2.0}
lon_deg = {LON}
height_m = 100
period_s = 4
elevation_sd_deg = 0.1
elevation_max_deg = 85
clutter_per_scan = 0

[[place]]
name = "Alder"
nation = "auria"
kind = "site"
lat_deg = {LAT}
lon_deg = {LON}
radius_m = 5000

[[place]]
name = "Elsewhere"
nation = "auria"
kind = "site"
lat_deg = {LAT + NORTH_DEG}
lon_deg = {LON + 4}
radius_m = 5000
"""
CONFIG_PLOTS = CONFIG.replace('name = "space"', 'name = "plots"').replace(
    'format = "launches"', 'format = "lines"'
)
REPORTED_S, SEEN_S = 40.0, range(110, 300, 4)


def at(after_s: float) -> int:
    return START_NS + round(after_s * SECOND_NS)


def started(tmp_path: Path) -> Node:
    node = build(decode(tmp_path, {NODE_FILE: CONFIG}, bytes(32)))
    header = Issuer("auria", "driver", Context.EXERCISE).header(START_NS, START_NS)
    node.handle(NodeStarted(**header, epoch=1, version="0.1.0"), START_NS)
    return node


def report(node: Node) -> list[Message]:
    """Tell the node of the launch, as bytes of its feed."""
    line = {
        "kind": "launch", "sensor": "orbit", "time": START_NS / SECOND_NS, "time_sd_s": 2,
        "lat_deg": LAT + NORTH_DEG, "lon_deg": LON, "major_sd_m": 3000, "minor_sd_m": 2000,
        "confidence": 0.9, "burn_s": 60,
    }  # fmt: skip
    now_ns = at(REPORTED_S)
    return node.handle(datagrams("space", [(now_ns, json.dumps(line).encode() + b"\n")]), now_ns)


def sweep(node: Node, after_s: float, dice: np.random.Generator) -> list[Message]:
    """Let the radar see the missile once."""
    position, _ = arc(after_s)
    lat, lon = np.radians([LAT + 2.0, LON])
    east, north, up = enu_axes(lat, lon) @ (position - ecef_from_geodetic(lat, lon, 100.0))
    range_m = float(np.sqrt(east**2 + north**2 + up**2))
    columns = pack(
        Scan,
        time_ns=[at(after_s)],
        range_m=[range_m + dice.normal(0, 60)],
        azimuth_rad=[(np.arctan2(east, north) + dice.normal(0, 2.6e-3)) % (2 * np.pi)],
        elevation_rad=[np.arcsin(up / range_m) + dice.normal(0, 1.7e-3)],
        range_rate_mps=[np.nan],
        altitude_pressure_m=[np.nan],
        address=[0],
        mode3a=[-1],
        detection=[1],
        callsign=[b""],
    )
    header = Issuer("auria", "sensors", Context.EXERCISE).header(at(after_s), at(after_s))
    now_ns = at(after_s + 0.1)
    out = node.handle(Scan(**header, sensor="north", count=1, **columns), now_ns)
    for step in range(4):
        out += node.wake(at(after_s + 0.5 + step))
    return out


def delivered(messages: Sequence[Message]) -> list[Delivery]:
    return [m for m in messages if isinstance(m, Delivery) and m.post == "duty"]


def test_a_launch_line_alone_raises_a_warning_in_the_same_call(tmp_path: Path) -> None:
    node = started(tmp_path)
    out = report(node)
    (told,) = delivered(out)
    assert (told.event, told.warning.track, told.warning.nation) == ("warning_raised", 0, "auria")
    assert {p.name for p in told.warning.places} == {"Alder", "Elsewhere"}
    assert told.warning.ledger.raised_ns - told.warning.ledger.detected_ns == 0
    (seen,) = [m for m in out if isinstance(m, LaunchDetections)]
    assert array(seen, "burn_s").tolist() == [60.0]
    assert not [m for m in out if isinstance(m, Release)]


def test_the_radars_track_takes_it_over_and_narrows_it(tmp_path: Path) -> None:
    node = started(tmp_path)
    (first,) = delivered(report(node))
    dice = np.random.default_rng(5)
    later = delivered([m for s in SEEN_S for m in sweep(node, s, dice)])
    assert {d.warning.warning_id for d in later} == {first.warning.warning_id}
    events = {d.event for d in later}
    assert "warning_raised" not in events
    last = later[-1].warning
    assert last.track > 0
    assert [p.name for p in last.places] == ["Alder"]
    # The truth comes down some 420 s after the launch.
    arrival_s = (last.assessed_ns - START_NS) / SECOND_NS + last.places[0].time_to_go_s
    assert arrival_s == pytest.approx(420, abs=5)
    wide, narrow = first.warning.places[0].time_spread_s, last.places[0].time_spread_s
    assert narrow < wide / 10
    assert last.ledger.detected_ns == first.warning.ledger.detected_ns
    # It was raised without a track: no time was spent on tracking before.
    assert last.ledger.tracked_ns == 0


def test_nothing_that_is_delivered_tells_the_point_finer_than_20_km(tmp_path: Path) -> None:
    (told,) = delivered(report(started(tmp_path)))
    seen = told.warning.launch
    assert seen is not None
    assert seen.within_m >= 14_000
    exact = np.radians([LAT + NORTH_DEG, LON])
    text = msgspec.json.encode(told.warning).decode()
    assert not any(f"{x:.6f}"[:8] in text for x in exact)


def test_a_restart_between_launch_and_radar_changes_nothing(tmp_path: Path) -> None:
    whole, cut = started(tmp_path), started(tmp_path)
    report(whole)
    report(cut)
    fresh = build(decode(tmp_path, {NODE_FILE: CONFIG}, bytes(32)))
    fresh.restore(cut.snapshot())
    for seconds in SEEN_S[:6]:
        one = sweep(whole, seconds, np.random.default_rng(seconds))
        other = sweep(fresh, seconds, np.random.default_rng(seconds))
        assert one == other


def observed(messages: Sequence[Message]) -> dict[str, int]:
    """Return what the latest message of each place says."""
    told: dict[str, int] = {}
    for message in messages:
        if isinstance(message, PlacesObserved):
            bits = array(message, "observed").tolist()
            told |= dict(zip(message.names, bits, strict=True))
    return told


def test_a_place_is_not_observed_until_its_radar_is_heard_and_two_periods_after(
    tmp_path: Path,
) -> None:
    node = build(decode(tmp_path, {NODE_FILE: CONFIG_PLOTS}, bytes(32)))
    header = Issuer("auria", "driver", Context.EXERCISE).header(START_NS, START_NS)
    start = node.handle(NodeStarted(**header, epoch=1, version="0.1.0"), START_NS)
    assert observed(start) == {"Alder": 0, "Elsewhere": 0}
    line = {"kind": "plot", "sensor": "north", "time": START_NS / SECOND_NS, "range_m": 9e4}
    plot = json.dumps(line | {"azimuth_deg": 10}).encode() + b"\n"
    node.handle(datagrams("plots", [(at(1), plot)]), at(1))
    heard = observed([m for s in range(1, 5) for m in node.wake(at(s))])
    assert heard["Alder"] & 1 << ThreatClass.BALLISTIC
    assert not heard["Alder"] & 1 << ThreatClass.CRUISE
    # Its period is 4 s: heard at 1 s, it may be silent until 9 s.
    assert observed([m for s in range(5, 10) for m in node.wake(at(s))]) == {}
    silent = observed([m for s in range(10, 12) for m in node.wake(at(s))])
    assert silent["Alder"] == 0


def test_what_is_observed_never_leaves_the_nation() -> None:
    assert PlacesObserved not in ROUTES
    assert PlacesObserved in DOORS
