"""Real nats-servers, mutual TLS, loopback: what arrives, what does not, and what heals."""

import asyncio
import datetime as dt
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import nats.errors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from nats.aio.client import Client
from nats.aio.msg import Msg

from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links import pki
from skypact.edge.links.link import OutboxSender, _tls
from skypact.edge.links.pki import Credential, Role
from tests.e2e.nats_lab import HUB, PAIRS, Lab, Party, knock, now_ns, until

pytestmark = pytest.mark.e2e


def test_frames_reach_partners_directly_and_the_coordinator(tmp_path: Path) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            for sender, receiver in (("auria", "borvia"), ("borvia", "auria"), ("auria", HUB)):
                lab[receiver].inbox.clear()
                links = lab[sender].links
                assert links is not None
                for stream in Stream:
                    assert await links.send(receiver, stream, f"{sender} {stream}".encode())
                await until(lambda at=receiver: len(lab[at].inbox) == len(Stream))
                expected = {(sender, stream, f"{sender} {stream}".encode()) for stream in Stream}
                assert set(lab[receiver].inbox) == expected
            links = lab[HUB].links
            assert links is not None
            assert await links.send("cestia", Stream.WARNING, b"from the hub")
            await until(lambda: (HUB, Stream.WARNING, b"from the hub") in lab["cestia"].inbox)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("nations_pairs", "hub_pairs"),
    [(PAIRS, [*PAIRS, ("auria", "cestia")]), ([*PAIRS, ("auria", "cestia")], PAIRS)],
    ids=["auria exports nothing", "the hub passes nothing"],
)
def test_a_pair_without_agreement_is_cut_at_either_door(
    tmp_path: Path, nations_pairs: Sequence[tuple[str, str]], hub_pairs: Sequence[tuple[str, str]]
) -> None:
    async def run() -> None:
        async with Lab(tmp_path, nations_pairs, hub_pairs) as lab:
            spy = await _client(lab["cestia"])
            heard: list[str] = []

            async def hear(message: object) -> None:
                heard.append(str(message))

            await spy.subscribe("exercise.*.cestia.*", cb=hear)
            await spy.flush()
            auria = await _client(lab["auria"])
            for _ in range(20):
                await auria.publish("exercise.auria.cestia.track", b"secret")
                await auria.publish("exercise.auria.borvia.track", b"agreed")
                await auria.publish("internal.plan", b"secret")
                await asyncio.sleep(0.01)
            await until(lambda: ("auria", Stream.TRACK, b"agreed") in lab["borvia"].inbox)
            await lab.meet(HUB, "cestia")  # cestia's link is alive, it just hears nothing else
            assert not [text for text in heard if "secret" in text]
            assert [text for text in heard if "meet" in text]
            await spy.close()
            await auria.close()

    asyncio.run(run())


def test_a_client_without_the_nations_certificate_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            party = lab["auria"]
            foreign = lab["borvia"].app
            link = party.node  # of the right nation, but not a program of it
            for credential in (foreign, link):
                with pytest.raises((nats.errors.Error, OSError, TimeoutError)):
                    await _client(party, credential)

    asyncio.run(run())


def test_hub_refuses_other_contexts_and_forged_names(tmp_path: Path) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            hub = lab.hub.authority.certificate

            def at_door(credential: Credential) -> str:
                return knock(lab.leaf_port, credential, hub)

            assert at_door(lab["borvia"].node) == "let in"
            assert at_door(lab["borvia"].app) == "refused by name"
            tester = Party("borvia", tmp_path / "tester", Context.TEST)
            assert at_door(tester.node) == "refused in TLS"
            forger = lab["auria"].authority
            name = "node.borvia.exercise.skypact"
            for forged in (x509.DNSName(name), x509.UniformResourceIdentifier(name)):
                assert at_door(_forge(tmp_path, forger.key, forger.certificate, forged)) == (
                    "refused in TLS"
                )

    asyncio.run(run())


