"""What two lines of a `node.toml` say against each other is told with file and line."""

import re
from pathlib import Path

import pytest

from skypact.config import AGREEMENTS, NODE_FILE, load
from tests.unit.config.folders import agree, change, set_context, told


def test_what_contradicts_another_line_has_a_line_too(folder: Path) -> None:
    path = folder / AGREEMENTS / "borvia.toml"
    change(path, "velocity_grid_mps = 10.0", "")
    agree(folder, "auria", "borvia")
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
    set_context(folder, "test", context)
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
    set_context(folder, context, "exercise")
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


def test_a_role_that_nobody_described_is_told(folder: Path) -> None:
    line = change(folder / NODE_FILE, '#tcp_role = "watch"', 'tcp_role = "gate"')
    assert told(folder) == [f'node.toml:{line}: cot.tcp_role: there is no [[role]] "gate"']
    with (folder / NODE_FILE).open("a") as out:
        out.write('[[role]]\nname = "gate"\n')
    assert told(folder) == []
    assert [role.name for role in load(folder).config.all_roles] == ["gate", "watch"]


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


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[sapient]\nparent = "127.0.0.1:5010"', "sapient"),
        ('[dis]\nto = "udp://127.0.0.1:1"', "dis"),
    ],
)
def test_a_client_that_is_sent_tracks_needs_a_role_that_shows_them(
    folder: Path, table: str, key: str
) -> None:
    set_context(folder, "test", "exercise")
    file, text = folder / NODE_FILE, (folder / NODE_FILE).read_text()
    zones = '[[role]]\nname = "maps"\nshows = ["zones"]\n'
    file.write_text(f'{text}\n{table}\nrole = "maps"\n{zones}')
    [fault] = told(folder)
    assert fault.endswith(f'{key}.role: role "maps" shows no tracks')
    file.write_text(f"{text}\n{table}\n")
    assert told(folder) == []


def test_limits_of_a_sensor_that_contradict_are_told_with_their_line(folder: Path) -> None:
    path = folder / NODE_FILE
    sensor = (
        '[[sensor]]\nname = "hill"\nsac = 9\nsic = 9\nlat_deg = 1\nlon_deg = 1\nheight_m = 20\n'
        "period_s = 5\nblocked = [\n  { from_deg = 10, to_deg = 20, up_to_deg = 1.5 },\n"
        "  { from_deg = 30, to_deg = 30 },\n]\n[[sensor.outages]]\n"
        "from_utc = 2027-03-01T09:00:00Z\nto_utc = 2027-03-01T06:00:00Z\n"
    )
    path.write_text(path.read_text() + sensor)
    number, line = path.read_text().count("[[sensor]]\n") - 1, path.read_text().count("\n")
    assert told(folder) == [
        f"node.toml:{line - 4}: sensor[{number}].blocked[1].to_deg: must differ from from_deg; "
        "all round is 0 to 360",
        f"node.toml:{line}: sensor[{number}].outages[0].to_utc: must be after from_utc",
    ]


def test_a_format_that_nothing_reads_is_told(folder: Path) -> None:
    path = folder / NODE_FILE
    feed = '[[feed]]\nname = "x"\nsource = "udp://127.0.0.1:1"\nformat = "asterx"\nperiod_s = 1\n'
    path.write_text(path.read_text() + feed)
    line = path.read_text().count("\n") - 1
    (fault,) = told(folder)
    assert fault.startswith(
        f'node.toml:{line}: feed[1].format: nothing reads "asterx"; known here: '
    )
    assert "asterix, beast" in fault


def test_entities_without_leased_numbers_are_told(folder: Path) -> None:
    set_context(folder, "test", "exercise")
    file = folder / NODE_FILE
    text = re.sub(r"(?s)\ntrack_numbers = \[.*?\]", "\ntrack_numbers = []", file.read_text())
    file.write_text(text + '\n[dis]\nto = "udp://127.0.0.1:1"\n')
    [fault] = told(folder)
    assert "dis.to: an entity is a system track number" in fault


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ('name = "home"\nnation = "test"\n', "who", "an area of ours names who decides"),
        ('name = "sea"\nnation = "borvia"\nwho = ["x"]\n', "who", "borvia names its own people"),
        (
            'name = "sea"\nnation = "borvia"\narea_deg = [[1.0, 1.0], [2.0, 2.0]]\n',
            "area_deg",
            "an area has at least three corners",
        ),
    ],
)
def test_an_authority_that_could_not_decide_is_told(
    folder: Path, lines: str, key: str, words: str
) -> None:
    path = folder / NODE_FILE
    nation = load(folder).config.node.nation
    added = "[[picture.identity.area]]\n" + lines.replace('"test"', f'"{nation}"')
    path.write_text(path.read_text() + added)
    (fault,) = told(folder)
    assert re.fullmatch(rf"node.toml:\d+: picture\.identity\.area\[0\]\.{key}: {words}", fault)


def test_an_area_of_authority_twice_is_told(folder: Path) -> None:
    path = folder / NODE_FILE
    area = '[[picture.identity.area]]\nname = "sea"\nnation = "borvia"\n'
    path.write_text(path.read_text() + 2 * area)
    (fault,) = told(folder)
    assert fault.endswith("picture.identity.area[1].name: appears twice")


def test_direct_lines_that_could_not_be_made_are_told(folder: Path) -> None:
    path = folder / NODE_FILE
    line = change(
        path, "[link]", '[link]\ndirect = [{ partner = "borvia" }, { partner = "cestia" }]'
    )
    one, two, three = told(folder)
    assert one.startswith(
        f'node.toml:{line + 1}: link.direct[1].partner: there is no card of "cest'
    )
    assert "say where its door is, or open one of ours with direct_port" in two
    assert "link.direct[1].to" in three
    change(path, 'direct = [{ partner = "borvia" }, { partner = "cestia" }]',
           'direct = [{ partner = "borvia", to = "192.0.2.1:7430" }, { partner = "borvia", '
           'to = "192.0.2.2:7430" }]')  # fmt: skip
    (twice,) = told(folder)
    assert twice.endswith('"borvia" appears twice')
