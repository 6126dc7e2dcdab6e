"""A bloc in a node's folder: who has to sign what, and what it comes to."""

from hashlib import sha256
from pathlib import Path

import pytest

from skypact.config import AGREEMENTS, BLOCS, load
from skypact.config.cards import PARTNERS, card_text
from skypact.config.signatures import SUFFIX
from skypact.config.signing import make_signing_keys, own_card
from skypact.core.messages import Context
from tests.unit.config.folders import change, keys_of, sign, told

BLOC = f"{BLOCS}/coast.toml"
TEXT = """\
version = 1
bloc = "coast"
members = ["borvia", "cestia"]
valid_from = 2025-01-01T00:00:00Z
valid_until = 2026-06-01T00:00:00Z
"""


@pytest.fixture
def bloc(folder: Path) -> Path:
    """auria's folder: it releases to the bloc of borvia and cestia, and all have signed."""
    make_signing_keys(keys_of(folder, "auria", "cestia"))
    card = own_card(keys_of(folder, "auria", "cestia"), "cestia", Context.TEST, "")
    (folder / PARTNERS / "cestia.toml").write_text(card_text(card))
    (folder / BLOCS).mkdir()
    (folder / BLOC).write_text(TEXT)
    text = folder / AGREEMENTS / "borvia.toml"
    change(text, 'partner = "borvia"', 'bloc = "coast"')
    text.rename(text.with_name("coast.toml"))
    text.with_name("borvia.toml.sig").unlink()
    for name in ("auria", "borvia", "cestia"):
        sign(folder, folder / AGREEMENTS / "coast.toml", "auria", name)
        sign(folder, folder / BLOC, "auria", name)
    return folder


def test_it_comes_to_an_agreement_with_each_member(bloc: Path):
    assert told(bloc) == []
    read = load(bloc)
    digest = sha256((bloc / AGREEMENTS / "coast.toml").read_bytes()).digest()
    assert [(a.name, a.bloc, a.digest) for a in read.agreements] == [
        ("auria-borvia", "coast", digest),
        ("auria-cestia", "coast", digest),
    ]
    assert read.partners == ("borvia", "cestia")
    assert {str(a.valid_until.date()) for a in read.agreements} == {"2026-06-01"}
    assert BLOC in read.files


@pytest.mark.parametrize("file", [BLOC, f"{AGREEMENTS}/coast.toml"])
def test_a_member_that_has_not_signed_is_named(bloc: Path, file: str):
    signed = bloc / (file + SUFFIX)
    kept = [line for line in signed.read_text().splitlines(True) if "cestia" not in line]
    signed.write_text("".join(kept))
    assert told(bloc) == [
        f"{file}: cestia has not signed it; give it this file and its .sig to sign"
    ]


def test_a_member_more_is_another_text(bloc: Path):
    change(bloc / BLOC, "members = [", 'members = ["delia", ')
    assert (
        f"{BLOC}: is not the text that auria has signed; sign it again, once both agree to it"
        in (told(bloc))
    )


def test_a_bloc_that_is_not_there(bloc: Path):
    (bloc / BLOC).unlink()
    (bloc / (BLOC + SUFFIX)).unlink()
    (fault,) = [line for line in told(bloc) if "no bloc" in line]
    assert "agreement.bloc" not in fault
    assert fault.endswith("there is no bloc coast; known: none")


def test_either_a_partner_or_a_bloc(bloc: Path):
    change(bloc / AGREEMENTS / "coast.toml", "bloc =", 'partner = "borvia"\nbloc =')
    assert any("names either a partner or a bloc" in line for line in told(bloc))
