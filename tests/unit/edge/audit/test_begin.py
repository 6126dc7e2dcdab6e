"""The log of a node's folder: its keys, its partners, and what the node was built from."""

from pathlib import Path

import pytest

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import load
from skypact.core.errors import ConfigError
from skypact.core.ids import Issuer
from skypact.core.messages import Context
from skypact.edge.audit.begin import auditor, open_audit
from skypact.edge.audit.tables import OWN
from skypact.edge.store import Store
from skypact.exercise.scenario import load as load_scenario


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare(tmp_path, load_scenario("first_night"), agreement_texts("first_night"), 1)
    return tmp_path / "auria"


def test_it_knows_itself_and_its_partners(folder: Path) -> None:
    directory = load(folder)
    who = auditor(directory)
    assert who.verifier == directory.cards["auria"].audit
    assert set(who.verifiers) == set(directory.partners)
    assert len({who.origin(p) for p in (OWN, *directory.partners)}) == len(directory.partners) + 1


def test_another_text_is_another_configuration(folder: Path) -> None:
    before = auditor(load(folder)).configuration
    path = folder / "node.toml"
    path.write_text(path.read_text() + "# changed\n")
    assert auditor(load(folder)).configuration != before


def test_a_missing_key_is_named(folder: Path) -> None:
    (folder / "keys/audit.key").unlink()
    with pytest.raises(ConfigError, match=r"audit\.key"):
        auditor(load(folder))


def test_it_opens_on_a_store(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    audit = open_audit(store, auditor(load(folder)), Issuer("auria", "audit", Context.EXERCISE))
    assert audit.keeper.logs == {}
