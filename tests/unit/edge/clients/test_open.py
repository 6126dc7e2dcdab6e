import asyncio
from pathlib import Path

import msgspec

from skypact.config import load
from skypact.config.settings import Cat062Settings, DisSettings, SapientSettings
from skypact.edge.clients.open import open_clients
from skypact.edge.first_hour.configuration import init
from tests.unit.edge.clients.pictures import START_NS, picture


def test_only_what_is_asked_for_is_opened(tmp_path: Path) -> None:
    init(tmp_path / "auria", "auria", START_NS)
    directory = load(tmp_path / "auria")
    none = open_clients(directory, lambda: START_NS, print)
    assert (none.sapient, none.dis, none.work()) == (None, None, [])
    none.take(picture())
    none.close()

    async def scene() -> None:
        config = msgspec.structs.replace(
            directory.config,
            sapient=SapientSettings(parent="127.0.0.1:1"),
            dis=DisSettings(to="udp://127.0.0.1:1"),
            cat062=(Cat062Settings(name="atc", address="127.0.0.1:1", sac=1, sic=1),),
        )
        asked = msgspec.structs.replace(directory, config=config)
        both = open_clients(asked, lambda: START_NS, lambda _: None)
        assert both.sapient is not None
        assert both.dis is not None
        work = both.work()
        assert len(work) == 2
        for each in work:
            each.close()
        both.take(picture((1, 2)))
        assert both.dis.sender.sent + both.dis.sender.failed == 2
        both.close()

    asyncio.run(scene())
