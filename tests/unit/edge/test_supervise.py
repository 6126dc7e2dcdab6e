"""The guard, and children that finish (kills and Ctrl-C: tests/e2e/test_supervise.py)."""

import threading

import pytest

from skypact.core.errors import InvariantError
from skypact.edge.supervise import ChildSpec, attempt, supervise


def test_attempt_returns_what_was_raised() -> None:
    kept: list[int] = []
    assert attempt(kept.append, 1) is None
    assert kept == [1]
    failure = attempt(int, "x")
    assert isinstance(failure, ValueError)
    with pytest.raises(KeyboardInterrupt):
        attempt(_interrupt)


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_supervisor_ends_when_all_children_have_finished() -> None:
    assert supervise([ChildSpec("a", lambda: 0), ChildSpec("b", lambda: 0)]) == 0
    assert supervise([]) == 0


def test_supervisor_refuses_to_fork_beside_threads() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        with pytest.raises(InvariantError, match="only thread"):
            supervise([])
    finally:
        ended.set()
        thread.join()
