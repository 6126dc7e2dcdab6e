"""A node's folder is read whole or refused with every fault, its file and its line."""

import re
from pathlib import Path

import pytest

from skypact.config import AGREEMENTS, KEYS, NODE_FILE, SECRET, check_folder, decode, load
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.edge.first_hour.configuration import agreement_text, node_text

NOW_NS = 1_764_000_000_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a good node's folder with one agreement."""
    (tmp_path / AGREEMENTS).mkdir()
    (tmp_path / KEYS).mkdir()
    (tmp_path / KEYS / SECRET).write_text("ab" * 32 + "\n")
    (tmp_path / NODE_FILE).write_text(node_text("auria", "Auria", Context.TEST))
    (tmp_path / AGREEMENTS / "borvia.toml").write_text(agreement_text("auria", NOW_NS))
    return tmp_path


def told(folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in check_folder(folder)]


def change(path: Path, old: str, new: str) -> int:
    """Replace `old` by `new` in a file; return the line."""
    text = path.read_text()
    assert len(re.findall(f"^{re.escape(old)}", text, re.M)) >= 1
    at = text.index(f"\n{old}") + 1
    path.write_text(text[:at] + new + text[at + len(old) :])
    return text.count("\n", 0, at) + 1


def test_a_good_folder_has_no_fault_and_builds_a_node(folder: Path) -> None:
    assert told(folder) == []
    node = load(folder)
    assert node.partners == ("borvia",)
    assert node.secret == bytes.fromhex("ab" * 32)
    assert set(node.files) == {NODE_FILE, "agreements/borvia.toml"}


def test_a_recorded_configuration_is_the_same_node(folder: Path) -> None:
    node = load(folder)
    assert decode(folder, node.files, node.secret) == node


def test_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    first = change(folder / NODE_FILE, "radius_m = 8_000.0", "radius_m = 0")
    second = change(folder / AGREEMENTS / "borvia.toml", 'what = "track"', 'what = "tracks"')
    assert told(folder) == [
        f"node.toml:{first}: place[0].radius_m: expected a number above 0, was 0",
        f'agreements/borvia.toml:{second}: clause[0].what: was "tracks"; '
        'expected one of track, warning, acknowledgement; did you mean "track"?',
    ]


def test_what_contradicts_another_line_has_a_line_too(folder: Path) -> None:
    path = folder / AGREEMENTS / "borvia.toml"
    change(path, "velocity_grid_mps = 10.0", "")
    table = path.read_text().splitlines().index("[[clause]]") + 1
    (fault,) = told(folder)
    assert fault.startswith(f"agreements/borvia.toml:{table}: clause[0].velocity_grid_mps: ")


def test_a_sapient_node_that_is_no_sensor_is_told(folder: Path) -> None:
    path = folder / NODE_FILE
    feed = (
        '[[feed]]\nname = "net"\nsource = "tcp://127.0.0.1:1"\nformat = "sapient"\nperiod_s = 5\n'
        '[feed.sapient.nodes]\n"3d1ffd1b-cc01-4c26-a7e8-bf4da3d393b8" = "north"\n'
        '"b5546692-a0cc-4846-a36c-4b7098eae08e" = "eye"\n'
    )
    path.write_text(path.read_text() + feed)
    line = path.read_text().count("\n")
    key = "feed[1].sapient.nodes.b5546692-a0cc-4846-a36c-4b7098eae08e"
    assert told(folder) == [f'node.toml:{line}: {key}: there is no [[sensor]] "eye"']


@pytest.mark.parametrize("context", ["operation", "test"])
def test_simulated_entities_are_told_anywhere_but_in_an_exercise(
    folder: Path, context: str
) -> None:
    path = folder / NODE_FILE
    change(path, 'context = "test"', f'context = "{context}"')
    table = (
        '[[feed]]\nname = "sim"\nsource = "udp://127.0.0.1:3000"\nformat = "dis"\nperiod_s = 5\n'
        '[dis]\nto = "udp://127.0.0.1:3001"\n'
    )
    path.write_text(path.read_text() + table)
    line = path.read_text().count("\n")
    only = f"DIS is for exercises only, and this node is one of {context}"
    assert told(folder) == [
        f"node.toml:{line}: dis.to: {only}",
        f"node.toml:{line - 3}: feed[1].format: {only}",
    ]
    change(path, f'context = "{context}"', 'context = "exercise"')
    assert told(folder) == []


