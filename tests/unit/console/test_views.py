"""Messages to what the page shows."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from skypact.console import views
from skypact.console.settings import NodeIdentity
from skypact.core.columns import pack
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    AuditFault,
    ChannelNoted,
    ClockStepped,
    CommandRefused,
    Context,
    CoordinatorState,
    DatagramsDropped,
    FeedNoted,
    FeedState,
    FeedView,
    FrameRefused,
    InputQuarantined,
    LaunchDetections,
    Ledger,
    LinkState,
    LinkView,
    Message,
    NodeStarted,
    PlotsRefused,
    ReleaseWithheld,
    RolesPublished,
    SensorRegistration,
    SensorState,
    Sighted,
    SightingArea,
    SightingsUnexplained,
    Standing,
    StorageFailed,
    ThreatClass,
    ThreatenedPlace,
    TurnMeasured,
    WarningState,
    WayChanged,
)
from tests.unit.console.scene import warning

AURIA = NodeIdentity(nation="auria", context=Context.EXERCISE, display_name="Auria")
HEADER: dict[str, Any] = {
    "id": "m1", "observed_ns": 5_000_000, "received_ns": 0, "origin": "auria",
    "context": Context.EXERCISE,
}  # fmt: skip
AT = 1_900_000_000_000_000_000
REGISTRATION = SensorRegistration(
    **HEADER,
    sensor="north",
    standing=Standing.NOISY,
    before=Standing.GOOD,
    range_bias_m=0.0,
    range_sd_m=10.0,
    range_scale=0.0,
    azimuth_bias_rad=0.0,
    azimuth_sd_rad=0.0,
    elevation_bias_rad=0.0,
    elevation_sd_rad=0.0,
    time_bias_s=0.0,
    time_sd_s=0.0,
    place_enu_m=(0.0, 0.0, 0.0),
    noise_ratio=(5.0, 1.0, 1.0),
)


def test_times_to_go_become_times_of_arrival() -> None:
    place = ThreatenedPlace(name="Aurensis", nation="auria", time_to_go_s=90.5, time_spread_s=4.04)
    row = views.warning_row(warning(1, assessed_ns=AT, places=(place,)), AURIA)
    assert row["places"] == [
        {"name": "Aurensis", "nation": "auria", "eta_ms": AT / 1e6 + 90_500, "spread_s": 4.0}
    ]
    assert row["threat"] == "ballistic"


def test_angles_become_degrees() -> None:
    impact = views.warning_row(warning(1), AURIA)["impact"]
    assert impact["lat"] == pytest.approx(-32.1)
    assert impact["azimuth_deg"] == pytest.approx(262)
    assert math.isclose(impact["semi_major_m"], 38_000)
    assert views.warning_row(warning(1, impact=None), AURIA)["impact"] is None


def test_no_number_exceeds_what_a_browser_holds_exactly() -> None:
    row = views.warning_row(warning(1, acknowledge_by_ns=AT), AURIA)

    def numbers(value: Any) -> list[float]:
        if isinstance(value, dict):
            return [n for inner in value.values() for n in numbers(inner)]
        if isinstance(value, list):
            return [n for inner in value for n in numbers(inner)]
        return [value] if isinstance(value, int | float) else []

    decoded = msgspec.json.decode(msgspec.json.encode(row))
    assert max(abs(n) for n in numbers(decoded)) < 2**53


def test_the_ledger_keeps_microseconds() -> None:
    ledger = views.ledger_row(Ledger(detected_ns=AT + 1_234_567, shown_ns=0))
    assert ledger["detected"] == AT / 1e6 + 1.235
    assert ledger["shown"] == 0
    assert tuple(ledger) == views.STAGES


@pytest.mark.parametrize(
    ("changed", "acknowledge", "release"),
    [
        ({}, True, False),
        ({"state": WarningState.ESCALATED}, True, False),
        ({"state": WarningState.ACKNOWLEDGED}, False, False),
        ({"nation": "cestia"}, False, False),
        ({"state": WarningState.CLEAR_PROPOSED}, True, False),
        ({"state": WarningState.CLEAR_PROPOSED, "origin": "auria"}, True, True),
        ({"state": WarningState.CLEAR_PROPOSED, "acknowledged_by": "Ilse"}, False, False),
        ({"state": WarningState.CLEARED, "origin": "auria"}, False, False),
    ],
)
def test_people_may_do_what_is_theirs(
    changed: dict[str, Any], acknowledge: bool, release: bool
) -> None:
    row = views.warning_row(warning(1, **changed), AURIA)
    assert (row["may_acknowledge"], row["may_release"]) == (acknowledge, release)


def test_feeds_and_links_keep_their_counters() -> None:
    feed = FeedState(
        name="f", format="beast", records=1, refused=2, unknown=3, doubled=4, dropped=5,
        last_ns=6_000_000, alive=False, last_refusals=("a", "b", "c", "d"),
    )  # fmt: skip
    sensor = SensorState(name="s", last_ns=7_000_000, rotation_s=4.996, alive=True)
    rows = views.feed_rows(
        FeedView(**HEADER, feeds=(feed,), sensors=(sensor,)), {"s": 9_000_000, "t": 0}
    )
    assert rows["observed_ms"] == 5.0
    assert rows["feeds"][0]["last_refusals"] == ["b", "c", "d"]
    assert [rows["feeds"][0][k] for k in ("records", "refused", "doubled", "dropped")] == [
        1, 2, 4, 5,
    ]  # fmt: skip
    assert rows["sensors"] == [
        {"name": "s", "alive": True, "last_ms": 7.0, "rotation_s": 5.0, "rests_until_ms": 9.0}
    ]
    link = LinkState(
        partner="borvia", alive=True, last_heard_ns=8_000_000, tracks_in=1, tracks_out=2, gaps=3,
        outbox=4, suspended=("auria-borvia suspended",), wire="1.2", notes=("borvia is newer",),
    )  # fmt: skip
    assert views.link_rows(LinkView(**HEADER, links=(link,)))["links"] == [
        {"partner": "borvia", "alive": True, "last_heard_ms": 8.0, "tracks_in": 1, "tracks_out": 2,
         "gaps": 3, "outbox": 4, "suspended": ("auria-borvia suspended", "borvia is newer"),
         "wire": "1.2"}
    ]  # fmt: skip


AGREED = {
    "agreement": "auria-borvia", "clause": "2", "party": "auria", "person": "Ilse Maren",
    "reason": "drill",
}  # fmt: skip


def test_who_suspended_is_noted() -> None:
    notice = views.notice(AgreementSuspended(**HEADER, **AGREED))
    assert notice is not None
    assert (notice.about, notice.text) == ("auria-borvia/2", "by Ilse Maren of auria: drill")
    theirs = AgreementResumed(**HEADER, **{**AGREED, "clause": "", "person": ""})
    notice = views.notice(theirs)
    assert notice is not None
    assert (notice.about, notice.text) == ("auria-borvia", "by auria: drill")


@pytest.mark.parametrize(
    ("message", "kind", "count"),
    [
        (CommandRefused(**HEADER, command_id="c1", reason="no"), "command refused", 1),
        (ReleaseWithheld(**HEADER, partner="b", what="t", reason="r", withheld=9), "withheld", 9),
        (AgreementSuspended(**HEADER, **AGREED), "agreement suspended", 1),
        (AgreementResumed(**HEADER, **AGREED), "agreement resumed", 1),
        (REGISTRATION, "sensor", 1),
        (TurnMeasured(**HEADER, sensor="s", period_s=0.6, settings_s=5.0), "sensor", 1),
        (FrameRefused(**HEADER, partner="b", reason="old epoch"), "frame refused", 1),
        (WayChanged(**HEADER, partner="b", way="hub", up=False, doubled=9, late=0), "way", 1),
        (
            AuditFault(
                **HEADER, partner="b", fault="altered", number=3, entry_ns=0, text="not what came"
            ),
            "audit: altered",
            1,
        ),
        (
            RolesPublished(**HEADER, coordinator="k", members=("a", "b"), hubs=("h:1",), areas=()),
            "roles",
            1,
        ),
        (PlotsRefused(**HEADER, source="s", reason="too late", count=7), "plots refused", 7),
        (DatagramsDropped(**HEADER, feed="f", dropped=3), "dropped", 3),
        (FeedNoted(**HEADER, feed="f", text="SILENT for 5.0 s"), "feed", 1),
        (InputQuarantined(**HEADER, position=4, reason="r"), "quarantined", 1),
        (StorageFailed(**HEADER, reason="no space left"), "disk failed", 1),
        (ClockStepped(**HEADER, step_ns=2_000_000_000), "clock stepped", 1),
        (
            ChannelNoted(**HEADER, channel="phone", up=False, reason="no exchange", every_s=30.0),
            "channel",
            1,
        ),
    ],
)
def test_what_was_refused_or_withheld_is_noted(message: Message, kind: str, count: int) -> None:
    notice = views.notice(message)
    assert notice is not None
    assert (notice.kind, notice.count) == (kind, count)


def test_a_channel_that_can_be_used_is_no_news() -> None:
    noted = ChannelNoted(**HEADER, channel="phone", up=True, reason="200 OK", every_s=30.0)
    assert views.notice(noted) is None


def test_a_launch_is_noted_in_words() -> None:
    columns = {
        "time_ns": [1_790_000_000_250_000_000, 1_790_000_001_000_000_000],
        "time_sd_s": [1, 1], "lat_rad": np.radians([-31.5, 30.25]),
        "lon_rad": np.radians([-20, 45.5]), "major_sd_m": [9_000, 4_000], "minor_sd_m": [9, 9],
        "major_azimuth_rad": [0, 0], "azimuth_rad": [np.nan, 1], "confidence": [0.2, 0.9],
    }  # fmt: skip
    message = LaunchDetections(
        **HEADER, sensor="orbit", count=2, **pack(LaunchDetections, **columns)
    )
    notice = views.notice(message)
    assert notice is not None
    assert (notice.kind, notice.about, notice.count) == ("launch", "orbit", 2)
    assert notice.text == "launch reported at 14:13:21Z within 10 km of 30.25 N 45.50 E, 90%"


def test_what_people_see_and_no_track_explains_is_noted() -> None:
    areas = tuple(
        SightingArea(lat_rad=np.radians(lat), lon_rad=0.1, sources=n, sighted=Sighted.DRONE)
        for lat, n in ((-32.04, 3), (10.0, 12))
    )
    notice = views.notice(SightingsUnexplained(**HEADER, areas=areas))
    assert notice is not None
    assert (notice.kind, notice.count) == ("sighting", 2)
    first, second = notice.text.split("; ")
    assert first == "12 sources near 10.0 N 5.7 E report drones that no track explains"
    assert second.startswith("3 sources near 32.0 S")


def test_other_messages_are_no_notice() -> None:
    assert views.notice(NodeStarted(**HEADER, epoch=1, version="0")) is None


def test_the_absence_of_the_coordinator_stands_at_its_link_in_words() -> None:
    at_ns = (21 * 3600 + 4 * 60 + 10) * 1_000_000_000
    absent = CoordinatorState(nation="b", absent_since_ns=at_ns)
    for found, words in (
        (absent, ("coordinator absent since 21:04:10Z; local work goes on",)),
        (CoordinatorState(nation="b"), ()),
        (CoordinatorState(nation="c", absent_since_ns=at_ns), ()),
        (None, ()),
    ):
        link = LinkState(
            partner="b", alive=False, last_heard_ns=0, tracks_in=0, tracks_out=0, gaps=0, outbox=0
        )
        view = LinkView(**HEADER, links=(link,), coordinator=found)
        assert views.link_rows(view)["links"][0]["suspended"] == words
        there = found is None or not found.absent_since_ns
        assert bool(views.link_rows(view)["absent"]) is not there


def test_what_is_not_observed_is_told_by_class() -> None:
    every = sum(1 << kind for kind in ThreatClass if kind is not ThreatClass.UNKNOWN)
    assert views.not_observed({"A": every}) == []
    no_cruise = every & ~(1 << ThreatClass.CRUISE)
    told = views.not_observed(dict.fromkeys("ABCDEF", no_cruise))
    assert told == ["not observed for cruise: A, B, C, D and 2 more"]
