"""Compiles the kernels before the first start, beside the node and not in it."""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial

from skypact.core.jit import is_cold
from skypact.edge.log import logger
from skypact.edge.supervise import check_forking_thread, die_with_parent

PROGRAM = "from skypact.core.jit import warm; warm()"


async def compile_first(say: Callable[[str], None]) -> None:
    """Return once the machine code of all kernels is kept on disk, at once when it is already.

    A process of its own does it, so that the node moves bytes meanwhile; it dies with us. When it
    fails, each kernel is compiled when it is first used.
    """
    if not is_cold():
        return
    say("compiling numeric kernels, once for this machine: about a minute; plots wait meanwhile")
    check_forking_thread()
    compiler = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )
    try:
        status = await compiler.wait()
    finally:
        if compiler.returncode is None:
            compiler.kill()
            await compiler.wait()
    if status:
        logger().warning("kernels_not_compiled", status=status)
    else:
        say("kernels compiled")
