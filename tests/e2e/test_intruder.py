"""An intruder who holds the hub: what is tried between two nations is refused, recorded, and
disturbs nothing. As far as servers know, the hub's operator reads and sends as auria."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from bench.nation import Nation
from nats.aio.client import Client
from nats.aio.msg import Msg

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import load
from skypact.core.codec import decode
from skypact.core.messages import Delivery, FrameUnopened, Stream, WarningRaised
from skypact.edge.clock import Clock
from skypact.edge.first_hour.enrol import cut
from skypact.edge.inbox import Lane
from skypact.edge.journal import Kind, read
from skypact.edge.links import pki
from skypact.edge.links import sealed as sealed_links
from skypact.edge.links.credentials import authorities, endpoint, server_text
from skypact.edge.links.envelope import MAGIC, Sealer
from skypact.edge.links.frame_keys import (
    OwnKeys,
    PartnerKeys,
    own_keys,
    partner_keys,
    read_announcement,
)
from skypact.edge.links.link import client_options
from skypact.edge.links.nats_config import FRAME_MAX_BYTES, server_name
from skypact.edge.links.nats_server import NatsServer
from skypact.exercise.scenario import load as load_scenario
from skypact.sharing import wire
from tests.e2e.nats_lab import until
from tests.unit.sharing.treaty import warning

pytestmark = pytest.mark.e2e
OPENING = ("it ", "its ", "sealed", "the announced", "a key")
DAY_NS = 86_400_000_000_000
Attack = Callable[["Intruder"], tuple[Stream, bytes]]


class Intruder:
    """Sits in the hub's account of auria. seen: envelopes from auria to borvia, by stream;
    hub: keys of the hub's own nation; auria: keys stolen from auria; borvia: what all may know."""

    def __init__(self, state: Path) -> None:
        self.state, self.seen = state, dict[Stream, list[bytes]]()
        self.hub, self.auria = (self._keys(name) for name in ("keystone", "auria"))
        borvia = load(state / "borvia")
        said = read_announcement(self._keys("borvia").announcement(asks=False))
        context = borvia.config.node.context
        card = authorities(load(state / "auria"))["borvia"]
        bound = pki.bound_authority(card, "borvia", context)
        self.borvia: PartnerKeys = partner_keys(said, bound, "borvia", context, Clock().now_ns())

    def _keys(self, name: str) -> OwnKeys:
        directory = load(self.state / name)
        context, now_ns = directory.config.node.context, Clock().now_ns()
        return own_keys(pki.make_authority(directory.keys, name, context, now_ns), now_ns)

    async def enter(self) -> None:
        directory = load(self.state / "keystone")
        assert directory.config.link is not None
        here = endpoint(directory, directory.config.link, Clock().now_ns())
        self.client = Client()
        await self.client.connect(**client_options(here))

        async def hear(message: Msg) -> None:
            self.seen.setdefault(Stream(message.subject.split(".")[3]), []).append(message.data)

        await self.client.subscribe("exercise.auria.borvia.*", cb=hear)
        await self.client.flush()

    async def send(self, stream: Stream, data: bytes) -> None:
        await self.client.publish(f"exercise.auria.borvia.{stream}", data)
        await self.client.flush()

    def frame(self, stream: Stream, **given: object) -> bytes:
        """Return a frame as auria might make it."""
        now_ns = Clock().now_ns()
        right = wire.Frame(
            version=wire.VERSION,
            context=load(self.state / "auria").config.node.context,
            sender="auria",
            recipient="borvia",
            stream=stream,
            epoch=1_000,
            sequence=1_000,
            clauses=("auria-borvia/x",),
            sent_ns=now_ns,
            body=wire.encode(wire.HeartbeatBody(track_sequence=0, warning_sequence=0)),
        )
        return wire.encode(msgspec.structs.replace(right, **given))


def evil_text(state: Path) -> str:
    """Return the hub's configuration with its operator's program in the account of auria."""
    directory = load(state / "keystone")
    assert directory.config.link is not None
    text = server_text(directory, directory.config.link, Clock().now_ns())
    [user] = re.findall(r'\{ user: "app\.keystone.*\} \} \}', text)
    node, free = (
        '{ user: "node.auria.exercise.skypact"',
        '{ user: "app.keystone.exercise.skypact" }',
    )
    assert text.count(node) == 1
    return text.replace(user, "").replace(node, f"{free}\n      {node}")


