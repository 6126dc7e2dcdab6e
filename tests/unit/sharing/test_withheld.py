"""What did not leave is told at most once a second, and only when it changed."""

from skypact.sharing.withheld import Withheld
from tests.unit.sharing.treaty import ISSUER


def told(withheld: Withheld) -> list[tuple[str, str, int]]:
    return [(m.partner, m.reason, m.withheld) for m in withheld.tell(5)]


def test_counts_are_summed_and_told_once():
    withheld = Withheld(ISSUER)
    for number in (2, 3, 0):
        withheld.count("borvia", "track", "class", number)
    assert told(withheld) == [("borvia", "class", 5)]
    assert told(withheld) == []


def test_the_same_count_again_is_no_news():
    withheld = Withheld(ISSUER)
    withheld.count("borvia", "track", "class", 2)
    told(withheld)
    withheld.count("borvia", "track", "class", 2)
    other = Withheld(ISSUER)
    other.restore(withheld.state())
    assert told(other) == []
    other.count("borvia", "track", "class", 3)
    assert told(other) == [("borvia", "class", 3)]


def test_nothing_withheld_is_nothing_to_tell():
    withheld = Withheld(ISSUER)
    withheld.count("borvia", "track", "class", 0)
    assert told(withheld) == []
