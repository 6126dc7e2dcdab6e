"""One client's conversation with the server."""

import asyncio

import pytest

from skypact.config.settings import CotSettings, RoleSettings
from skypact.edge.cot.client import deletion
from skypact.sensors.cot.event import Element, Event, event_xml
from tests.unit.edge.cot.rig import Phone, position, serving, until

PING = Event("A-1-ping", "t-x-c-t", "m-g", 0, 0, 0, 0.0, 0.0)
PHONE = (Element("contact", (("callsign", "ALPHA"), ("endpoint", "*:-1:stcp"))),)


def asking(version: str) -> Event:
    request = f'<TakControl><TakRequest version="{version}"/></TakControl>'
    return Event("A-1", "t-x-takp-q", "m-g", 0, 0, 0, 0.0, 0.0, rest=request)


def test_the_offer_comes_first_and_a_ping_is_answered() -> None:
    async def run() -> None:
        async with serving() as rig:
            phone = await Phone.at(rig.port)
            phone.send(PING)
            assert await phone.kinds(2) == ["t-x-takp-v", "t-x-c-t-r"]
            assert 'TakProtocolSupport version="1"' in phone.events[0].rest
            assert phone.events[1].uid == "takPong"
            await phone.close()

    asyncio.run(run())


def test_after_the_agreement_everything_is_protobuf() -> None:
    async def run() -> None:
        async with serving() as rig:
            phone, other = await Phone.at(rig.port), await Phone.at(rig.port)
            phone.send(asking("1"))
            await phone.until(lambda events: len(events) == 2)
            assert phone.events[1].kind == "t-x-takp-r"
            assert 'status="true"' in phone.events[1].rest
            assert phone.raw.endswith(b"</event>")
            before = len(phone.raw)
            phone.send(PING, tak=True)
            other.send(position("B-1", elements=PHONE))
            events = await phone.until(lambda events: len(events) == 4)
            assert {events[2].uid, events[3].uid} == {"takPong", "B-1"}
            assert phone.raw[before] == 0xBF
            assert b"<event" not in phone.raw[before:]
            phone.send(position("A-1", 3.5), tak=True)
            assert (await other.until(lambda e: len(e) == 2))[1].lat_deg == 3.5
            await phone.close()
            await other.close()

    asyncio.run(run())


def test_another_version_is_declined_and_xml_goes_on() -> None:
    async def run() -> None:
        async with serving() as rig:
            phone = await Phone.at(rig.port)
            phone.send(asking("2"))
            await phone.until(lambda events: len(events) == 2)
            assert 'status="false"' in phone.events[1].rest
            phone.send(PING)
            await phone.until(lambda events: len(events) == 3)
            assert b"\xbf" not in phone.raw
            await phone.close()

    asyncio.run(run())


def test_an_exercise_marks_what_carries_no_mark_and_refuses_another() -> None:
    async def run() -> None:
        async with serving() as rig:
            phone, other = await Phone.at(rig.port), await Phone.at(rig.port)
            phone.send(position("1"))
            phone.send(position("2", opex="s-sim"))
            phone.send(position("3", opex="o-live"))
            phone.send(position("4", elements=PHONE))
            phone.send(position("5"), tak=True)
            events = (await other.until(lambda e: len(e) == 5))[1:]
            assert [(e.uid, e.opex) for e in events] == [
                ("1", "e-exercise"), ("2", "s-sim"), ("4", "e-exercise"), ("5", "e-exercise"),
            ]  # fmt: skip
            (client,) = [c for c in rig.server.clients if c.refused]
            assert "another context" in client.last_refusal
            await phone.close()
            await other.close()

    asyncio.run(run())


def test_live_duty_refuses_an_exercise_and_marks_nothing() -> None:
    async def run() -> None:
        async with serving(opex="") as rig:
            phone, other = await Phone.at(rig.port), await Phone.at(rig.port)
            for uid, opex in (("1", "e-x"), ("2", "s-x"), ("3", "o-x"), ("4", "")):
                phone.send(position(uid, opex=opex))
            events = (await other.until(lambda e: len(e) == 3))[1:]
            assert [(e.uid, e.opex) for e in events] == [("3", "o-x"), ("4", "")]
            await phone.close()
            await other.close()

    asyncio.run(run())


def test_nobody_speaks_for_the_node() -> None:
    own = "skypact.auria.track.7"

    async def run() -> None:
        async with serving() as rig:
            phone, other = await Phone.at(rig.port), await Phone.at(rig.port)
            phone.send(position(own))
            phone.send(position(own), tak=True)
            phone.send(event_xml(position(own)).replace(b"skypact", b"skypac&#116;"))
            phone.send(deletion("x", own, 0, ""))
            phone.send(position("honest"))
            events = await other.until(lambda e: len(e) >= 2)
            assert [e.uid for e in events[1:]] == ["honest"]
            assert max(c.refused for c in rig.server.clients) == 4
            await phone.close()
            await other.close()

    asyncio.run(run())


def test_bad_bytes_are_counted_and_the_next_event_is_read() -> None:
    async def run() -> None:
        async with serving() as rig:
            phone, other = await Phone.at(rig.port), await Phone.at(rig.port)
            phone.send(b"\x00\x01junk</event>")
            phone.send(b'<!DOCTYPE a [<!ENTITY b "c">]><event uid="1" type="a-f"></event>')
            phone.send(position("good"))
            assert (await other.until(lambda e: len(e) >= 2))[1].uid == "good"
            assert max(c.refused for c in rig.server.clients) == 3
            for _ in range(30):
                phone.send(b"</event>" * 1_100)
                await asyncio.sleep(0.01)
            await until(lambda: phone.ended, "endless junk was not cut off")
            await phone.close()
            await other.close()
            await until(lambda: any("refused" in line for line in rig.said))

    asyncio.run(run())


@pytest.mark.parametrize("sends", [True, False])
def test_a_role_may_send_or_not(sends: bool) -> None:
    role = RoleSettings(name="gate", sends=sends, shows=())
    settings = CotSettings(tcp="127.0.0.1:0", tcp_role="gate")

    async def run() -> None:
        async with serving(settings, (role,)) as rig:
            phone, other = await Phone.at(rig.port), await Phone.at(rig.port)
            phone.send(position("1"))
            phone.send(position("2", elements=PHONE))
            phone.send(PING)
            await phone.until(lambda e: len(e) == 2)
            other.send(PING)
            events = await other.until(lambda e: e[-1].kind == "t-x-c-t-r")
            assert [e.uid for e in events[1:-1]] == (["1", "2"] if sends else [])
            await phone.close()
            await other.close()

    asyncio.run(run())
