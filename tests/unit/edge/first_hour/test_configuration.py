"""A new folder passes its own check, and its comments say every setting with its true default."""

import json
import re
import tomllib
import typing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skypact.config import check, load
from skypact.config.cards import OWN, fingerprint
from skypact.config.settings import NodeConfig
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.toml import faults
from skypact.edge.first_hour.configuration import EXAMPLE, init, unit
from skypact.edge.first_hour.enrol import read_card, trust
from skypact.sharing.treaty.agreements import Agreement
from skypact.warning.alerting.procedure import AlertingSettings, Procedure
from tests.unit.config.folders import agree

# Filled in by the program, never written by a person.
NOT_WRITTEN = {"sharing.partners", "sharing.umbrella", "picture.asks"}
# Shown with an example: the default is to have none.
EXAMPLES = {
    "link.hubs",
    "link.coordinator",
    "link.pairs",
    "link.pool",
    "link.leaf_addresses",
    "link.hub.addresses",
    "link.direct_addresses",
    "link.direct.to",
}
EXAMPLES |= {"feed.sapient.nodes", "sapient.parent", "sapient.node_id", "dis.to"}
EXAMPLES |= {"sender", "recipient.messenger", "recipient.nation"}
EXAMPLES |= {"sensor.blocked", "sensor.outages"}
EXAMPLES |= {"picture.identity.area.area_deg", "picture.identity.area.who"}
EXAMPLES |= {f"channels.phone.{key}" for key in ("exchange", "user", "password_file")}
EXAMPLES |= {
    f"channels.cap.{key}"
    for key in ("url", "certificate", "key", "signing_certificate", "signing_key", "web", "contact")
}
EXAMPLES |= {f"channels.mail.{key}" for key in ("authority", "user", "password_file")}
EXAMPLES |= {"channels.webhook.authority"}
EXAMPLES |= {"cot.tcp", "cot.tls", "cot.tls_addresses", "role.shows", "role.sends"}
# Tables whose keys a person makes up.
OPEN_TABLES = {"feed.sapient.nodes"}
NOW_NS = 1_764_000_000_000_000_000
OFF = re.compile(r"^#(?=\[|[a-z0-9_]+ = )", re.M)
TEMPLATES = [
    ("node.toml", NodeConfig),
    ("agreement.toml", Agreement),
    ("procedure.toml", Procedure),
    ("people.toml", AlertingSettings),
]


def template(name: str) -> str:
    return (files("skypact") / "data" / name).read_text()


def parts(kind: Any) -> list[Any]:
    """Return a type and those it is made of."""
    return [kind, *(part for each in typing.get_args(kind) for part in parts(each))]


