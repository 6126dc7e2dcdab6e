"""The guard, and children that finish (kills and Ctrl-C: tests/e2e/test_supervise.py)."""

import os
import threading

import pytest

from skypact.core.errors import InvariantError
from skypact.edge.supervise import (
    ChildSpec,
    attempt,
    check_forking_thread,
    die_with_parent,
    supervise,
)


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


def _child(parent: int) -> int:
    """Fork a child that binds itself to `parent`; return its exit status."""
    pid = os.fork()
    if pid == 0:
        die_with_parent(parent)
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_child_of_a_living_parent_goes_on() -> None:
    assert _child(os.getpid()) == 7


def test_child_whose_parent_has_gone_meanwhile_ends() -> None:
    assert _child(os.getppid()) == 1


def test_only_the_main_thread_forks() -> None:
    check_forking_thread()
    faults: list[str] = []

    def try_it() -> None:
        try:
            check_forking_thread()
        except InvariantError as error:
            faults.append(str(error))

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    assert faults == ["child processes are started from the main thread only"]
