import math

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array, pack
from skypact.core.errors import ConfigError
from skypact.core.geodesy import enu_axes, geodetic_from_ecef
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Bearings,
    Context,
    Message,
    PlotsRefused,
    TrackBatch,
    TracksDeleted,
    TurnMeasured,
)
from skypact.tracking.tracker import Tracker
from tests.unit.tracking.scenes import (
    RADAR,
    SECOND_NS,
    T0_NS,
    polar,
    reports,
    scan,
    straight,
    tracker,
)


def feed(room: Tracker, *scans: Message) -> list[Message]:
    out: list[Message] = []
    for message in scans:
        out += room.handle(message, message.received_ns)
    return out


def flight(turns: int, seed: int = 1, **where: float) -> list[Message]:
    """Return scans of one noisy target."""
    rng = np.random.default_rng(seed)
    times = np.arange(turns) * RADAR.period_s
    plots = polar(RADAR, straight(times, **where))
    noise = [RADAR.range_sd_m, RADAR.azimuth_sd_rad, RADAR.elevation_sd_rad]
    plots = plots + rng.normal(size=plots.shape) * noise
    return [scan([t], plot[None]) for t, plot in zip(times, plots, strict=True)]


def batches(out: list[Message]) -> list[TrackBatch]:
    return [message for message in out if isinstance(message, TrackBatch)]


def test_a_target_is_confirmed_by_its_third_plot_and_followed() -> None:
    room = tracker()
    out = feed(room, *flight(8))
    made = batches(out)
    assert len(made) >= 6
    first, last = made[0], made[-1]
    assert array(first, "number").tolist() == [1]
    assert array(first, "confirmed_ns")[0] <= T0_NS + 10 * SECOND_NS
    assert array(first, "detected_ns")[0] == T0_NS
    assert array(last, "time_ns")[0] == T0_NS + 35 * SECOND_NS
    truth = straight([35.0])[0]
    assert np.linalg.norm(array(last, "position_ecef_m")[0] - truth) < 600
    assert np.linalg.norm(array(last, "velocity_ecef_mps")[0]) == pytest.approx(220, abs=60)
    assert array(last, "quality")[0] >= 5


def test_errors_match_their_covariance() -> None:
    values = []
    upper = np.triu_indices(6)
    for seed in range(12):
        last = batches(feed(tracker(), *flight(16, seed)))[-1]
        cov = np.zeros((6, 6))
        cov[upper] = array(last, "covariance")[0]
        cov = cov + np.triu(cov, 1).T
        error = array(last, "position_ecef_m")[0] - straight([75.0])[0]
        values.append(error @ np.linalg.solve(cov[:3, :3], error) / 3)
    assert 0.3 < np.mean(values) < 1.7


def test_a_doubled_plot_is_never_a_second_hit() -> None:
    scans = flight(2)
    room = tracker()
    out = feed(room, *(s for s in scans[:1] for _ in range(6)))
    assert [type(m) for m in out] == [PlotsRefused]
    assert room.tracks == 1
    assert room.refusals.counts == {"north: doubled plots": 5}
    once, twice = tracker(), tracker()
    plain = feed(once, *flight(6))
    doubled = feed(twice, *(s for s in flight(6) for _ in range(2)))
    tracked = [[array(b, "position_ecef_m").tolist() for b in batches(o)] for o in (plain, doubled)]
    assert tracked[0] == tracked[1]


def test_two_plots_of_one_sweep_are_one_hit() -> None:
    truth = polar(RADAR, straight([0.0, 0.05]))
    room = tracker()
    feed(room, scan([0.0], truth[:1]), scan([0.05], truth[1:]))
    assert room.tracks == 2
    assert not batches(feed(room, scan([0.1], truth[1:] + np.array([1.0, 0, 0]))))


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (scan([0.0], np.array([[5e4, 1.0, 0.1]]), sensor="nobody"), "nobody: is not a configured"),
        (scan([0.0], np.array([[math.nan, 1.0, 0.1]])), "north: column range_m"),
        (scan([0.0], np.array([[5e4, -1.0, 0.1]])), "north: column azimuth_rad"),
        (scan([-60.0], np.array([[5e4, 1.0, 0.1]])), "north: plots too late"),
        (scan(np.zeros(1_000_000), np.full((1_000_000, 3), 0.1)), "north: 1000000 plots at once"),
        (
            reports([0.0], [0.1], [0.1], [1], position_sd_m=np.array([-30.0])),
            "adsb: column position_sd_m",
        ),
        (scan([1e5], np.array([[5e4, 1.0, 0.1]])), "north: plots from the future"),
    ],
)
def test_bad_input_is_refused_by_name_and_changes_nothing(bad: Message, why: str) -> None:
    room, same = tracker(), tracker()
    feed(room, *flight(4))
    feed(same, *flight(4))
    now_ns = T0_NS + 16 * SECOND_NS
    (told,) = room.handle(bad, now_ns)
    assert isinstance(told, PlotsRefused)
    assert f"{told.source}: {told.reason}".startswith(why)
    assert told.count == 1
    assert [reason for reason in room.refusals.counts if reason.startswith(why)]
    assert room.refusals.total == 1
    later = flight(6)[4:]
    numbered = [[msgspec.structs.replace(m, id="") for m in feed(r, *later)] for r in (room, same)]
    assert numbered[0] == numbered[1]