def settings(kind: Any, key: str = "") -> dict[str, Any]:
    """Return the default of each setting by dotted key; NODEFAULT where a person must choose."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        name = f"{key}.{field.encode_name}".removeprefix(".")
        default = field.default
        if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        inner = [
            k for k in parts(field.type) if isinstance(k, type) and issubclass(k, msgspec.Struct)
        ]
        if name in NOT_WRITTEN:
            continue
        if inner:
            found |= settings(inner[0], name)
        else:
            found[name] = default
    return found


def written(text: str) -> dict[str, list[Any]]:
    """Return the values given to each setting anywhere in `text`, by dotted key."""
    found: dict[str, list[Any]] = {}

    def collect(value: Any, key: str) -> None:
        if isinstance(value, dict) and key not in OPEN_TABLES:
            for name, item in value.items():
                collect(item, f"{key}.{name}".removeprefix("."))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                collect(item, key)
        else:
            found.setdefault(key, []).append(value)

    collect(tomllib.loads(text), "")
    return found


@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_every_setting_is_there_and_no_other(name: str, kind: type) -> None:
    assert written(OFF.sub("", template(name))).keys() == settings(kind).keys()


def with_true_defaults(text: str, kind: type) -> str:
    """Return a template whose `#key = value` lines say the defaults of the Structs."""
    defaults, active = settings(kind), written(text)
    table, lines = "", list[str]()
    for line in text.splitlines():
        head, pair = re.match(r"#?\[+([\w.]+)\]+$", line), re.match(r"#([a-z0-9_]+) = (.*)", line)
        table = head[1] if head else table
        key = f"{table}.{pair[1]}" if pair else ""
        default = defaults.get(key)
        chosen = default in (None, msgspec.NODEFAULT) or key in EXAMPLES or key in active
        if pair and not chosen:
            value = msgspec.json.decode(msgspec.json.encode(default))
            if tomllib.loads(line[1:])[pair[1]] != value:
                line = f"#{pair[1]} = {json.dumps(value)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.golden
@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_what_is_shown_as_default_is_the_default(name: str, kind: type, bless: bool) -> None:
    wanted = with_true_defaults(template(name), kind)
    if bless:
        Path(str(files("skypact") / "data" / name)).write_text(wanted)
    assert template(name) == wanted


def test_a_wrong_default_is_found() -> None:
    text = template("node.toml")
    wrong = text.replace("#zoom = ", "#zoom = 1").replace("#refresh_s = ", "#refresh_s = 9")
    assert with_true_defaults(wrong, NodeConfig) == with_true_defaults(text, NodeConfig) != wrong


@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_the_template_is_good_as_it_is_and_with_all_settings_on(name: str, kind: type) -> None:
    assert faults(template(name), kind, name) == []
    assert faults(OFF.sub("", template(name)), kind, name) == []


def test_a_new_node_passes_its_check(tmp_path: Path) -> None:
    init(tmp_path / "borvia", "borvia", NOW_NS, 'The "Borvia" \\ nation', Context.TEST)
    node = load(tmp_path / "borvia")
    assert check(node.path, node.files) == []
    assert node.config.node.nation == "borvia"
    assert node.config.node.display_name == 'The "Borvia" \\ nation'
    assert node.config.node.context is Context.TEST
    assert node.agreements == ()
    assert {place.nation for place in node.config.places} == {"borvia"}


def test_two_nodes_share_no_secret_and_no_order_of_numbers(tmp_path: Path) -> None:
    for name in ("a", "b"):
        init(tmp_path / name, "auria", NOW_NS)
    a, b = load(tmp_path / "a"), load(tmp_path / "b")
    assert a.secret != b.secret
    numbers = a.config.picture.track_numbers
    assert numbers != b.config.picture.track_numbers
    assert len(set(numbers)) == len(numbers) == 500


def test_the_example_agreement_is_good_once_renamed(tmp_path: Path) -> None:
    init(tmp_path / "borvia", "borvia", NOW_NS)
    init(tmp_path / "auria", "auria", NOW_NS)
    card = tmp_path / "auria" / OWN
    trust(tmp_path / "borvia", card, fingerprint(read_card(card)))
    example = tmp_path / "borvia/agreements" / EXAMPLE
    example.write_text(example.read_text().replace('partner = "borvia"', 'partner = "auria"'))
    example.rename(example.with_name("auria.toml"))
    agree(tmp_path / "borvia", "borvia", "auria", Context.EXERCISE)
    node = load(tmp_path / "borvia")
    (agreement,) = node.agreements
    assert (agreement.owner, agreement.partner) == ("borvia", "auria")
    now = datetime.fromtimestamp(NOW_NS / 1e9, UTC)
    assert agreement.valid_from <= now < agreement.valid_until
    assert check(node.path, node.files) == []


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    for path in init(tmp_path / "auria", "auria", NOW_NS):
        assert path.name == "authority.pem" or path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "auria/keys").stat().st_mode & 0o777 == 0o700


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(ConfigError, match="is not empty"):
        init(tmp_path, "auria", NOW_NS)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("name", ["", "Auria", "a b", "1st", "x" * 32, "a-", "../a", 'a"'])
def test_a_name_that_cannot_be_used_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be a nation's name"):
        init(tmp_path / "new", name, NOW_NS)
    assert not (tmp_path / "new").exists()


def test_a_display_name_cannot_break_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="control character"):
        init(tmp_path / "new", "auria", NOW_NS, "Auria\nnation = 'x'")
    assert not (tmp_path / "new").exists()


def test_the_unit_names_program_and_folder(tmp_path: Path) -> None:
    text = unit(tmp_path / "auria", Path("/opt/skypact/bin/skypact"))
    assert f"ExecStart=/opt/skypact/bin/skypact node {tmp_path}/auria\n" in text
    assert f"ReadWritePaths={tmp_path}/auria\n" in text
    assert "@SKYPACT@" not in text
    assert "@NODE@" not in text
