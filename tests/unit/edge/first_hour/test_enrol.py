from pathlib import Path

import pytest

from skypact.config import KEYS, NODE_FILE, check_folder, load
from skypact.config.cards import AGREEMENTS_USE, OWN, PARTNERS, fingerprint
from skypact.config.signatures import SUFFIX, with_signature
from skypact.config.signing import signing_key
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.edge.first_hour.configuration import agreement_text, init
from skypact.edge.first_hour.enrol import cut, read_card, trust

NOW_NS = 1_764_000_000_000_000_000


def node(folder: Path, nation: str, context: Context = Context.EXERCISE) -> Path:
    init(folder, nation, NOW_NS, "", context, Path("skypact"))
    return folder


def signed(path: Path, *folders: Path) -> None:
    """Write an agreement that the nations of these folders have signed."""
    text, lines = agreement_text("auria", NOW_NS), ""
    for folder in folders:
        key = signing_key(folder / KEYS, AGREEMENTS_USE)
        lines = with_signature(text, lines, read_card(folder).agreements, key)
    path.write_text(text)
    path.with_name(path.name + SUFFIX).write_text(lines)


def test_a_card_is_taken_in_when_it_is_the_one_that_was_read_out(tmp_path: Path) -> None:
    auria, borvia = node(tmp_path / "a", "auria"), node(tmp_path / "b", "borvia")
    said = fingerprint(read_card(borvia))
    assert len(said.split()) == 8
    with pytest.raises(ConfigError, match="whose fingerprint was read out"):
        trust(auria, borvia / OWN, "0" * 32)
    assert trust(auria, borvia / OWN, said.upper().replace(" ", "")).name == "borvia.toml"
    assert load(auria).cards["borvia"] == read_card(borvia)


def test_an_altered_card_has_another_fingerprint(tmp_path: Path) -> None:
    one, two = (node(tmp_path / name, "borvia") for name in "ab")
    text = (one / OWN).read_text()
    other = next(line for line in (two / OWN).read_text().splitlines() if "audit_key" in line)
    mine = next(line for line in text.splitlines() if "audit_key" in line)
    (tmp_path / "card.toml").write_text(text.replace(mine, other))
    assert fingerprint(read_card(tmp_path / "card.toml")) != fingerprint(read_card(one))


@pytest.mark.parametrize(
    ("nation", "context"), [("auria", Context.EXERCISE), ("borvia", Context.OPERATION)]
)
def test_a_card_that_cannot_be_a_partners_is_refused(
    tmp_path: Path, nation: str, context: Context
) -> None:
    auria, other = node(tmp_path / "a", "auria"), node(tmp_path / "b", nation, context)
    with pytest.raises(ConfigError, match="this node is auria in exercise"):
        trust(auria, other / OWN, fingerprint(read_card(other)))


@pytest.mark.parametrize("damage", ["MII", "BEGIN CERTIFICATE"])
def test_a_card_without_a_bound_authority_is_refused(tmp_path: Path, damage: str) -> None:
    card = node(tmp_path, "auria") / OWN
    card.write_text(card.read_text().replace(damage, "X", 1))
    with pytest.raises(ConfigError, match=r"card\.toml: authority: "):
        read_card(card)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_card(tmp_path / "nowhere")


def test_one_that_is_cut_off_is_no_partner_until_it_is_trusted_again(tmp_path: Path) -> None:
    auria, borvia = node(tmp_path / "a", "auria"), node(tmp_path / "b", "borvia")
    said = fingerprint(read_card(borvia))
    trust(auria, borvia, said)
    signed(auria / "agreements/borvia.toml", auria, borvia)
    assert load(auria).partners == ("borvia",)
    note = cut(auria, "borvia", "Duty officer", "its keys were lost", NOW_NS)
    assert "its keys were lost" in note.read_text()
    held = load(auria)
    assert (held.partners, held.cut, held.agreements) == ((), {"borvia"}, ())
    trust(auria, borvia, said)
    assert load(auria).partners == ("borvia",)
    with pytest.raises(ConfigError, match="is no partner"):
        cut(auria, "cestia", "Duty officer", "a mistake", NOW_NS)


def test_a_coordinator_without_a_card_is_told(tmp_path: Path) -> None:
    auria = node(tmp_path, "auria")
    text = (auria / NODE_FILE).read_text().replace('#hubs = ["', 'hubs = ["')
    (auria / NODE_FILE).write_text(text.replace("#coordinator =", "coordinator ="))
    (fault,) = check_folder(auria)
    assert 'link.coordinator: there is no card of "keystone"' in str(fault)
    assert not (auria / PARTNERS).exists()
