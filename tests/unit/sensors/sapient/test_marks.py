from skypact.core.messages import Context
from skypact.sensors.sapient.marks import MARKS, context_of
from tests.unit.sensors.sapient import messages


def test_every_context_but_operation_has_a_mark_that_is_read_again() -> None:
    for context in (Context.EXERCISE, Context.TEST):
        assert context_of(messages.message(text=MARKS[context] + ": raid")) == context
    assert context_of(messages.message(text="a remark")) is None
    assert context_of(messages.message()) is None
    assert MARKS[Context.OPERATION] == ""
