"""A child process that ends when its parent does, however the parent ends. Linux only.

The kernel sends the signal when the *thread* that forked ends, so children are forked from the
main thread only, which lives as long as its process.
"""

import ctypes
import os
import signal
import sys
import threading

from skypact.core.errors import InvariantError

_PR_SET_PDEATHSIG = 1
# Loaded on import: between fork and exec a child of a threaded process may not load libraries.
_LIBC = ctypes.CDLL(None, use_errno=True)


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
