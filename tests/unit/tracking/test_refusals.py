from skypact.tracking.refusals import Refusals


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