def test_two_sensors_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="one name"):
        tracker(RADAR, RADAR)


def test_an_earlier_plot_is_worked_in_soundly() -> None:
    scans = flight(8)
    swapped = [*scans[:5], scans[6], scans[5], scans[7]]
    made = batches(feed(tracker(), *swapped))[-1]
    assert np.linalg.norm(array(made, "position_ecef_m")[0] - straight([35.0])[0]) < 600
    assert np.isfinite(array(made, "covariance")).all()


@pytest.mark.parametrize("said", [True, False])
def test_a_radar_without_elevation_still_tracks(said: bool) -> None:
    """Also when its plots carry heights whose accuracy nobody has told."""
    site = RADAR.__class__(**{**_fields(RADAR), "elevation_sd_deg": None})
    room = tracker(site)
    times = np.arange(8) * 5.0
    plots = polar(RADAR, straight(times))
    if not said:
        plots[:, 2] = np.nan
    made = batches(feed(room, *(scan([t], p[None]) for t, p in zip(times, plots, strict=True))))
    position = array(made[-1], "position_ecef_m")[0]
    east_north = enu_axes(RADAR.lat_rad, RADAR.lon_rad)[:2] @ (position - straight([35.0])[0])
    assert np.linalg.norm(east_north) < 2000


def test_reports_are_tracked_by_address() -> None:
    room = tracker()
    lat, lon, _ = geodetic_from_ecef(straight(np.arange(10) * 1.0))
    # Two aircraft 200 m apart that only their addresses tell apart.
    for k in range(10):
        message = reports([k, k], [lat[k], lat[k] + 3e-5], [lon[k], lon[k]], [0xABC001, 0xABC002])
        last = batches(feed(room, message))
    assert sorted(array(last[-1], "address").tolist()) == [0xABC001, 0xABC002]
    assert array(last[-1], "detection").tolist() == [4, 4]
    assert room.tracks == 2


def test_many_reports_of_one_aircraft_in_one_message_make_one_track() -> None:
    room = tracker()
    lat, lon, _ = geodetic_from_ecef(straight(np.arange(6) * 0.5))
    feed(room, reports(np.arange(6) * 0.5, lat, lon, [0xABC001] * 6))
    assert room.tracks == 1


def test_a_track_that_gets_no_plots_ends_with_a_reason() -> None:
    room = tracker()
    feed(room, *flight(6))
    empty = np.zeros((0, 3))
    out: list[Message] = []
    for k in range(6, 14):
        message = scan([], empty)
        at = T0_NS + round(k * 5e9)
        out += room.handle(
            message.__class__(**{**_fields(message), "observed_ns": at, "received_ns": at}), at
        )
    ended = [message for message in out if isinstance(message, TracksDeleted)]
    assert [(m.numbers, m.reasons) for m in ended] == [((1,), ("no plots",))]
    assert room.tracks == 0


def test_a_silent_radar_ends_tracks_only_by_the_wake() -> None:
    room = tracker()
    feed(room, *flight(6))
    assert room.next_wake_ns() == T0_NS + 32 * SECOND_NS  # of the first plot
    assert room.wake(T0_NS + 32 * SECOND_NS) == ()
    due = room.next_wake_ns()  # of the latest
    assert due == T0_NS + 57 * SECOND_NS
    assert room.wake(due - 1) == ()
    (ended,) = room.wake(due)
    assert isinstance(ended, TracksDeleted)
    assert ended.numbers == (1,)
    assert room.next_wake_ns() is None
    again = batches(feed(room, *flight(4, north_m=90e3)[1:]))
    assert not again or array(again[-1], "number").min() > 1


def test_what_only_a_slow_radar_sees_is_waited_for_while_others_turn_fast() -> None:
    slow = msgspec.structs.replace(RADAR, period_s=20.0)
    fast = msgspec.structs.replace(RADAR, name="south", sic=2, lat_deg=-38.0, period_s=4.0)
    room, rng, seen = tracker(slow, fast), np.random.default_rng(1), list[Message]()
    for k in range(61):
        for site, north_m, due in ((slow, 60e3, k % 5 == 0 and k != 30), (fast, -600e3, True)):
            if due:
                where = polar(site, straight([4.0 * k], north_m=north_m))
                where += rng.normal(size=(1, 3)) * [50, 1.7e-3, 3.5e-3]
                message = scan([4.0 * k], where, sensor=site.name)
                seen += room.handle(message, T0_NS + 4 * k * SECOND_NS)
                seen += room.wake(T0_NS + 4 * k * SECOND_NS)
    assert not [m for m in seen if isinstance(m, TracksDeleted)]
    assert sorted(room.report_at(T0_NS + 240 * SECOND_NS)[0].tolist()) == [1, 2]


