"""Preparing a demo: ports and certificates once, and no private key where it doesn't belong."""

from pathlib import Path

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import load
from skypact.core.messages import Context
from skypact.edge.links import credentials, pki
from skypact.exercise.scenario import load as load_scenario

SCENARIO = load_scenario("first_night")
NOW_NS = 1_800_000_000_000_000_000


def prepared(state: Path) -> object:
    return prepare(state, SCENARIO, agreement_texts("first_night"), 1)


def test_a_second_start_finds_the_same(tmp_path: Path) -> None:
    first = prepared(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert prepared(tmp_path) == first
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_partners_get_certificates_and_never_keys(tmp_path: Path) -> None:
    prepared(tmp_path)
    own = (tmp_path / "auria/keys/authority.key").read_bytes()
    copies = [p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == own]
    assert copies == [tmp_path / "auria/keys/authority.key"]
    assert copies[0].stat().st_mode & 0o077 == 0
    partners = sorted(p.name for p in (tmp_path / "keystone/partners").iterdir())
    assert partners == ["auria.toml", "borvia.toml", "cestia.toml"]


def test_every_name_says_exercise(tmp_path: Path) -> None:
    prepared(tmp_path)
    directory = load(tmp_path / "auria")
    authority = credentials.own_authority(directory, NOW_NS)
    assert authority.context is Context.EXERCISE
    assert pki.dns_name(pki.Role.APP, "auria", authority.context) == "app.auria.exercise.skypact"
