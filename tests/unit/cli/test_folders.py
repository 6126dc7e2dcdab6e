"""A scenario's nations as node folders that the product itself finds no fault with."""

from pathlib import Path

import pytest

from skypact.cli import folders
from skypact.config import NODE_FILE, check_folder, load
from skypact.core.errors import ConfigError
from skypact.exercise.scenario import load as load_scenario

SCENARIO = load_scenario("first_night")
AGREEMENTS = folders.agreement_texts("first_night")
NAMES = [n.name for n in SCENARIO.nations]


def write(folder: Path, nation: str, seed: int = 1) -> Path:
    network = folders.Network({}, dict.fromkeys(NAMES, 4300), 7422, {})
    folders.write_folders(folder, SCENARIO, AGREEMENTS, seed, network, {})
    return folder / nation


@pytest.mark.parametrize("nation", NAMES)
def test_a_folder_has_no_fault(tmp_path: Path, nation: str) -> None:
    folder = write(tmp_path, nation)
    assert check_folder(folder) == []
    directory = load(folder)
    assert directory.config.node.context == "exercise"
    assert directory.partners == tuple(sorted(set(NAMES) - {nation}))
    assert (folder / "keys" / "reference.key").stat().st_mode & 0o077 == 0


def test_what_is_signed_stays_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path, "auria")
    agreement = next((folder / "agreements").glob("*.toml"))
    agreement.write_text(agreement.read_text() + "# changed\n")
    folders.sign_agreements(tmp_path, NAMES)
    assert "is not the text that auria has signed" in str(check_folder(folder)[0])


def test_only_the_coordinator_is_a_hub(tmp_path: Path) -> None:
    hubs = [n for n in NAMES if (link := load(write(tmp_path, n)).config.link) and link.leaf_port]
    assert hubs == [SCENARIO.hub] == ["keystone"]


def test_no_two_nations_share_a_track_number(tmp_path: Path) -> None:
    given = [load(write(tmp_path, n)).config.picture.track_numbers for n in NAMES]
    everything = [number for numbers in given for number in numbers]
    assert len(set(everything)) == len(everything)
    assert list(given[0]) != sorted(given[0])


def test_what_a_person_changed_stays(tmp_path: Path) -> None:
    folder = write(tmp_path, "auria")
    (folder / NODE_FILE).write_text("changed")
    write(tmp_path, "auria")
    assert (folder / NODE_FILE).read_text() == "changed"


def test_the_seed_decides_secrets_and_numbers(tmp_path: Path) -> None:
    one, two = (load(write(tmp_path / str(s) / "auria", "auria", seed=s)) for s in (1, 2))
    assert one.secret != two.secret
    assert one.config.picture.track_numbers != two.config.picture.track_numbers


def test_a_scenario_without_agreements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"states no \[\[agreement\]\]"):
        folders.agreement_texts(str(tmp_path / "mine.toml"))
