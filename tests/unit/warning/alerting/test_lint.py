"""Faults of procedures and people that their types cannot show."""

import msgspec
import pytest

from skypact.warning.alerting.lint import people_faults, procedure_faults
from skypact.warning.alerting.procedure import Procedure
from tests.unit.warning.alerting.night import PEOPLE, PLACES, people, procedure, with_step


def of_people(text: str) -> dict[str, str]:
    return dict(people_faults(people(text), PLACES, ["borvia"]))


def of_procedure(one: Procedure) -> dict[str, str]:
    return dict(procedure_faults(one, people(), PLACES))


def test_those_of_the_tests_have_none():
    assert of_people(PEOPLE) == {}
    assert of_procedure(procedure()) == {}


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[[recipient]]\nname = "x"\n', "recipient[0].name", "cannot be reached"),
        (
            '[[recipient]]\nname = "x"\nphone = "+4912345678"\nlanguage = "fr"\n',
            "recipient[0].language", "no words in fr",
        ),
        (
            '[[recipient]]\nname = "x"\npost = "duty"\nplaces = ["Nowhere"]\n',
            "recipient[0].places", "no place Nowhere",
        ),
        (
            '[[recipient]]\nname = "x"\nnation = "cestia"\n',
            "recipient[0].nation", "no agreement with cestia",
        ),
        (
            '[[recipient]]\nname = "x"\npost = "duty"\n[[roster]]\nname = "x"\nsubstitute = "x"\n',
            "roster[0].name", "twice",
        ),
        ('[[roster]]\nname = "w"\nsubstitute = "y"\n', "roster[0].substitute", "no recipient y"),
        (
            '[[recipient]]\nname = "x"\npost = "duty"\n[[roster]]\nname = "w"\n'
            'shift = [{ who = "x", begin = "08:00", end = "20:00" }]\n',
            "roster[0].name", "nobody is on watch at mon 00:00 UTC",
        ),
    ],
)  # fmt: skip
def test_people(text: str, key: str, said: str):
    assert said in of_people(text)[key]


@pytest.mark.parametrize(
    ("one", "key", "said"),
    [
        (procedure(places=("Nowhere",)), "places", "auria has no place Nowhere"),
        (procedure(valid_until=procedure().valid_from), "valid_until", "before it begins"),
        (with_step("duty", tell=("nobody",)), "step[0].tell", "no recipient or roster nobody"),
        (with_step("duty", channels=("mail",)), "step[0].tell", "officer cannot be reached"),
        (with_step("duty", then=("town",), channels=("phone",)), "step[0].then", "town cannot"),
        (with_step("public", then=("chief",)), "step[1].then", "nobody is next"),
        (with_step("public", after_s=100.0), "step[1].after_s", "people must be in shelter"),
        (
            with_step("public", tell=("officer",), answer=True, then=("chief", "deputy"),
                      answer_within_s=30.0),
            "step[1].then", "deputy would be told up to",
        ),
        (procedure(steps=procedure().steps[:1] * 2), "step[1].id", "twice"),
        (
            procedure(steps=with_step("duty", release="two").steps[:1]),
            "step", "nobody would be told at once",
        ),
    ],
)  # fmt: skip
def test_procedures(one: Procedure, key: str, said: str):
    assert said in of_procedure(one)[key]


@pytest.mark.parametrize("phone", ["12345", "+49", "+49 123 456", "sip:nobody", "tel:+49123456"])
def test_a_phone_number_that_is_not_one_is_refused(phone: str):
    with pytest.raises(msgspec.ValidationError):
        people(f'[[recipient]]\nname = "x"\nphone = "{phone}"\n')
