from skypact.tracking.refusals import Refusals, too_many

SECOND_NS = 1_000_000_000


def test_a_reason_is_told_at_once_then_once_a_minute() -> None:
    refusals = Refusals()
    assert refusals.due(0) == []
    refusals.add("north: plots too late", 3)
    assert refusals.due(5) == [("north: plots too late", 3)]
    refusals.add("north: plots too late", 2)
    refusals.add("south: plots too late", 1)
    assert refusals.due(6) == [("south: plots too late", 1)]
    again = Refusals(refusals.counts, refusals.latest, refusals.untold, refusals.told_ns)
    again.add("north: plots too late", 2)
    assert again.due(59 * SECOND_NS) == []
    assert again.due(61 * SECOND_NS) == [("north: plots too late", 4)]
    assert again.due(200 * SECOND_NS) == []


def test_reasons_are_counted_and_bounded() -> None:
    refusals = Refusals()
    refusals.add("north: plots too late", 3)
    refusals.add("north: plots too late", 2)
    assert refusals.counts == {"north: plots too late": 5}
    for k in range(1000):
        refusals.add(f"stranger {k}", 1)
    assert len(refusals.counts) <= 257
    assert refusals.total == 1005
    assert len(refusals.latest) == 16
    again = Refusals(refusals.counts, refusals.latest)
    assert (again.counts, again.latest) == (refusals.counts, refusals.latest)


def test_a_million_plots_are_too_many_at_once() -> None:
    assert too_many(100_000) == ""
    assert too_many(1_000_000) == "1000000 plots at once; the limit is 100000"
