"""Many clients at one server: who hears what, and who is held up by whom."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest

from skypact.config.settings import CotSettings, RoleSettings
from skypact.core.errors import LinkError
from skypact.core.messages import Context
from skypact.edge.clock import Clock
from skypact.edge.cot.relay import LOG_BYTES_MAX
from skypact.edge.cot.server import Keys, named
from skypact.edge.links import pki
from skypact.sensors.cot.event import Element
from tests.unit.edge.cot.rig import Phone, position, serving, until


def itself(callsign: str) -> tuple[Element, ...]:
    return (Element("contact", (("callsign", callsign), ("endpoint", "*:-1:stcp"))),)


def test_who_comes_learns_who_is_there_and_who_goes_is_told() -> None:
    async def run() -> None:
        async with serving() as rig:
            first = await Phone.at(rig.port)
            first.send(position("A", elements=itself("ALPHA")))
            await until(lambda: any(c.uid == "A" for c in rig.server.clients))
            second = await Phone.at(rig.port)
            assert (await second.until(lambda e: len(e) == 2))[1].uid == "A"
            await first.close()
            gone = (await second.until(lambda e: len(e) == 3))[2]
            assert gone.kind == "t-x-d-d"
            assert '<link uid="A"' in gone.rest
            await second.close()

    asyncio.run(run())


def test_what_is_meant_for_somebody_goes_to_nobody_else() -> None:
    dest = '<marti><dest callsign="BRAVO"/></marti><remarks>psst</remarks>'

    async def run() -> None:
        async with serving() as rig:
            phones = [await Phone.at(rig.port) for _ in range(3)]
            for phone, name in zip(phones, ("ALPHA", "BRAVO", "CHARLIE"), strict=True):
                phone.send(position(name, elements=itself(name)))
            for phone in phones:
                await phone.until(lambda e: len(e) == 3)
            phones[0].send(position("m-1", rest=dest))
            phones[0].send(position("m-2"))
            assert [e.uid for e in await phones[1].until(lambda e: len(e) == 5)][3:] == [
                "m-1",
                "m-2",
            ]
            assert (await phones[2].until(lambda e: len(e) == 4))[3].uid == "m-2"
            for phone in phones:
                await phone.close()

    asyncio.run(run())


def test_a_stalled_client_holds_up_nobody_and_is_cut_off() -> None:
    settings = CotSettings(tcp="127.0.0.1:0", stalled_s=0.2)
    body = "<remarks>" + "x" * 20_000 + "</remarks>"
    count = 3 * LOG_BYTES_MAX // len(body)

    async def run() -> None:
        async with serving(settings) as rig:
            stalled = socket.create_connection(("127.0.0.1", rig.port))
            await until(lambda: len(rig.server.clients) == 1)
            (slow,) = rig.server.clients
            talker, listener = await Phone.at(rig.port), await Phone.at(rig.port)
            for number in range(count):
                talker.send(position(str(number), rest=body))
                await talker.writer.drain()
            events = await listener.until(lambda e: len(e) == count + 1)
            assert [e.uid for e in events[1:]] == [str(number) for number in range(count)]
            assert slow.transport is None or slow.transport.get_write_buffer_size() < 1 << 20
            await until(lambda: slow not in rig.server.clients, "was never cut off")
            assert any("reads nothing" in line for line in rig.said)
            stalled.close()
            await talker.close()
            await listener.close()

    asyncio.run(run())


def test_a_slow_client_that_reads_again_gets_what_is_still_held() -> None:
    body = "<remarks>" + "x" * 20_000 + "</remarks>"
    count = 3 * LOG_BYTES_MAX // len(body)

    async def run() -> None:
        async with serving() as rig:
            reader, writer = await asyncio.open_connection("127.0.0.1", rig.port, limit=1024)
            await until(lambda: len(rig.server.clients) == 1)
            (slow,) = rig.server.clients
            talker = await Phone.at(rig.port)
            for number in range(count):
                talker.send(position(f"U-{number}-", rest=body))
                await talker.writer.drain()
            await until(lambda: rig.server.log.end == count)
            await until(lambda: slow.paused_s is not None)
            phone = Phone(reader, writer)
            events = await phone.until(lambda e: bool(e) and e[-1].uid == f"U-{count - 1}-")
            assert slow.missed > 0
            assert len(events) - 1 + slow.missed == count
            await talker.close()
            await phone.close()
            await until(lambda: any("events missed" in line for line in rig.said))

    asyncio.run(run())


def test_one_too_many_is_turned_away() -> None:
    async def run() -> None:
        async with serving(CotSettings(tcp="127.0.0.1:0", clients_max=1)) as rig:
            first = await Phone.at(rig.port)
            await first.kinds(1)
            second = await Phone.at(rig.port)
            await until(lambda: second.ended)
            assert second.events == []
            assert rig.server.refused_clients == 1
            await first.close()
            await second.close()

    asyncio.run(run())


def test_a_port_in_use_is_told() -> None:
    async def run() -> None:
        async with serving() as rig:
            with pytest.raises(LinkError, match="the port can't be had"):
                async with serving(CotSettings(tcp=f"127.0.0.1:{rig.port}")):
                    pass

    asyncio.run(run())


@pytest.fixture
def authority(tmp_path: Path) -> pki.Authority:
    return pki.make_authority(tmp_path / "keys", "auria", Context.EXERCISE, Clock().now_ns())


def context(ca: Path, credential: pki.Credential | None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(ca))
    if credential is not None:
        made.load_cert_chain(str(credential.certificate), str(credential.key))
    return made


def test_tls_lets_in_clients_of_the_nation_under_their_role(
    authority: pki.Authority, tmp_path: Path
) -> None:
    now_ns = Clock().now_ns()
    server = pki.issue(authority, pki.Role.COT, now_ns, ("127.0.0.1",))
    keys = Keys(server.certificate, server.key, authority.certificate)
    foreign = pki.make_authority(tmp_path / "other", "borvia", Context.EXERCISE, now_ns)
    good = pki.issue_client(authority, "alpha", "quiet", tmp_path / "a", now_ns)
    nobody = pki.issue_client(authority, "bravo", "unheard-of", tmp_path / "b", now_ns)
    partner = pki.issue_client(foreign, "alpha", "quiet", tmp_path / "c", now_ns)
    node = pki.issue(authority, pki.Role.APP, now_ns)
    quiet = RoleSettings(name="quiet", shows=("zones",))

    async def run() -> None:
        settings = CotSettings(tls="127.0.0.1:0")
        async with serving(settings, (quiet,), keys=lambda: keys) as rig:
            phone = await Phone.at(rig.port, ssl=context(authority.certificate, good))
            rig.server.layers["tracks"].put(position("hidden"))
            rig.server.layers["zones"].put(position("seen"))
            rig.server.show()
            assert [e.uid for e in await phone.until(lambda e: len(e) == 2)][1] == "seen"
            assert any("CoT client alpha joined" in line for line in rig.said)
            for credential in (None, nobody, partner, node):
                refused = await Phone.at(rig.port, ssl=context(authority.certificate, credential))
                await until(lambda: refused.ended)  # noqa: B023
                assert refused.events == []
                await refused.close()
            assert len(rig.server.clients) == 1
            await phone.close()

    asyncio.run(run())


def test_only_a_clients_certificate_names_a_client() -> None:
    def san(name: str) -> dict[str, object]:
        return {"subjectAltName": (("DNS", name),)}

    assert named(san("alpha.watch.client.auria.exercise.skypact")) == ("alpha", "watch")
    for other in ("app.auria.exercise.skypact", "a.b.server.auria.exercise.skypact", ""):
        assert named(san(other)) == ("?", "")
    assert named({}) == ("?", "")
