"""The supervisor: starts the processes of a demo, restarts what dies, ends everything once.

A zygote: it imports the heavy modules once and forks every child from itself, so that a child
killed at any instant is back within half a second. It has one thread, waits for signals only, and
writes one line for each exit and restart.

Children die with their parent, whatever kills it: `die_with_parent`, Linux only. The kernel sends
the signal when the *thread* that forked ends, so children are forked from the main thread only,
which lives as long as its process.

Here is the only broad `except` of the house, in `attempt`.
"""

import ctypes
import gc
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec

from skypact.core.errors import InvariantError
from skypact.edge.log import logger

P = ParamSpec("P")
BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 5.0)  # before the first restart, the second, ...
PROVEN_S = 30.0  # a child that lived so long starts again at once
STOP_DEADLINE_S = 10.0
CRASHED = 70  # exit status of a child that raised; EX_SOFTWARE
_PR_SET_PDEATHSIG = 1
# Loaded on import: between fork and exec a child of a threaded process may not load libraries.
_LIBC = ctypes.CDLL(None, use_errno=True)
_ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_WATCHED = _ENDING | {signal.SIGCHLD}


def attempt(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Exception | None:
    """Call `function`; return what it raised, None if it went well."""
    try:
        function(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - the one broad except of the house
        return error
    return None


def die_with_parent(parent: int) -> None:
    """Call in a new child: SIGKILL comes when process `parent` ends, or has already ended.

    Raises OSError where the system cannot do it.
    """
    if sys.platform != "linux":
        raise OSError("children that die with their parent need Linux")
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os._exit(1)


def check_forking_thread() -> None:
    """Raise InvariantError unless this is the main thread, to which children's lives are bound."""
    if threading.current_thread() is not threading.main_thread():
        raise InvariantError("child processes are started from the main thread only")


@dataclass(frozen=True)
class ChildSpec:
    """A process to keep running. `run` returns the exit status; it is called in the child, in its
    main thread, and ends soon after SIGTERM. Status 0 means finished: it is not started again."""

    name: str
    run: Callable[[], int]


@dataclass
class _Child:
    spec: ChildSpec
    pid: int = 0  # 0: not running
    started_s: float = 0.0
    failures: int = 0
    due_s: float | None = 0.0  # when to start it, None: running or finished


def supervise(
    children: Sequence[ChildSpec],
    *,
    preload: Sequence[str] = (),
    rehearse: Callable[[], None] = lambda: None,
    for_s: float | None = None,
) -> int:
    """Run the children until SIGINT, SIGTERM or SIGHUP, for `for_s` seconds, or until all have
    finished; return 0 if each ended by itself when told to, else 1.

    preload: modules to import before the first fork; rehearse: what to do then, so that no child
    has to. A second SIGINT or SIGTERM ends everything at
    once. Call it in the main thread of a process that has no other Python thread.
    """
    for module in preload:
        importlib.import_module(module)
    rehearse()
    if threading.active_count() != 1:
        raise InvariantError("the supervisor forks and must be the only thread")
    gc.collect()
    gc.freeze()  # keep collections in the children from copying the shared pages
    former_mask = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    supervisor = _Supervisor([_Child(spec) for spec in children], former_mask)
    try:
        return supervisor.run(for_s)
    finally:
        supervisor.kill()
        signal.pthread_sigmask(signal.SIG_SETMASK, former_mask)
        gc.unfreeze()


class _Supervisor:
    def __init__(self, children: list[_Child], child_mask: set[signal.Signals | int]) -> None:
        self._children, self._child_mask = children, child_mask
        self._log = logger()

    def run(self, for_s: float | None) -> int:
        end_s = None if for_s is None else time.monotonic() + for_s
        while any(child.pid or child.due_s is not None for child in self._children):
            now_s = time.monotonic()
            for child in self._children:
                if child.due_s is not None and child.due_s <= now_s:
                    self._start(child)
            due_s = [child.due_s for child in self._children if child.due_s is not None]
            if end_s is not None:
                due_s.append(end_s)
            signal_number = _wait(min(due_s) if due_s else None)
            self._reap()
            if signal_number in _ENDING:
                self._log.info("supervisor_stopping", signal=signal.Signals(signal_number).name)
                return self._stop()
            if end_s is not None and time.monotonic() >= end_s:
                self._log.info("supervisor_stopping", after_s=for_s)
                return self._stop()
        return 0

    def kill(self) -> None:
        """Kill what still runs and bury it."""
        for child in self._children:
            if child.pid:
                _kill_group(child.pid)
                os.waitpid(child.pid, 0)
                child.pid = 0

    def _start(self, child: _Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _live(child.spec, parent, self._child_mask)
        if child.failures:
            self._log.info("child_restarted", child=child.spec.name, pid=pid)
        child.pid, child.started_s, child.due_s = pid, time.monotonic(), None

    def _reap(self) -> None:
        for child in self._children:
            status = _ended(child.pid) if child.pid else None
            if status is not None:
                child.pid = 0
                self._bury(child, status)

    def _bury(self, child: _Child, status: int) -> None:
        now_s = time.monotonic()
        lived_s = now_s - child.started_s
        if status == 0:
            self._log.info("child_finished", child=child.spec.name, after_s=lived_s)
            return
        if lived_s >= PROVEN_S:
            child.failures = 0
        wait_s = BACKOFF_S[min(child.failures, len(BACKOFF_S) - 1)]
        child.failures += 1
        child.due_s = now_s + wait_s
        self._log.warning(
            "child_exited",
            child=child.spec.name,
            why=_why(status),
            after_s=lived_s,
            restart_in_s=wait_s,
        )

    def _stop(self) -> int:
        for child in self._children:
            child.due_s = None
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        deadline_s = time.monotonic() + STOP_DEADLINE_S
        clean = True
        while any(child.pid for child in self._children):
            signal_number = _wait(deadline_s)
            for child in self._children:
                status = _ended(child.pid) if child.pid else None
                if status is not None:
                    child.pid = 0
                    clean &= status in (0, -signal.SIGTERM)
                    self._log.info("child_stopped", child=child.spec.name, why=_why(status))
            if signal_number in _ENDING or time.monotonic() >= deadline_s:
                for child in self._children:
                    if child.pid:
                        clean = False
                        self._log.warning("child_killed", child=child.spec.name)
                self.kill()
        return 0 if clean else 1


def _live(spec: ChildSpec, parent: int, mask: set[signal.Signals | int]) -> None:
    """Be the child; never returns."""
    status = CRASHED
    try:
        die_with_parent(parent)
        # What `ps` and an operator see; Linux keeps 15 characters.
        Path("/proc/self/comm").write_text(f"sky-{spec.name}"[:15])
        os.setpgid(0, 0)  # Ctrl-C reaches the supervisor only, which ends each child once
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        gc.enable()
        returned: list[int] = []
        failure = attempt(lambda: returned.append(spec.run()))
        if failure is not None:
            logger().error("child_failed", child=spec.name, exc_info=failure)
        else:
            status = returned[0]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _wait(until_s: float | None) -> int | None:
    """Return the next watched signal, None when the time has come."""
    if until_s is None:
        return signal.sigwaitinfo(_WATCHED).si_signo
    got = signal.sigtimedwait(_WATCHED, max(0.0, until_s - time.monotonic()))
    return None if got is None else got.si_signo


def _ended(pid: int) -> int | None:
    """Return the exit status (negative: the signal) if process `pid` has ended, and bury it."""
    if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        return None
    _kill_group(pid)  # before its number can be given to another process
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _kill_group(pid: int) -> None:
    # Right after the fork the child is not yet a group of its own.
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _why(status: int) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return "crashed" if status == CRASHED else f"status {status}"
