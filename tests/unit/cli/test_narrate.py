"""One readable line per important event, and only when something changed."""

import pytest

from skypact.cli.narrate import Narrator, duration, sentence
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    AirWarning,
    AuditFault,
    Context,
    CoordinatorState,
    Delivery,
    FeedNoted,
    FeedState,
    FeedView,
    LinkState,
    LinkView,
    RoleArea,
    RolesPublished,
    StorageFailed,
    ThreatClass,
    ThreatenedPlace,
    WarningState,
    WayChanged,
)

ISSUER = Issuer("auria", "test", Context.EXERCISE)
WARNING = AirWarning(
    warning_id="borvia/1f",
    origin="borvia",
    nation="auria",
    track=4711,
    threat_class=ThreatClass.BALLISTIC,
    class_probability=0.9,
    state=WarningState.RAISED,
    version=1,
    places=(ThreatenedPlace(name="Aurensis", nation="auria", time_to_go_s=385, time_spread_s=10),),
    assessed_ns=1,
)


def delivery(event: str) -> Delivery:
    return Delivery(**ISSUER.header(1, 1), post="duty", event=event, warning=WARNING)


def links(alive: bool) -> LinkView:
    state = LinkState(
        partner="borvia", alive=alive, last_heard_ns=1, tracks_in=0, tracks_out=0, gaps=0, outbox=0
    )
    return LinkView(**ISSUER.header(1, 1), links=(state,))


@pytest.mark.parametrize(("seconds", "words"), [(7.4, "7 s"), (65, "1 min 05 s"), (-3, "0 s")])
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_warning_reads_like_a_sentence() -> None:
    assert sentence(WARNING) == (
        "ballistic track 4711 threatens Aurensis in 6 min 25 s [borvia/1f, from borvia for auria]"
    )


def test_an_event_is_told_once() -> None:
    narrator = Narrator()
    assert len(list(narrator.lines(delivery("warning_raised")))) == 1
    assert not list(narrator.lines(delivery("warning_raised")))
    assert not list(narrator.lines(delivery("restated")))
    assert len(list(narrator.lines(delivery("warning_cleared")))) == 1


def test_a_link_is_told_when_it_changes() -> None:
    narrator = Narrator()
    assert list(narrator.lines(links(False))) == []
    assert list(narrator.lines(links(True))) == ["link to borvia is up"]
    assert list(narrator.lines(links(True))) == []
    assert list(narrator.lines(links(False))) == ["link to borvia is LOST"]


def test_a_failed_disk_is_told() -> None:
    failed = StorageFailed(**ISSUER.header(1, 1), reason="no space left")
    assert "no space left" in next(Narrator().lines(failed))


def test_a_fault_of_a_partners_log_is_told() -> None:
    fault = AuditFault(
        **ISSUER.header(1, 1),
        partner="borvia",
        fault="altered",
        number=3,
        entry_ns=1,
        text="track 7 is not what came",
    )
    assert list(Narrator().lines(fault)) == ["AUDIT, altered: borvia: track 7 is not what came"]


def test_a_feed_is_told_when_it_is_first_heard_and_whatever_the_node_says_of_it() -> None:
    narrator, header = Narrator(), ISSUER.header(1, 1)
    assert list(narrator.lines(feeds(False))) == []
    assert list(narrator.lines(feeds(True))) == ["feed north is up"]
    assert list(narrator.lines(feeds(True))) == list(narrator.lines(feeds(False))) == []
    silent = FeedNoted(**header, feed="north", text="SILENT for 5.0 s")
    for _ in range(2):  # an alarm that comes again is told again
        assert list(narrator.lines(silent)) == ["feed north: SILENT for 5.0 s"]


def feeds(alive: bool) -> FeedView:
    numbers = dict.fromkeys(("records", "refused", "unknown", "doubled", "dropped", "last_ns"), 0)
    state = FeedState(name="north", format="asterix", **numbers, alive=alive)
    return FeedView(**ISSUER.header(1, 1), feeds=(state,), sensors=())


def test_a_suspension_and_its_end_are_told() -> None:
    given = {"agreement": "auria-borvia", "party": "borvia", "reason": "drill"}
    suspended = AgreementSuspended(**ISSUER.header(1, 1), clause="2", person="", **given)
    resumed = AgreementResumed(**ISSUER.header(1, 1), person="Ilse Maren", **given)
    said = [line for m in (suspended, resumed) for line in Narrator().lines(m)]
    assert said == [
        "agreement auria-borvia/2 SUSPENDED by borvia: drill",
        "agreement auria-borvia resumed by Ilse Maren of borvia: drill",
    ]


def test_a_way_that_is_down_is_told() -> None:
    message = WayChanged(
        id="m", observed_ns=0, received_ns=0, origin="auria", context=Context.EXERCISE,
        partner="borvia", way="direct", up=False, doubled=3, late=0,
    )  # fmt: skip
    assert list(Narrator().lines(message)) == ["borvia by the direct line: is LOST"]


def test_the_absence_of_the_coordinator_is_told_with_its_time_and_ends() -> None:
    narrator, header = Narrator(), ISSUER.header(0, 0)

    def said(absent_since_ns: int) -> list[str]:
        found = CoordinatorState(nation="keystone", absent_since_ns=absent_since_ns)
        return list(narrator.lines(LinkView(**header, links=(), coordinator=found)))

    at_ns = (21 * 3600 + 4 * 60 + 10) * 1_000_000_000
    assert said(0) == []
    assert said(at_ns) == ["coordinator keystone ABSENT since 21:04:10Z; local work goes on"]
    assert said(at_ns) == []
    assert said(0) == ["coordinator keystone is back"]


def test_published_roles_are_told() -> None:
    area = RoleArea(name="west", nation="auria")
    message = RolesPublished(
        **ISSUER.header(0, 0), coordinator="keystone", members=("auria", "borvia"), hubs=(),
        areas=(area,),
    )  # fmt: skip
    (line,) = Narrator().lines(message)
    assert line.endswith("members auria, borvia; areas of identity authority west of auria")
