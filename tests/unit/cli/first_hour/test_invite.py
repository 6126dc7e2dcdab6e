"""Links for people and tokens for senders, through the command line that a person types."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.first_hour.invite import qr_text
from skypact.edge.intake.tokens import holder, load_key

FEEDS = """
[[feed]]
name = "people"
source = "https:"
format = "sightings"
period_s = 600

[[feed]]
name = "orbit"
source = "https:"
format = "launches"
period_s = 3600
"""


def skypact(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "auria"
    skypact("init", folder, "--nation", "auria")
    return folder


def opened(node: Path) -> Path:
    path = node / "node.toml"
    path.write_text(path.read_text().replace("# A second feed", FEEDS + "\n# A second feed", 1))
    assert skypact("config", "check", node)[0] == 0
    return node


def test_each_link_is_another_number_and_is_good(node: Path) -> None:
    status, said = skypact("invite", opened(node), "--count", 3)
    assert status == 0, said
    lines = [line.split() for line in said.splitlines()]
    assert len({name for name, _ in lines}) == 3
    for name, link in lines:
        address, _, token = link.partition("/#")
        assert address == "https://127.0.0.1:8443"
        found = holder(load_key(node / "keys"), "", token)
        assert found is not None
        assert found.id == name


def test_a_sender_gets_a_token_for_its_feed(node: Path) -> None:
    _, said = skypact("invite", opened(node), "--feed", "orbit")
    assert said.startswith("POST https://127.0.0.1:8443/feeds/orbit  Authorization: Bearer ")
    assert holder(load_key(node / "keys"), "orbit", said.split()[-1]) is not None


def test_a_qr_code_is_drawn(node: Path) -> None:
    _, plain = skypact("invite", opened(node))
    _, drawn = skypact("invite", node, "--qr")
    assert len(drawn.splitlines()) > len(plain.splitlines()) + 15
    assert qr_text("https://a/#b") != qr_text("https://a/#c")


def test_what_is_missing_is_said(node: Path) -> None:
    status, said = skypact("invite", node)
    assert (status, "source https: and the format sightings" in said) == (2, True)
    status, said = skypact("invite", opened(node), "--feed", "north")
    assert (status, "no feed of that name has the source https:" in said) == (2, True)


def test_two_feeds_of_people_are_a_fault(node: Path) -> None:
    path = opened(node) / "node.toml"
    second = FEEDS.split("\n\n")[0].replace("people", "more people")
    path.write_text(path.read_text().replace("# A second feed", second + "\n# A second feed", 1))
    status, said = skypact("config", "check", node)
    assert status == 1
    assert "only one feed of sightings comes from https:" in said
