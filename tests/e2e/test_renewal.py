"""Certificates are renewed while the link works: nothing starts anew, no frame is lost."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import pytest
from bench.nation import Nation
from cryptography import x509

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.core.messages import Delivery, LinkView
from skypact.edge.links import partners, pki
from skypact.exercise.scenario import load as load_scenario
from tests.e2e.nats_lab import now_ns, until
from tests.e2e.test_intruder import warn

pytestmark = pytest.mark.e2e
LIFE_S = 24
NAMES = ("keystone", "auria", "borvia")
ROLES = ("server", "node", "app", "sign", "seal")


def ends(home: Path) -> dict[str, int]:
    """Return when each certificate of a node ends."""
    found = {role: home / f"keys/{role}.pem" for role in ROLES}
    return {
        role: pki.ns_of(pki.read_certificate(path).not_valid_after_utc)
        for role, path in found.items()
        if path.exists()
    }


async def shown(state: Path, port: int) -> int:
    """Return the end of the certificate that the hub's door shows to who comes now."""
    context = ssl.create_default_context(cafile=str(state / "keystone/keys/authority.pem"))
    context.check_hostname = False
    context.load_cert_chain(state / "auria/keys/node.pem", state / "auria/keys/node.key")
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return pki.ns_of(x509.load_der_x509_certificate(der).not_valid_after_utc)


def test_certificates_of_a_short_life_are_renewed_and_no_frame_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pki, "CERTIFICATE_LIFE", dt.timedelta(seconds=LIFE_S))
    monkeypatch.setattr(pki, "BACKDATED", dt.timedelta(0))
    monkeypatch.setattr(partners, "RENEW_EVERY_S", 1.0)
    prepare(tmp_path, load_scenario("first_night"), agreement_texts("first_night"), 1)

    async def run() -> None:
        nodes = {name: Nation(tmp_path / name) for name in NAMES}
        await asyncio.gather(*(node.start() for node in nodes.values()))
        auria, borvia = nodes["auria"], nodes["borvia"]
        try:
            await until(lambda: auria.link("borvia") and borvia.link("auria"), 20)
            first = {name: ends(tmp_path / name) for name in NAMES}
            pids = {name: node.partners._server.pid for name, node in nodes.items()}
            unsent = {name: dict(node.partners._links.unsent) for name, node in nodes.items()}
            gapped = {name: gaps(node) for name, node in nodes.items()}
            raised = 0
            over_ns = max(end for held in first.values() for end in held.values())
            while now_ns() < over_ns + 3_000_000_000:
                raised += 1
                await warn(auria, raised)
                await asyncio.sleep(0.1)
                assert borvia.link("auria")
            await until(lambda: len(told(borvia)) == raised, 20)
            assert len(set(told(borvia))) == raised
            for name, node in nodes.items():
                later = ends(tmp_path / name)
                assert all(later[role] > end for role, end in first[name].items())
                assert node.partners._server.pid == pids[name]
                assert node.partners._server.restarts == 0
                assert node.partners._links.unsent == unsent[name]
                assert gaps(node) == gapped[name]
                assert [node.refused(other) for other in NAMES] == [[], [], []]
            link = nodes["keystone"].directory.config.link
            assert link is not None
            assert link.leaf_port is not None
            assert await shown(tmp_path, link.leaf_port) > over_ns
        finally:
            await asyncio.gather(*(node.stop() for node in nodes.values()))

    asyncio.run(run())


def told(nation: Nation) -> list[str]:
    found = [m for m in nation.told if isinstance(m, Delivery) and m.event == "warning_raised"]
    return [m.warning.warning_id for m in found if m.warning.origin == "auria"]


def gaps(nation: Nation) -> int:
    view = [m for m in nation.told if isinstance(m, LinkView)][-1]
    return sum(link.gaps for link in view.links)
