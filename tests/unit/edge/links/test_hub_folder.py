"""What the machine of one more hub gets, and what it does not."""

import tomllib
from pathlib import Path

import pytest
import tomli_w

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import NodeDirectory, load
from skypact.core.errors import ConfigError
from skypact.edge.clock import Clock
from skypact.edge.first_hour.enrol import cut
from skypact.edge.links import hub_folder
from skypact.exercise.scenario import load as load_scenario

HUBS = ("north", "south")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return an alliance whose coordinator has two more hubs."""
    prepare(tmp_path, load_scenario("first_night"), agreement_texts("first_night"), 1)
    file = tmp_path / "keystone/node.toml"
    tables = tomllib.loads(file.read_text())
    tables["link"]["hub"] = [
        {"name": name, "host": "127.0.0.1", "cluster_port": 7_430 + i}
        for i, name in enumerate(HUBS)
    ]
    file.write_text(tomli_w.dumps(tables))
    return tmp_path


def coordinator(state: Path) -> NodeDirectory:
    return load(state / "keystone")


def test_a_hub_alone_holds_no_key_of_the_coordinators_node(state: Path) -> None:
    keys = {p.read_bytes() for p in (state / "keystone/keys").iterdir() if p.suffix != ".pem"}
    for hub in HUBS:
        hub_folder.write(coordinator(state), hub, state / hub, Clock().now_ns())
        files = list((state / hub).iterdir())
        assert {p.name for p in files} == {
            "authority.pem", "hub.key", "hub.pem", "hub.toml", "nations.pem",
        }  # fmt: skip
        assert not keys & {p.read_bytes() for p in files}
        assert all(p.stat().st_mode & 0o777 == 0o600 for p in files)


def test_hubs_meet_each_other_and_pass_what_the_coordinator_passes(state: Path) -> None:
    hub_folder.write(coordinator(state), "north", state / "north", Clock().now_ns())
    file = hub_folder.read(state / "north")
    assert file.routes == ("127.0.0.1:7423", "127.0.0.1:7431")
    assert file.nations == ("auria", "borvia", "cestia")
    text = hub_folder.server_text(state / "north", file)
    assert f'server_name: "{hub_folder.greeting(file)}"' in text
    assert "exercise.borvia.cestia.*" in text
    assert "app.keystone" not in text


def test_who_is_cut_off_is_not_in_it_and_its_key_stays(state: Path) -> None:
    hub_folder.write(coordinator(state), "north", state / "north", Clock().now_ns())
    key = (state / "north/hub.key").read_bytes()
    cut(state / "keystone", "auria", "Duty officer", "a drill", Clock().now_ns())
    hub_folder.write(coordinator(state), "north", state / "north", Clock().now_ns())
    assert "auria" not in hub_folder.read(state / "north").nations
    assert (state / "north/hub.key").read_bytes() == key


def test_a_hub_that_is_not_named_or_no_coordinator_is_refused(state: Path) -> None:
    with pytest.raises(ConfigError, match=r'no \[\[link.hub\]\] "east", only north, south'):
        hub_folder.write(coordinator(state), "east", state / "east", Clock().now_ns())
    with pytest.raises(ConfigError, match="not the folder of a coordinator"):
        hub_folder.write(load(state / "auria"), "north", state / "north", Clock().now_ns())


def test_a_folder_that_lacks_something_is_told(state: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        hub_folder.read(state)
    hub_folder.write(coordinator(state), "north", state / "north", Clock().now_ns())
    file = hub_folder.read(state / "north")
    (state / "north/hub.key").unlink()
    with pytest.raises(ConfigError, match=r"hub\.key"):
        hub_folder.server_text(state / "north", file)