def test_a_name_twice_is_told_where_the_second_stands(folder: Path) -> None:
    path = folder / NODE_FILE
    feed = (
        '[[feed]]\nname = "north"\nsource = "udp://127.0.0.1:1"\nformat = "beast"\nperiod_s = 1\n'
    )
    path.write_text(path.read_text() + feed)
    line = path.read_text().count("\n") - 3
    assert told(folder) == [f'node.toml:{line}: feed[1].name: "north" appears twice']


def test_two_radars_with_one_identity_are_told(folder: Path) -> None:
    path = folder / NODE_FILE
    site = "sac = 1\nsic = 1\nlat_deg = 0\nlon_deg = 0\nheight_m = 0\nperiod_s = 4\n"
    path.write_text(path.read_text() + '[[sensor]]\nname = "south"\n' + site)
    (fault,) = told(folder)
    assert fault.endswith("sensor[1].sic: SAC 1 SIC 1 is already another sensor's")


@pytest.mark.parametrize("secret", ["", "ab" * 31, "ab" * 33, "xy" * 32])
def test_a_secret_that_is_none_is_refused(secret: str, folder: Path) -> None:
    (folder / KEYS / SECRET).write_text(secret)
    assert told(folder) == [f"{KEYS}/{SECRET}: must hold 64 hexadecimal digits"]
    with pytest.raises(ConfigError):
        load(folder)


def test_the_secret_is_never_in_an_error(folder: Path) -> None:
    (folder / KEYS / SECRET).write_text("topsecret" * 7)
    assert "topsecret" not in "\n".join(told(folder))


def test_a_missing_or_unreadable_file_is_told(folder: Path) -> None:
    (folder / NODE_FILE).write_bytes(b"\xff\xfe")
    assert told(folder)[0].startswith("node.toml: cannot be read")
    (folder / NODE_FILE).unlink()
    assert told(folder)[0].startswith("node.toml: cannot be read")


def test_loading_raises_the_first_fault(folder: Path) -> None:
    line = change(folder / NODE_FILE, 'context = "test"', 'context = "tset"')
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert (caught.value.key, caught.value.line) == ("node.context", line)


def test_a_role_that_nobody_described_is_told(folder: Path) -> None:
    line = change(folder / NODE_FILE, '#tcp_role = "watch"', 'tcp_role = "gate"')
    assert told(folder) == [f'node.toml:{line}: cot.tcp_role: there is no [[role]] "gate"']
    with (folder / NODE_FILE).open("a") as out:
        out.write('[[role]]\nname = "gate"\n')
    assert told(folder) == []
    assert [role.name for role in load(folder).config.all_roles] == ["gate", "watch"]


def test_the_role_that_is_always_there_can_be_said_otherwise(folder: Path) -> None:
    with (folder / NODE_FILE).open("a") as out:
        out.write('[[role]]\nname = "watch"\nshows = ["zones"]\n')
    (role,) = load(folder).config.all_roles
    assert (role.shows, role.sends) == (("zones",), False)


@pytest.mark.parametrize(
    ("client", "role", "said"),
    [
        ('role = "atc"', "", 'cat062[0].role: there is no [[role]] "atc"'),
        ('role = "atc"', 'shows = ["zones"]', 'cat062[0].role: role "atc" shows no tracks'),
        ('role = "atc"', 'shows = ["tracks"]', ""),
        ("", "", ""),
    ],
)
def test_a_client_of_cat062_needs_a_role_that_shows_tracks(
    folder: Path, client: str, role: str, said: str
) -> None:
    table = f'\n[[cat062]]\nname = "atc"\naddress = "192.0.2.20:8600"\nsac = 1\nsic = 9\n{client}\n'
    table += f'[[role]]\nname = "atc"\n{role}\n' if role else ""
    file = folder / NODE_FILE
    file.write_text(file.read_text() + table)
    assert [fault.partition(": ")[2] for fault in told(folder)] == ([said] if said else [])


@pytest.mark.parametrize("address", ["here", "192.0.2.20", "192.0.2.20:0", "192.0.2.20:70000"])
def test_a_client_of_cat062_needs_an_address(folder: Path, address: str) -> None:
    file = folder / NODE_FILE
    table = f'\n[[cat062]]\nname = "a"\naddress = "{address}"\nsac = 1\nsic = 9\n'
    file.write_text(file.read_text() + table)
    assert len(told(folder)) == 1