@pytest.mark.parametrize("days", [-40, 40])
def test_a_certificate_that_has_expired_or_is_not_valid_yet_is_refused(
    tmp_path: Path, days: int
) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            hub, party = lab.hub.authority.certificate, lab["borvia"]
            assert knock(lab.leaf_port, party.node, hub) == "let in"
            then_ns = now_ns() + days * 86_400 * 1_000_000_000
            other = pki.issue(party.authority, Role.NODE, then_ns)
            assert knock(lab.leaf_port, other, hub) == "refused in TLS"

    asyncio.run(run())


def test_forgeries_would_get_in_without_the_constraints(tmp_path: Path) -> None:
    """The attacks above are real: an authority that is not bound gets another's name."""

    async def run() -> None:
        lab = Lab(tmp_path)
        name = "node.borvia.exercise.skypact"
        free_key, free = _free_authority(tmp_path / "free")
        tester = Party("borvia", tmp_path / "tester", Context.TEST)
        lab.bundle.write_bytes(
            lab.bundle.read_bytes() + free.read_bytes() + tester.authority.certificate.read_bytes()
        )
        async with lab:
            hub = lab.hub.authority.certificate

            def at_door(credential: Credential) -> str:
                return knock(lab.leaf_port, credential, hub)

            as_dns, as_uri = x509.DNSName(name), x509.UniformResourceIdentifier(name)
            assert at_door(_forge(tmp_path, free_key, free, as_dns)) == "let in"
            assert at_door(_forge(tmp_path, free_key, free, as_uri)) == "let in"
            # Even a hub that trusts the authority of another context knows no such name.
            assert at_door(tester.node) == "refused by name"

    asyncio.run(run())


def test_link_heals_when_a_server_is_killed(tmp_path: Path) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            for name in (HUB, "auria", "borvia"):
                pid = lab[name].nats.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                await until(lambda at=name, was=pid: lab[at].nats.pid not in (None, was))
                healed_s = await lab.meet("auria", "borvia")
                print(f"{name}: healed {healed_s:.2f} s after its server was back")
            assert lab["auria"].events == ["connected", "disconnected", "connected"]

    asyncio.run(run())


def test_renewed_certificates_are_taken_up(tmp_path: Path) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            party, was = lab["auria"], lab["auria"].nats.pid
            later_ns = now_ns() + 25 * 86_400 * 10**9
            fresh = pki.issue(party.authority, Role.APP, later_ns)
            assert fresh.not_after_ns > party.app.not_after_ns
            # A certificate of later is not valid yet: put ones of now in its place.
            for role in Role:
                made = party.authority.certificate.with_name(f"{role}.pem")
                if not made.exists():  # a party of the lab has no feeds, no clients
                    continue
                made.unlink()
                addresses = ["127.0.0.1"] if role is Role.SERVER else []
                pki.issue(party.authority, role, now_ns(), addresses)
            await party.nats.renew()
            await until(lambda: party.nats.pid not in (None, was))
            await lab.meet("auria", "borvia")

    asyncio.run(run())


class _Outbox:
    """An outbox in memory with the store's interface."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, bytes]] = []

    def pending(self, partner: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        return [row for row in self.rows if row[0] > after][:limit]


class _Exchange:
    """Auria's outbox, and borvia that takes the next number only and says how far it got."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.outbox, self.kept = lab, _Outbox(), list[int]()
        links = lab["auria"].links
        assert links is not None
        self.sender = OutboxSender(self.outbox, ["borvia"], links.send)

    async def receive(self) -> None:
        links = self.lab["borvia"].links
        assert links is not None
        while True:
            for frame in self._taken("borvia", Stream.WARNING):
                number = int(frame.split()[1])
                if number == len(self.kept) + 1:
                    self.kept.append(number)
                await links.send("auria", Stream.RECEIPT, str(len(self.kept)).encode())
            for frame in self._taken("auria", Stream.RECEIPT):
                self.outbox.rows = [row for row in self.outbox.rows if row[0] > int(frame)]
                self.sender.acknowledged("borvia", int(frame))
            await asyncio.sleep(0.002)

    def _taken(self, nation: str, stream: Stream) -> list[bytes]:
        inbox = self.lab[nation].inbox
        taken, inbox[:] = list(inbox), []
        return [frame for _, kind, frame in taken if kind is stream]


