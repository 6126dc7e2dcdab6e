"""The earliest due time equals the naive minimum over all cases, whatever happens to them."""

from hypothesis import given
from hypothesis import strategies as st

from skypact.warning.timers import Timers


class _Warning:
    def __init__(self, warning_id: str) -> None:
        self.warning_id = warning_id


class _Case:
    def __init__(self, warning_id: str) -> None:
        self.warning, self.due_ns, self.open = _Warning(warning_id), None, True


STEPS = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(["set", "never", "close", "due"]), st.integers(1, 9)
    ),
    max_size=60,
)


@given(STEPS)
def test_first_and_due_equal_a_search_over_all_cases(steps: list[tuple[int, str, int]]) -> None:
    cases = [_Case(str(k)) for k in range(8)]
    timers, seen = Timers(), []
    for k, what, value in steps:
        case = cases[k]
        if what == "due":
            expected = [c for c in seen if c.due_ns is not None and c.due_ns <= value]
            assert timers.due(value) == [c.warning.warning_id for c in expected]
            for one in expected:
                one.due_ns = None
                timers.touch(one)
        elif case.open:
            case.due_ns = value if what == "set" else None
            case.open = what != "close"
            if case.open and case not in seen:
                seen.append(case)
            timers.touch(case)
            timers.first_ns()
        known = [c.due_ns for c in seen if c.due_ns is not None]
        assert timers.first_ns() == min(known, default=None)


def test_a_case_that_is_not_touched_keeps_its_place() -> None:
    case, timers = _Case("w1"), Timers()
    case.due_ns = 5
    timers.touch(case)
    assert timers.first_ns() == 5
    case.due_ns = 3
    assert timers.first_ns() == 5
    timers.touch(case)
    assert timers.first_ns() == 3