@asynccontextmanager
async def two_nations(
    state: Path, settle: Callable[[Path], None] = lambda _: None
) -> AsyncIterator[tuple[Nation, Nation, Intruder]]:
    """Run auria and borvia, and a hub whose operator is the intruder. settle: changes folders."""
    prepare(state, load_scenario("first_night"), agreement_texts("first_night"), 1)
    settle(state)
    directory = load(state / "keystone")
    node, link = directory.config.node, directory.config.link
    assert link is not None
    name = server_name(node.nation, node.context)
    server = NatsServer(directory.state / "nats", name, link.port, evil_text(state))
    await server.start()
    auria, borvia = Nation(state / "auria"), Nation(state / "borvia")
    await asyncio.gather(auria.start(), borvia.start())
    intruder = Intruder(state)
    try:
        await intruder.enter()
        await until(lambda: auria.link("borvia") and borvia.link("auria"), 30)
        yield auria, borvia, intruder
    finally:
        await intruder.client.close()
        await asyncio.gather(auria.stop(), borvia.stop())
        await server.stop()


async def warn(auria: Nation, number: int) -> None:
    """Let auria raise a warning for borvia."""
    now_ns = auria.clock.now_ns()
    header = auria.issuer.header(now_ns, now_ns)
    event = WarningRaised(**header, warning=warning(warning_id=f"auria-warning-{number}"))
    auria.driver.inbox.put(Lane.WARNING, event)


def sealed(frame: Callable[[Intruder], bytes], stream: Stream = Stream.HEARTBEAT) -> Attack:
    """An attack by one who holds auria's keys."""
    return lambda i: (stream, Sealer(i.auria, i.borvia).seal(frame(i)))


def forged(i: Intruder) -> tuple[Stream, bytes]:
    """A warning signed with the hub's key under the id of auria's."""
    body = wire.encode(warning_body())
    frame = i.frame(Stream.WARNING, sequence=1, body=body)
    sealer = Sealer(i.hub._replace(sign_id=i.auria.sign_id), i.borvia)
    return Stream.WARNING, sealer.seal(frame)


def warning_body() -> wire.WarningBody:
    told = warning()
    return wire.WarningBody(
        reference="ab" * 16, nation="borvia", track=105, threat_class=told.threat_class,
        class_probability=0.9, state=told.state, version=1, places=(), assessed_ns=0,
        acknowledge_by_ns=0, detected_ns=0, tracked_ns=0, raised_ns=0, released_ns=0,
    )  # fmt: skip


def damaged(i: Intruder) -> tuple[Stream, bytes]:
    data = bytearray(i.seen[Stream.HEARTBEAT][-1])
    data[-1] ^= 1
    return Stream.HEARTBEAT, bytes(data)


ATTACKS: dict[str, tuple[Attack, str]] = {
    "noise": (lambda _: (Stream.TRACK, b"\x00" * 300), "it is not a sealed frame"),
    "a frame without a seal": (
        lambda i: (Stream.WARNING, i.frame(Stream.WARNING)), "it is not a sealed frame"),
    "sealed for another": (
        lambda i: (Stream.TRACK, MAGIC + bytes(900)), "sealed for a key that is not ours"),
    "an altered frame": (damaged, "its seal is broken"),
    "signed by the hub": (
        lambda i: (Stream.HEARTBEAT, Sealer(i.hub, i.borvia).seal(i.frame(Stream.HEARTBEAT))),
        "a key that the partner has not announced"),
    "a forged signature": (forged, "its signature is forged"),
    "keys of the hub": (
        lambda i: (Stream.KEYS, i.hub.announcement(asks=False)),
        "the announced certificate cannot be used"),
    "a heartbeat sent again": (
        lambda i: (Stream.HEARTBEAT, i.seen[Stream.HEARTBEAT][0]), "a repeat"),
    "a heartbeat on another stream": (
        lambda i: (Stream.TRACK, i.seen[Stream.HEARTBEAT][-1]), "on the wrong stream"),
    "the largest that passes": (
        lambda _: (Stream.TRACK, MAGIC + bytes(FRAME_MAX_BYTES - 64)), "a key that is not ours"),
    "malformed msgpack": (sealed(lambda _: b"\xc1\xff"), "the frame cannot be read"),
    "nested without end": (sealed(lambda _: b"\x91" * 40_000), "the frame cannot be read"),
    "a malformed body": (
        sealed(lambda i: i.frame(Stream.HEARTBEAT, body=b"\xc1")), "the frame cannot be read"),
    "an oversized body": (
        sealed(lambda i: i.frame(Stream.HEARTBEAT, body=bytes(70_000))), "the body is too large"),
    "a clock a day ahead": (
        sealed(lambda i: i.frame(Stream.HEARTBEAT, sent_ns=Clock().now_ns() + DAY_NS)),
        "too far apart"),
    "a clock a day behind": (
        sealed(lambda i: i.frame(Stream.HEARTBEAT, sent_ns=Clock().now_ns() - DAY_NS)),
        "too far apart"),
    "a frame for another nation": (
        sealed(lambda i: i.frame(Stream.HEARTBEAT, recipient="cestia")), "for another nation"),
    "a frame of another sender": (
        sealed(lambda i: i.frame(Stream.HEARTBEAT, sender="cestia")), "names another sender"),
    "a receipt for what was never sent": (
        sealed(lambda i: i.frame(
            Stream.RECEIPT, body=wire.encode(wire.ReceiptBody(upto_sequence=10**9))),
            Stream.RECEIPT), "which was never sent"),
}  # fmt: skip


