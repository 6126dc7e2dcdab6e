"""A person who misspells a setting learns which, where, and what to write instead."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
import pytest

from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.site import SensorSite
from skypact.core.toml import decode_toml, dotted, faults


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    nation: Annotated[str, msgspec.Meta(min_length=1, pattern="^[a-z]*$")]
    context: Context = Context.TEST
    kind: Literal["asterix", "beast"] = "asterix"
    ports: Annotated[list[int], msgspec.Meta(max_length=2)] = []
    backup: bool = True


class House(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node: Node
    sensor: tuple[SensorSite, ...] = ()
    limits: Mapping[str, int] = {}
    other: Node | None = None


class Even(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    low: int = 0
    high: int = 0

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pair: list[Even]


GOOD_SENSOR = """
[[sensor]]
name = "north"
sac = 1
sic = 2
lat_deg = -32
lon_deg = -18
height_m = 10
period_s = 4
"""


def told(text: str, kind: type = House) -> list[str]:
    return [str(error) for error in faults(text, kind, "node.toml")]


def test_a_good_file_is_decoded() -> None:
    house = decode_toml('[node]\nnation = "auria"' + GOOD_SENSOR, House, "node.toml")
    assert house.node.nation == "auria"
    assert house.sensor[0].lat_deg == -32.0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("lat_deg = 95", "node.toml:8: sensor[0].lat_deg: expected a number at most 90, was 95"),
        ("lat_deg = nan", "node.toml:8: sensor[0].lat_deg: expected a number at least -90, was nan"),  # noqa: E501
        ("sac = 1.5", "node.toml:8: sensor[0].sac: expected a whole number, was 1.5"),
        ("name = 7", "node.toml:8: sensor[0].name: expected text, was 7"),
        ("name = true", "node.toml:8: sensor[0].name: expected text, was true"),
        ("period_s = -3", "node.toml:8: sensor[0].period_s: expected a number above 0, was -3"),
        ("height_m = [1]", "node.toml:8: sensor[0].height_m: expected a number, was a list of 1"),
        ("height_m = {}", "node.toml:8: sensor[0].height_m: expected a number, was a table"),
        (
            'elevation_sd_deg = "x"',
            'node.toml:8: sensor[0].elevation_sd_deg: expected a number, was "x"',
        ),
        (
            "elevation_sd_dge = 1",
            "node.toml:8: sensor[0].elevation_sd_dge: is not a setting; "
            'did you mean "elevation_sd_deg"?',
        ),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_key_and_remedy(line: str, says: str) -> None:
    key = line.split(" =")[0]
    others = [x for x in GOOD_SENSOR.strip().splitlines() if not x.startswith(key + " ")]
    lines = ["[node]", 'nation = "auria"', *others]
    assert told("\n".join([*lines[:7], line, *lines[7:]])) == [says]


def test_every_fault_is_told_at_once_in_line_order() -> None:
    text = (
        '[node]\nnation = "Auria"\ncontext = "exercize"\nkind = "beats"\nports = [1, 2, 3]\n'
        'backup = "yes"\n[limits]\na = 1\nb = "x"\n[other]\n[[sensr]]\nname = "x"\n'
    )
    assert told(text) == [
        "node.toml:2: node.nation: expected text of the form '^[a-z]*$', was \"Auria\"",
        'node.toml:3: node.context: was "exercize"; expected one of operation, exercise, test; '
        'did you mean "exercise"?',
        'node.toml:4: node.kind: was "beats"; expected one of asterix, beast; '
        'did you mean "beast"?',
        "node.toml:5: node.ports: expected a list of length at most 2, was a list of 3",
        'node.toml:6: node.backup: expected true or false, was "yes"',
        'node.toml:9: limits.b: expected a whole number, was "x"',
        'node.toml:10: other: setting "nation" is missing',
        'node.toml:11: sensr: is not a setting; did you mean "sensor"?',
    ]


def test_a_missing_setting_has_the_line_of_its_table() -> None:
    text = '[node]\nnation = "auria"' + GOOD_SENSOR.replace("sic = 2\n", "")
    assert told(text) == ['node.toml:3: sensor[0]: setting "sic" is missing']
    assert told("") == ['node.toml: setting "node" is missing']


def test_a_rule_across_settings_is_told_at_its_table() -> None:
    text = "[[pair]]\nlow = 1\nhigh = 2\n[[pair]]\nlow = 3\nhigh = 2\n"
    assert told(text, Pairs) == ["node.toml:4: pair[1]: low is above high"]


def test_a_name_like_none_lists_what_is_known() -> None:
    assert told('[node]\nnation = "a"\nzzzzzz = 1\n') == [
        "node.toml:3: node.zzzzzz: is not a setting; "
        "known here: nation, context, kind, ports, backup"
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = 1\nb : 2\n", "node.toml:2: is not TOML: Expected '=' after a key"),
        ('a = "x\n', "node.toml:1: is not TOML: Illegal character '\\n', column 7"),
        ("[a]\n[a]\n", "node.toml:2: is not TOML: Cannot declare ('a',) twice"),
        ("a = [1,\n2\n\n", "node.toml:2: is not TOML: Unclosed array, the end of the file"),
    ],
)  # fmt: skip
def test_a_broken_file_names_the_line(text: str, says: str) -> None:
    (fault,) = told(text)
    assert fault.startswith(says)


def test_decoding_raises_the_first_fault() -> None:
    with pytest.raises(ConfigError) as caught:
        decode_toml("[node]\nnation = 1\nbackup = 2\n", House, "node.toml")
    assert (caught.value.key, caught.value.line) == ("node.nation", 2)


def test_dotted_keys_read_as_people_write_them() -> None:
    assert dotted(("sensor", 0, "site", "lat_deg")) == "sensor[0].site.lat_deg"
    assert dotted(()) == ""
