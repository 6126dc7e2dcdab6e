"""From a node's folder to its certificates and its server's configuration."""

from pathlib import Path

import pytest

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import NodeDirectory, load
from skypact.config.settings import LinkSettings
from skypact.core.errors import ConfigError
from skypact.edge.clock import Clock
from skypact.edge.first_hour.enrol import cut
from skypact.edge.links.credentials import endpoint, server_text
from skypact.exercise.scenario import load as load_scenario


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    prepare(folder, load_scenario("first_night"), agreement_texts("first_night"), 1)
    return folder


def node(state: Path, nation: str) -> tuple[NodeDirectory, LinkSettings]:
    directory = load(state / nation)
    assert directory.config.link is not None
    return directory, directory.config.link


def test_a_nation_exports_to_its_partners_only(state: Path) -> None:
    text = server_text(*node(state, "auria"), Clock().now_ns())
    for partner in ("borvia", "cestia", "keystone"):
        assert f"exercise.auria.{partner}.*" in text
    assert "exercise.borvia.cestia" not in text
    assert "jetstream" not in text


def test_the_coordinator_is_the_hub(state: Path) -> None:
    text = server_text(*node(state, "keystone"), Clock().now_ns())
    assert "no_advertise: true" in text
    assert "exercise.borvia.cestia.*" in text


def test_the_program_has_its_own_certificate(state: Path) -> None:
    here = endpoint(*node(state, "auria"), Clock().now_ns())
    assert here.app.certificate.name == "app.pem"
    assert here.partners == ("borvia", "cestia", "keystone")


def test_a_nation_without_the_coordinators_card_is_told(state: Path) -> None:
    held = state / "cestia" / "partners" / "keystone.toml"
    kept = held.read_bytes()
    held.unlink()
    with pytest.raises(ConfigError, match='there is no card of "keystone"'):
        load(state / "cestia")
    held.write_bytes(kept)


def test_a_nation_that_cut_its_coordinator_off_starts_without_a_hub(state: Path) -> None:
    note = cut(state / "cestia", "keystone", "Duty officer", "a drill", Clock().now_ns())
    assert "leafnodes" not in server_text(*node(state, "cestia"), Clock().now_ns())
    assert "keystone" not in node(state, "cestia")[0].partners
    note.unlink()
    assert "leafnodes" in server_text(*node(state, "cestia"), Clock().now_ns())


def test_a_nation_that_is_cut_off_is_no_account_of_the_hub(state: Path) -> None:
    text = server_text(*node(state, "keystone"), Clock().now_ns(), frozenset({"cestia"}))
    assert "cestia" not in text
    assert "exercise.auria.borvia.*" in text
