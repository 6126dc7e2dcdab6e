from pathlib import Path

import pytest

from skypact.config import load
from skypact.config.cards import OWN, PARTNERS, Card, card_text, key_name
from skypact.config.signing import make_signing_keys, own_card
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.toml import decode_toml
from tests.unit.config.folders import told


def card(folder: Path, nation: str = "borvia", context: Context = Context.TEST) -> Card:
    folder.mkdir(exist_ok=True)
    make_signing_keys(folder)
    return own_card(folder, nation, context, "")


def test_a_card_is_read_back_as_written(tmp_path: Path) -> None:
    made = card(tmp_path)
    assert decode_toml(card_text(made), Card, "card.toml") == made
    assert made.agreements.name == key_name("borvia", Context.TEST, "agreements")
    assert made.audit.name == "borvia.test.skypact/audit"


def test_a_nodes_cards_are_read_by_nation(folder: Path) -> None:
    (folder / PARTNERS / "cestia.toml").write_text(card_text(card(folder / "c", "cestia")))
    assert set(load(folder).cards) == {"auria", "borvia", "cestia"}
    assert {OWN, "partners/borvia.toml", "partners/cestia.toml"} < set(load(folder).files)


def test_a_card_of_another_nation_or_context_is_told(folder: Path) -> None:
    path = folder / PARTNERS / "cestia.toml"
    path.write_text(card_text(card(folder / "b", context=Context.OPERATION)))
    one, two = told(folder)
    assert "context" in two
    assert one.endswith("nation: is the card of borvia, not of cestia")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("agreements+", "agreement+", "a character was lost"),
        ('nation = "borvia"', 'nation = "auria"', "is named borvia.test.skypact/agreements, not"),
        ('audit_key = "borvia', 'audit_key = "', "the key for audit"),
        ('nation = "borvia"', 'nation = "borvia"\nport = 3', "is not a setting"),
    ],
)
def test_a_damaged_card_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = card_text(card(tmp_path))
    assert old in text
    with pytest.raises(ConfigError, match=said):
        decode_toml(text.replace(old, new), Card, "card.toml")
