"""Work that blocks does not block the loop."""

import asyncio
import threading

from skypact.edge.channels.threads import in_thread


def test_work_runs_elsewhere_and_its_result_comes_back() -> None:
    async def work() -> None:
        gate = threading.Event()
        waiting = asyncio.create_task(in_thread(lambda: gate.wait(10)))
        await asyncio.sleep(0)
        gate.set()
        assert await waiting is True
        assert await in_thread(threading.get_ident) != threading.get_ident()

    asyncio.run(work())
