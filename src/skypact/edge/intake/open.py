"""From a node's folder to its intake."""

import asyncio
from collections.abc import Callable

from skypact.config import NodeDirectory
from skypact.edge.intake.looking import looks
from skypact.edge.intake.service import Intake
from skypact.edge.intake.tokens import load_key
from skypact.edge.intake.web import Deliver
from skypact.edge.links.credentials import intake_certificate

RENEW_EVERY_S = 6 * 3600.0


async def open_intake(
    directory: NodeDirectory, deliver: Deliver, now_ns: Callable[[], int]
) -> Intake | None:
    """Return the intake, open; None when no feed is posted. Raises ConfigError when its port or
    certificate can't be used."""
    if not directory.config.posted:
        return None
    config = directory.config
    names = [sensor.name for sensor in config.sensors]
    intake = Intake(
        *(config.intake, config.posted, looks(config.posted, names, directory.standards)),
        load_key(directory.keys),
        *(intake_certificate(directory, now_ns()), deliver, now_ns),
    )
    await intake.start()
    return intake


async def run_intake(intake: Intake, directory: NodeDirectory, now_ns: Callable[[], int]) -> None:
    """Renew its certificate until cancelled, then stop it."""
    try:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            intake_certificate(directory, now_ns())
            intake.renew()
    finally:
        await intake.stop()
