"""No thread of a test is left behind: a test of the supervisor forks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from skypact.edge.channels import threads


@pytest.fixture(autouse=True, scope="module")
def no_threads_left() -> Iterator[None]:
    yield
    threads._POOL.shutdown(wait=True, cancel_futures=True)
    threads._POOL = ThreadPoolExecutor(threads.THREADS_MAX, "channels")
