"""Work that blocks, in threads of its own: a slow server must not take those of the node."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
THREADS_MAX = 16
_POOL = ThreadPoolExecutor(THREADS_MAX, "channels")


async def in_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns. A caller that is cancelled waits no longer; the work goes on to
    its own deadline."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, work)
