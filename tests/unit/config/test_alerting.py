"""Procedures and people of a folder: what is wrong is refused, the rest is used."""

from pathlib import Path

from skypact.config.alerting import read
from skypact.config.cards import AGREEMENTS_USE, Card
from skypact.config.signatures import with_signature
from skypact.config.signing import make_signing_keys, own_card, signing_key
from skypact.core.messages import Context
from tests.unit.warning.alerting.night import PEOPLE, PLACES, PROCEDURE

HOME = Path("node")


def card(folder: Path, nation: str = "auria") -> Card:
    make_signing_keys(folder, b"a seed of an exercise that is there")
    return own_card(folder, nation, Context.EXERCISE, "")


def signed(text: str, folder: Path, by: Card) -> str:
    return with_signature(text, "", by.agreements, signing_key(folder, AGREEMENTS_USE))


def loaded(tmp_path: Path, people: str = PEOPLE, **procedures: str):
    own = card(tmp_path)
    files = {"people.toml": people}
    for name, text in procedures.items():
        files[f"procedures/{name}.toml"] = text
        files[f"procedures/{name}.toml.sig"] = signed(text, tmp_path, own)
    return read(HOME, files, PLACES, {"auria": own}, "auria")


def said(found) -> list[str]:
    return [str(fault) for fault in found.refused]


def test_nothing_there_is_no_fault():
    people, procedures, refused = read(HOME, {}, PLACES, {}, "auria")
    assert (people.recipients, procedures, refused) == ((), (), ())


def test_a_signed_procedure_is_used(tmp_path: Path):
    found = loaded(tmp_path, raid=PROCEDURE)
    assert said(found) == []
    assert [p.name for p in found.procedures] == ["raid"]
    assert len(found.people.recipients) == 4


def test_one_without_a_signature_is_refused_and_the_others_used(tmp_path: Path):
    own = card(tmp_path)
    other = PROCEDURE.replace('name = "raid"', 'name = "other"')
    files = {
        "people.toml": PEOPLE,
        "procedures/a.toml": PROCEDURE,
        "procedures/a.toml.sig": signed(other, tmp_path, own),
        "procedures/b.toml": other,
        "procedures/b.toml.sig": signed(other, tmp_path, own),
    }
    found = read(HOME, files, PLACES, {"auria": own}, "auria")
    assert [p.name for p in found.procedures] == ["other"]
    (fault,) = said(found)
    assert "a.toml" in fault
    assert "is not the text that auria has signed" in fault


def test_every_party_must_have_signed(tmp_path: Path):
    found = loaded(tmp_path, raid=PROCEDURE.replace('["auria"]', '["auria", "borvia"]'))
    assert found.procedures == ()
    assert "borvia" in said(found)[0]


def test_a_key_that_nobody_knows_is_named_with_its_line(tmp_path: Path):
    text = PROCEDURE.replace("attempts = 2", "attempt = 2")
    found = loaded(tmp_path, raid=text, good=PROCEDURE)
    (fault,) = said(found)
    line = text.splitlines().index("attempt = 2") + 1
    assert f"raid.toml:{line}" in fault
    assert [p.name for p in found.procedures] == ["raid"]


def test_who_has_a_wrong_number_is_left_out_with_line_and_reason(tmp_path: Path):
    text = PEOPLE.replace('phone = "sip:chief@127.0.0.1"', 'phone = "one two three"')
    found = loaded(tmp_path, people=text)
    line = text.splitlines().index('phone = "one two three"') + 1
    (fault,) = said(found)
    assert f"people.toml:{line}" in fault
    assert [r.name for r in found.people.recipients] == ["officer", "deputy", "town"]


def test_a_roster_that_loses_its_people_is_left_out_too(tmp_path: Path):
    text = PEOPLE.replace('name = "deputy"\npost', 'name = "deputy"\nlanguage = "xx"\npost')
    found = loaded(tmp_path, people=text)
    assert [r.name for r in found.people.recipients] == ["officer", "chief", "town"]
    assert found.people.rosters == ()
    assert len(said(found)) == 2


def test_a_text_that_is_no_toml_is_refused(tmp_path: Path):
    found = loaded(tmp_path, people="[[recipient]\n")
    assert "people.toml:1" in said(found)[0]
    assert found.people.recipients == ()


def test_two_of_one_name(tmp_path: Path):
    found = loaded(tmp_path, a=PROCEDURE, b=PROCEDURE)
    assert "another file has a procedure raid already" in said(found)[0]