def test_the_table_is_bounded() -> None:
    room = tracker(tracks_max=3)
    rng = np.random.default_rng(3)
    plots = np.column_stack([rng.uniform(2e4, 3e5, 50), rng.uniform(0, 6, 50), np.full(50, 0.05)])
    (told,) = feed(room, scan(np.zeros(50), plots))
    assert room.tracks == 3
    assert room.not_started == 47
    assert isinstance(told, PlotsRefused)
    assert (told.source, told.count) == ("track table", 47)
    assert "full" in told.reason


def test_a_snapshot_of_other_sensors_leaves_only_the_numbers() -> None:
    before = tracker()
    first = batches(feed(before, *flight(4)))[-1]
    after = tracker(RADAR, msgspec.structs.replace(RADAR, name="south", sic=2))
    after.restore(before.snapshot())
    assert after.tracks == 0
    [reason] = after.refusals.counts
    assert "tracks start anew" in reason
    again = batches(feed(after, *flight(4, seed=2)))[-1]
    assert array(again, "number")[0] == array(first, "number")[0] + 1


def test_snapshot_and_restore_continue_byte_for_byte() -> None:
    scans = flight(10)
    whole, half = tracker(), tracker()
    expected = feed(whole, *scans)[-5:]
    feed(half, *scans[:5])
    resumed = tracker()
    resumed.restore(half.snapshot())
    assert feed(resumed, *scans[5:]) == expected
    assert resumed.snapshot() == whole.snapshot()


def _fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]


def test_pressure_altitudes_follow_the_regions_offset() -> None:
    """A radar without height learns how high its target is once others report both heights."""
    flat = msgspec.structs.replace(RADAR, elevation_sd_deg=None)
    room = tracker(flat)
    rng = np.random.default_rng(8)
    for k in range(30):
        lat, lon = RADAR.lat_rad + 0.02, RADAR.lon_rad - 0.02 + 2e-5 * k * np.arange(1, 4)
        feed(
            room,
            reports(
                [5.0 * k] * 3, [lat] * 3, lon, [1, 2, 3],
                altitude_pressure_m=np.full(3, 10e3 - 250.0) + rng.normal(size=3) * 20,
            ),
        )  # fmt: skip
        plots = polar(RADAR, straight([5.0 * k])) + rng.normal(size=(1, 3)) * [50, 0.0017, 0]
        height = geodetic_from_ecef(straight([5.0 * k]))[2] - 250.0
        plots[:, 2] = np.nan
        out = feed(room, scan([5.0 * k], plots, altitude_pressure_m=height))
    position = array(batches(out)[-1], "position_ecef_m")
    away = np.linalg.norm(position - straight([145.0]), axis=1).argmin()
    assert geodetic_from_ecef(position[away])[2] == pytest.approx(height[0] + 250, abs=60)


def test_a_sensor_that_cannot_have_sent_it_is_refused() -> None:
    ears = msgspec.structs.replace(RADAR, name="ears", sic=2, passive=True)
    room = tracker(RADAR, ears)
    plots = np.array([[5e4, 1.0, 0.1]])
    bearings = Bearings(
        **Issuer("auria", "sensors", Context.TEST).header(T0_NS, T0_NS),
        sensor="north",
        count=1,
        **pack(Bearings, time_ns=[T0_NS], azimuth_rad=[1.0], elevation_rad=[np.nan]),
    )
    for message in (scan([0.0], plots, sensor="ears"), bearings):
        (told,) = feed(room, message)
        assert isinstance(told, PlotsRefused)
        assert told.source == message.sensor
    assert sorted(room.refusals.counts) == [
        "ears: is a passive sensor and measures no range",
        "north: sends ranges, not bearings",
    ]
    assert feed(room, msgspec.structs.replace(bearings, sensor="ears")) == []
    assert room.refusals.total == 2


def test_a_radar_that_turns_eight_times_too_fast_makes_one_track_of_a_target() -> None:
    room = tracker()
    times = np.arange(0, 60, RADAR.period_s / 8)
    places = [polar(RADAR, straight(times, north_m=1e4 * k)) for k in range(6)]
    scans = [scan([t] * 6, np.stack(plots)) for t, *plots in zip(times, *places, strict=True)]
    out = feed(room, *scans[:40])
    (told,) = [message for message in out if isinstance(message, TurnMeasured)]
    assert told.text.startswith("turns in 0.62 s, its settings say 5 s")
    restored = tracker()
    restored.restore(room.snapshot())
    assert feed(restored, *scans[40:]) == feed(room, *scans[40:])
    assert room.report_at(T0_NS + 60 * SECOND_NS).number.size == 6
