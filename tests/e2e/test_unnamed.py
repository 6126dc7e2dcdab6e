"""The coalition's frames through real servers, sealed for their viewer."""

import asyncio
from pathlib import Path

import pytest
from bench.nation import Nation

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.core.messages import PictureView
from skypact.exercise.scenario import load as load_scenario
from tests.e2e.nats_lab import until

pytestmark = pytest.mark.e2e
CLAUSE = '\n[[clause]]\nid = "5"\nwhat = "coalition"\ntracks_max = 8\n'


def reporters(nation: Nation) -> tuple[str, ...]:
    views = [m for m in nation.told if isinstance(m, PictureView)]
    return views[-1].reporters if views else ()


def test_a_viewer_hears_the_coalition_also_when_there_is_nothing_to_show(tmp_path: Path) -> None:
    texts = agreement_texts("first_night")
    texts["keystone-borvia.toml"] += CLAUSE
    prepare(tmp_path, load_scenario("first_night"), texts, 1)

    async def run() -> None:
        keystone, borvia = nations = [Nation(tmp_path / name) for name in ("keystone", "borvia")]
        await asyncio.gather(*(nation.start() for nation in nations))
        try:
            await until(lambda: keystone.link("borvia") and borvia.link("keystone"), 60)
            await until(lambda: "coalition" in reporters(borvia), 30)
            assert borvia.refused("keystone") == []
        finally:
            await asyncio.gather(*(nation.stop() for nation in nations))

    asyncio.run(run())
