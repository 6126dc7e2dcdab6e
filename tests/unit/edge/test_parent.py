"""Bound to the parent: what can be told without a kill (kills: tests/e2e/test_supervise.py)."""

import os
import threading

from skypact.core.errors import InvariantError
from skypact.edge.parent import check_forking_thread, die_with_parent


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