def test_outbox_loses_nothing_through_killed_hubs(tmp_path: Path) -> None:
    total = 600

    async def run() -> None:
        async with Lab(tmp_path) as lab:
            exchange = _Exchange(lab)
            tasks = [
                asyncio.create_task(exchange.sender.run()),
                asyncio.create_task(exchange.receive()),
            ]
            for number in range(1, total + 1):
                exchange.outbox.rows.append((number, f"warning {number}".encode()))
                exchange.sender.notify("borvia")
                await asyncio.sleep(0.005)
                if number % 200 == 100 and lab.hub.nats.pid is not None:
                    os.kill(lab.hub.nats.pid, signal.SIGKILL)
            await until(lambda: len(exchange.kept) == total, 20)
            await until(lambda: not exchange.outbox.rows, 5)
            for task in tasks:
                task.cancel()
            assert exchange.kept == list(range(1, total + 1))
            assert lab.hub.nats.restarts >= 2

    asyncio.run(run())


async def _client(party: Party, credential: Credential | None = None) -> Client:
    assert party.links is not None
    endpoint = party.links._endpoint
    context = _tls(endpoint)
    if credential is not None:
        context.load_cert_chain(str(credential.certificate), str(credential.key))
    client = Client()
    await client.connect(
        f"tls://127.0.0.1:{party.port}",
        tls=context,
        tls_hostname=f"server.{party.name}.{party.context}.skypact",
        allow_reconnect=False,
        connect_timeout=2,
        error_cb=_ignore,
    )
    return client


async def _ignore(_: Exception) -> None:
    return


def _forge(directory: Path, key: Path, authority: Path, name: x509.GeneralName) -> Credential:
    """Sign a certificate in another's name with the key of a nation's own authority."""
    signer = x509.load_pem_x509_certificate(authority.read_bytes())
    signing_key = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(signing_key, ec.EllipticCurvePrivateKey)
    own_key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(own_key, signer.subject, "forged").add_extension(
        x509.SubjectAlternativeName([name]), critical=False
    )
    path = directory / "forged.pem"
    path.write_bytes(
        certificate.sign(signing_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    path.with_suffix(".key").write_bytes(_pem(own_key))
    return Credential(path, path.with_suffix(".key"), 0)


def _free_authority(stem: Path) -> tuple[Path, Path]:
    """Make an authority without name constraints; return its key and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, stem.name)])
    certificate = (
        _certificate(key, subject, stem.name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    stem.with_suffix(".pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    stem.with_suffix(".key").write_bytes(_pem(key))
    return stem.with_suffix(".key"), stem.with_suffix(".pem")


def _certificate(
    key: ec.EllipticCurvePrivateKey, issuer: x509.Name, name: str
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_a_program_hears_and_says_only_what_is_its_own_and_the_server_notes_it(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with Lab(tmp_path) as lab:
            heard: list[str] = []

            async def hear(message: Msg) -> None:
                heard.append(message.subject)

            spy = await _client(lab["cestia"])
            for wanted in (">", "exercise.auria.borvia.*", "exercise.*.borvia.track"):
                await spy.subscribe(wanted, cb=hear)
            await spy.publish("exercise.auria.cestia.track", b"in another's name")
            await spy.flush()
            links = lab["auria"].links
            assert links is not None
            assert await links.send("borvia", Stream.TRACK, b"agreed")
            await until(lambda: ("auria", Stream.TRACK, b"agreed") in lab["borvia"].inbox)
            await spy.flush()
            assert heard == []
            log = (tmp_path / "cestia" / "nats-server.log").read_text()
            assert log.count("Subscription Violation") == 3
            assert log.count("Publish Violation") == 1
            await spy.close()

    asyncio.run(run())