def test_everything_an_intruder_tries_is_refused_and_recorded(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_nations(tmp_path) as (auria, borvia, intruder):
            await warn(auria, 1)
            await until(lambda: len(taken(borvia)) == 1 and len(intruder.seen) >= 3)
            for name, (attack, reason) in ATTACKS.items():
                before = len(borvia.refused("auria"))
                await intruder.send(*attack(intruder))
                try:
                    await until(lambda n=before, r=reason: told(borvia, n, r), 5)
                except AssertionError:
                    pytest.fail(f"{name}: {borvia.refused('auria')[before:]}")
            # A warning sent again is taken once, and receipted again.
            for data in list(intruder.seen[Stream.WARNING]):
                await intruder.send(Stream.WARNING, data)
            await warn(auria, 2)
            await until(lambda: len(taken(borvia)) == 2)
            assert borvia.link("auria")
            assert auria.link("borvia")
            assert auria.refused("borvia") == []
        unopened = {reason for _, reason in ATTACKS.values() if reason.startswith(OPENING)}
        kept = recorded(tmp_path / "borvia/state/journal")
        assert all(any(reason in one for one in kept) for reason in unopened), kept

    asyncio.run(run())


def told(nation: Nation, before: int, reason: str) -> bool:
    return any(reason in one for one in nation.refused("auria")[before:])


def taken(nation: Nation) -> list[str]:
    """Return the warnings of auria that people of a nation were told, in order."""
    found = [m.warning for m in nation.told if isinstance(m, Delivery)]
    return list(dict.fromkeys(w.warning_id for w in found if w.origin == "auria"))


def recorded(journal: Path) -> set[str]:
    """Return why bytes could not be opened, by the journal."""
    inputs = [e for e in read(journal) if e.kind is Kind.INPUT]
    messages = [decode(e.payload, "journal") for e in inputs]
    return {m.reason for m in messages if isinstance(m, FrameUnopened)}


def test_the_attacks_are_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: where signatures are not verified, the forged warning gets in."""

    class Believing:
        def verify(self, *_: object) -> None: ...

    def believing(*given: object) -> PartnerKeys:
        return partner_keys(*given)._replace(sign=Believing())  # type: ignore[arg-type]

    monkeypatch.setattr(sealed_links, "partner_keys", believing)

    async def run() -> None:
        async with two_nations(tmp_path) as (_, borvia, intruder):
            await intruder.send(*forged(intruder))
            await until(lambda: len(taken(borvia)) == 1)

    asyncio.run(run())


def test_one_that_is_cut_off_is_silent_within_five_seconds(tmp_path: Path) -> None:
    async def run() -> None:
        async with two_nations(tmp_path) as (auria, borvia, _):
            cut(tmp_path / "borvia", "auria", "Duty officer", "a drill", Clock().now_ns())
            begin_s = time.monotonic()
            await until(lambda: any("no card" in r for r in borvia.refused("auria")), 5)
            await warn(auria, 1)
            await until(lambda: not borvia.link("auria") and not auria.link("borvia"), 10)
            assert taken(borvia) == []
            print(f"cut off after {time.monotonic() - begin_s:.1f} s")

    asyncio.run(run())
