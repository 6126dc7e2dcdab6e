"""Subjects, and what the server configurations let through."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from skypact.core.errors import LinkError
from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links.nats_config import (
    Address,
    Cluster,
    DirectLine,
    Door,
    HubServer,
    NationServer,
    hub_config,
    nation_config,
    parse_subject,
    subject,
)
from skypact.edge.links.nats_server import find_binary
from skypact.edge.links.pki import Credential, Role, issue, make_authority

NOW_NS = 1_790_000_000_000_000_000
CREDENTIAL = Credential(Path("/pki/a b.pem"), Path("/pki/a b.key"), 0)


def nation(
    partners: list[str],
    credential: Credential = CREDENTIAL,
    hubs: tuple[str, ...] = ("127.0.0.1:20002", "[::1]:20003"),
) -> NationServer:
    return NationServer(
        nation="auria",
        context=Context.EXERCISE,
        partners=partners,
        port=20_001,
        hubs=hubs,
        server=credential,
        node=credential,
        authority=credential.certificate,
        hub_authority=credential.certificate,
        log=Path("/log"),
    )


def hub(pairs: list[tuple[str, str]], credential: Credential = CREDENTIAL) -> HubServer:
    return HubServer(
        nation="keystone",
        context=Context.EXERCISE,
        nations=["auria", "borvia", "cestia"],
        pairs=pairs,
        port=20_001,
        leaf_port=20_002,
        server=credential,
        authority=credential.certificate,
        nation_authorities=credential.certificate,
        log=Path("/log"),
    )


def test_subject_says_context_pair_and_stream_and_is_read_back() -> None:
    for stream in Stream:
        address = Address(Context.EXERCISE, "auria", "borvia", stream)
        assert subject(address) == f"exercise.auria.borvia.{stream}"
        assert parse_subject(subject(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", "exercise.auria.borvia", "exercise.auria.borvia.track.x", "war.a.b.track", "test.a.b.c"],
)
def test_subject_of_others_is_refused(text: str) -> None:
    with pytest.raises(LinkError, match="not a subject of Skypact"):
        parse_subject(text)


def test_nation_lets_out_only_what_goes_to_its_partners() -> None:
    text = nation_config(nation(["borvia", "keystone"]))
    lines = [line.strip().removesuffix(" ]") for line in text.splitlines()]
    assert '{ stream: "exercise.auria.borvia.*", accounts: ["LINK"] }' in lines
    assert '{ stream: "exercise.borvia.auria.*", accounts: ["NATION"] }' in lines
    assert '{ stream: { account: "LINK", subject: "exercise.keystone.auria.*" } }' in lines
    assert "cestia" not in text
    alone = nation_config(nation([]))
    assert "stream:" not in alone


def test_hub_passes_only_between_pairs() -> None:
    text = hub_config(hub([("auria", "borvia"), ("keystone", "auria")]))
    assert '{ stream: "exercise.borvia.auria.*", accounts: ["auria"] }' in text
    assert '{ stream: "exercise.auria.keystone.*", accounts: ["keystone"] }' in text
    assert "exercise.keystone.borvia" not in text
    assert "cestia.auria" not in text
    assert "auria.cestia" not in text
    # Cestia may join, and finds an account in which nothing is heard.
    assert "node.cestia.exercise.skypact" in text


def test_a_direct_line_is_an_account_of_its_own() -> None:
    lines = [
        DirectLine(partner="borvia", to="", authority=Path("/pki/borvia.pem")),
        DirectLine(partner="cestia", to="[::1]:7430", authority=Path("/pki/cestia.pem")),
    ]
    door = Door(host="127.0.0.1", port=7_430, authorities=Path("/pki/direct.pem"))
    text = nation_config(replace(nation(["borvia", "cestia"]), direct=lines, door=door))
    assert '{ stream: "exercise.auria.borvia.*", accounts: ["LINK", "DIRECT-borvia"] }' in text
    came = 'account: "DIRECT-borvia", subject: "exercise.borvia.auria.*" }, prefix: direct }'
    assert f"{{ stream: {{ {came}" in text
    borvia, cestia = (text.split(f'"DIRECT-{name}" {{')[1].split("\n  }")[0]
                      for name in ("borvia", "cestia"))  # fmt: skip
    assert "node.borvia.exercise.skypact" in borvia
    assert "users: [ ]" in cestia
    assert "cestia" not in borvia
    assert "borvia" not in cestia
    assert 'urls: ["tls://[::1]:7430"], account: "DIRECT-cestia"' in text
    # Without an agreement there is no line.
    assert "DIRECT" not in nation_config(replace(nation([]), direct=lines)).replace("DIRECT_", "")


def test_nothing_is_stored_watched_or_told_about_other_hubs() -> None:
    for text in (nation_config(nation(["borvia"])), hub_config(hub([("auria", "borvia")]))):
        for banned in ("jetstream", "$JS", "dlv", "http", "monitor", "isolate_leafnode"):
            assert banned not in text.lower()
        assert text.count('min_version: "1.3"') == text.count("tls {")
        assert 'listen: "127.0.0.1:' in text
    assert "no_advertise: true" in hub_config(hub([]))


def test_nats_server_takes_both(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "pki", "auria", Context.EXERCISE, NOW_NS)
    credential = issue(authority, Role.SERVER, NOW_NS)
    lines = [DirectLine(partner="borvia", to="", authority=credential.certificate)]
    door = Door(host="127.0.0.1", port=7_430, authorities=credential.certificate)
    cluster = Cluster(
        host="127.0.0.1", port=7_423, routes=["127.0.0.1:7424"], hub=credential,
        authority=credential.certificate,
    )  # fmt: skip
    texts = {
        "nation": nation_config(nation(["borvia"], credential)),
        "alone": nation_config(nation([], credential)),
        "without a hub": nation_config(nation([], credential, hubs=())),
        "hub": hub_config(hub([("auria", "borvia")], credential)),
        "one of several hubs": hub_config(replace(hub([], credential), name="n", cluster=cluster)),
        "direct": nation_config(replace(nation(["borvia"], credential), direct=lines, door=door)),
        "only direct": nation_config(
            replace(nation(["borvia"], credential, hubs=()), direct=lines, door=door)
        ),
    }
    assert "leafnodes" not in texts["without a hub"]
    for name, text in texts.items():
        path = tmp_path / f"{name}.conf"
        path.write_text(text)
        done = subprocess.run(
            [find_binary(), "-t", "-c", str(path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, json.dumps(done.stderr)
