"""Who is on watch."""

from datetime import UTC, datetime

import pytest

from skypact.core.messages import OverrideWatch
from skypact.warning.alerting.procedure import Roster, Shift
from skypact.warning.alerting.watch import Watches, gap
from tests.unit.warning.alerting.night import ISSUER, S

NIGHTS = Roster(
    name="watch",
    shifts=(
        Shift(who="officer", begin="06:00", end="18:00"),
        Shift(who="deputy", begin="18:00", end="06:00", days=("mon", "tue", "wed", "thu", "fri")),
    ),
    substitute="chief",
)


def at(day: int, clock: str) -> int:
    """Return a time of a week that begins on Monday, 2026-11-30."""
    hour, minute = map(int, clock.split(":"))
    when = datetime(2026, 11, 30, hour, minute, tzinfo=UTC).timestamp() + day * 86_400
    return int(when) * S


@pytest.mark.parametrize(
    ("day", "clock", "who"),
    [
        (0, "06:00", "officer"),
        (0, "17:59", "officer"),
        (0, "18:00", "deputy"),
        (1, "05:59", "deputy"),
        (5, "05:59", "deputy"),  # Friday's night ends on Saturday
        (5, "18:00", "chief"),
        (6, "03:00", "chief"),
        (0, "03:00", "chief"),
    ],
)
def test_by_the_hour_and_day(day: int, clock: str, who: str):
    assert Watches([NIGHTS]).on_watch("watch", at(day, clock)) == who


def test_who_follows_and_when():
    state = Watches([NIGHTS]).state("watch", at(0, "12:00"))
    assert (state.until_ns, state.next) == (at(0, "18:00"), "deputy")
    assert Watches([NIGHTS]).next_change_ns(at(5, "18:00")) == at(6, "06:00")


def test_an_override_holds_until_its_time():
    watches = Watches([NIGHTS])
    header = ISSUER.header(0, 0)
    until_ns = at(0, "14:00")
    given = {"roster": "watch", "until_ns": until_ns, "person": "B. Noor"}
    watches.override(OverrideWatch(**header, recipient="chief", **given))
    assert watches.on_watch("watch", at(0, "13:00")) == "chief"
    assert watches.state("watch", at(0, "13:00")).next == "officer"
    assert watches.on_watch("watch", until_ns) == "officer"
    watches.override(OverrideWatch(**header, recipient="", **given))
    assert watches.on_watch("watch", at(0, "13:00")) == "officer"


def test_a_gap_is_found():
    assert gap(NIGHTS) == ""
    assert gap(Roster(name="w", shifts=NIGHTS.shifts)) == "mon 00:00"
    assert gap(Roster(name="w", shifts=(Shift(who="x", begin="00:00", end="00:00"),))) == ""
