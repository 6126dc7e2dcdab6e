"""The folder of a node that one file describes."""

from pathlib import Path

import pytest

from skypact.config import load
from skypact.core.errors import ConfigError
from skypact.edge.first_hour.solo import home_of, settle

EXAMPLE = Path(__file__).parents[4] / "examples" / "solo.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "solo.toml"
    made.write_text(EXAMPLE.read_text())
    return made


def test_the_example_is_a_node_that_is_alone(file: Path) -> None:
    home = home_of(file)
    settle(file, home)
    assert home.name == "solo.state"
    directory = load(home)
    assert directory.config.link is None
    assert directory.partners == ()
    assert directory.config.cot.tcp == "127.0.0.1:8087"
    assert [feed.source for feed in directory.config.feeds] == ["udp://127.0.0.1:8600"]
    assert (home / "keys" / "reference.key").stat().st_mode & 0o077 == 0


def test_a_second_start_keeps_the_secret_and_takes_the_new_text(file: Path) -> None:
    home = home_of(file)
    settle(file, home)
    secret = load(home).secret
    file.write_text(file.read_text().replace("Republic of Auria", "Auria again"))
    settle(file, home)
    assert load(home).secret == secret
    assert load(home).config.node.display_name == "Auria again"


def test_a_fault_names_the_file_that_the_person_wrote(file: Path) -> None:
    file.write_text(file.read_text().replace("radius_m", "radius"))
    with pytest.raises(ConfigError, match=r"solo\.toml:\d+: place\[0\]"):
        settle(file, home_of(file))
    assert not home_of(file).exists()


@pytest.mark.parametrize("broken", ["missing", "binary"])
def test_a_file_that_cannot_be_read(file: Path, broken: str) -> None:
    if broken == "missing":
        file.unlink()
    else:
        file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        settle(file, home_of(file))


def test_agreements_need_a_link(file: Path) -> None:
    home = home_of(file)
    settle(file, home)
    agreements = home / "agreements"
    agreements.mkdir()
    shipped = EXAMPLE.parents[1] / "src/skypact/data/scenarios/first_night-agreements"
    (agreements / "a.toml").write_text((shipped / "auria-borvia.toml").read_text())
    with pytest.raises(ConfigError, match="no \\[link\\]"):
        settle(file, home)
