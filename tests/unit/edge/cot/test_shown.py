"""What leaves the node arrives at a client, as its role allows."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from skypact.config.settings import CotSettings, RoleSettings
from skypact.core.messages import Context, Delivery, PictureView, WarningState
from skypact.edge.cot import shown
from skypact.edge.cot.shown import Shown
from tests.unit.edge.cot.rig import Phone, Rig, serving, until
from tests.unit.edge.cot.test_picture import PLACES, TELLER, picture, warning

HEADER = {"id": "d", "received_ns": 0, "origin": "auria", "context": Context.EXERCISE}


def delivered(**changed: object) -> Delivery:
    return Delivery(
        **HEADER, observed_ns=0, post="duty", event="warning_raised", warning=warning(**changed)
    )


def view(second: int, numbers: list[int]) -> PictureView:
    base = picture(len(numbers), number=np.array(numbers))
    fields = {name: getattr(base, name) for name in base.__struct_fields__}
    return PictureView(**fields | {"observed_ns": base.observed_ns + second * 1_000_000_000})


@asynccontextmanager
async def showing(
    role: RoleSettings | None = None, every_s: float = 1.0
) -> AsyncIterator[tuple[Rig, Shown]]:
    roles = (role or RoleSettings(name="watch"),)
    async with serving(CotSettings(tcp="127.0.0.1:0"), roles) as rig:
        made = Shown(rig.server, TELLER, PLACES, every_s)
        running = asyncio.create_task(made.run(time.time_ns))
        try:
            yield rig, made
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def test_tracks_come_change_and_go() -> None:
    async def run() -> None:
        async with showing(RoleSettings(name="watch", shows=("tracks",))) as (rig, made):
            phone = await Phone.at(rig.port)
            made.take(view(0, [1, 2]))
            await phone.until(lambda e: len(e) == 3)
            made.take(view(1, [2, 3]))
            events = (await phone.until(lambda e: len(e) == 6))[3:]
            assert [(e.kind[:5], e.uid[-2:]) for e in events] == [
                ("a-u-A", ".2"), ("a-u-A", ".3"), ("t-x-d", ".1"),
            ]  # fmt: skip
            assert '<link uid="skypact.auria.track.1"' in events[2].rest
            late = await Phone.at(rig.port)
            assert {e.uid[-2:] for e in await late.until(lambda e: len(e) == 4)} >= {".2", ".3"}
            await phone.close()
            await late.close()

    asyncio.run(run())


def test_a_number_that_comes_back_is_not_forgotten(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(shown, "DELETIONS_MAX", 1)

    async def run() -> None:
        async with showing(RoleSettings(name="watch", shows=("tracks",))) as (rig, made):
            shelf = rig.server.layers["tracks"]
            for second, numbers in enumerate([[1, 2, 3], [], [1], [1]]):
                made.take(view(second, numbers))
                await until(lambda: not made._fresh.is_set())
            assert {uid[-2:] for uid in shelf.uids()} == {".1", ".3"}

    asyncio.run(run())


def test_pictures_come_no_faster_than_asked_for() -> None:
    async def run() -> None:
        async with showing(RoleSettings(name="watch", shows=("tracks",)), every_s=3.0) as (
            rig,
            made,
        ):
            phone = await Phone.at(rig.port)
            for second in range(7):
                made.take(view(second, [1]))
                await until(lambda: not made._fresh.is_set())
            await phone.until(lambda e: len(e) >= 4)
            assert len(phone.events) == 4
            await phone.close()

    asyncio.run(run())


def test_zones_and_warnings_are_there_for_who_comes_late() -> None:
    async def run() -> None:
        async with showing() as (rig, made):
            made.take(view(0, [1001]))
            await until(lambda: rig.server.layers["tracks"].revision)
            made.take(delivered())
            made.take(delivered(version=1, reason="older"))
            phone = await Phone.at(rig.port)
            events = await phone.until(lambda e: len(e) == 6)
            kinds = [e.kind for e in events]
            assert kinds[1:3] == ["b-a-o-tbl", "u-d-c-c"], "warnings go first"
            assert sorted(kinds[3:]) == ["a-u-A-M-F-Q", "u-d-c-c", "u-d-f"]
            assert "older" not in events[1].rest
            assert round(events[1].lat_deg, 6) == round(events[-1].lat_deg, 6)
            made.take(delivered(version=3, state=WarningState.CLEARED))
            ended = (await phone.until(lambda e: len(e) == 8))[6:]
            assert [e.kind for e in ended] == ["b-a-o-can", "t-x-d-d"]
            await phone.close()

    asyncio.run(run())


def test_a_role_sees_only_its_layers() -> None:
    async def run() -> None:
        async with showing(RoleSettings(name="watch", shows=("zones",))) as (rig, made):
            made.take(view(0, [1001]))
            made.take(delivered())
            await until(lambda: rig.server.layers["tracks"].revision)
            phone = await Phone.at(rig.port)
            await phone.until(lambda e: len(e) == 3)
            made.take(view(1, [1001]))
            await until(lambda: rig.server.layers["tracks"].revision == 2)
            assert {e.kind for e in phone.events[1:]} == {"u-d-c-c", "u-d-f"}
            await phone.close()

    asyncio.run(run())


def test_an_alert_of_an_unseen_track_lies_at_its_impact_or_its_place() -> None:
    async def run() -> None:
        async with showing(RoleSettings(name="watch", shows=("warnings",))) as (rig, made):
            phone = await Phone.at(rig.port)
            made.take(delivered())
            impact = (await phone.until(lambda e: len(e) == 3))[1]
            assert round(impact.lat_deg, 3) == -32.086
            place = warning().places[0]
            made.take(
                delivered(
                    warning_id="w-2", impact=None,
                    places=(type(place)(name="Coast", nation="borvia", time_to_go_s=1.0,
                                        time_spread_s=1.0),),
                )
            )  # fmt: skip
            alert = (await phone.until(lambda e: len(e) == 4))[3]
            assert (alert.lat_deg, alert.lon_deg) == pytest.approx(PLACES[1].centre_deg, abs=1e-6)
            await phone.close()

    asyncio.run(run())
