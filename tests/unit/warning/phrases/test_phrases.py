"""Every language says everything, honestly and within the length of an emergency alert."""

import itertools
import re
import string
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.errors import InvariantError
from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.language import Language
from skypact.warning.phrases.phrases import LANGUAGES, TEXT_MAX, language_of, prompts, say

SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "he": "HEBREW", "en": "LATIN", "tr": "LATIN"}
FIELDS = {
    "more": {"names", "count"},
    "counted": {"count"},
    "sender": {"nation"},
    "seconds_between": {"low", "high"},
    "minutes_between": {"low", "high"},
    "ask": {"accept", "reject"},
}
TIMED = (Stage.PREPARE, Stage.TAKE_COVER)
EVERY = list(itertools.product(sorted(LANGUAGES), Stage, ThreatClass, Context))


def holes(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}


def phrases_of(table: Language) -> dict[str, str]:
    """Return every phrase of a language under its dotted name."""
    found: dict[str, str] = {}

    def walk(name: str, value: object) -> None:
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{name}.{key}", inner)
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                walk(f"{name}.{i}", inner)

    walk("", msgspec.to_builtins(table, str_keys=True))
    return found


def test_the_five_languages_are_there() -> None:
    assert sorted(LANGUAGES) == ["ar", "en", "fa", "he", "tr"]
    assert language_of("en-GB") is LANGUAGES["en"]
    assert language_of("AR") is LANGUAGES["ar"]
    assert language_of("fr") is None


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_every_language_has_every_phrase_in_its_own_script(tag: str) -> None:
    table = LANGUAGES[tag]
    assert set(table.context) == set(Context)
    assert set(table.threats) == set(ThreatClass)
    assert set(table.stages) == set(Stage)
    assert len(table.digits) == len(table.numerals) == 10
    for name, phrase in phrases_of(table).items():
        if name in (".tag", ".numerals", ".comma", ".context.operation"):
            continue
        letters = [c for c in re.sub(r"{\w+}", "", phrase) if c.isalpha()]
        assert letters, name
        assert all(unicodedata.name(c).startswith(SCRIPTS[tag]) for c in letters), (name, phrase)


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_every_phrase_has_the_same_holes_in_every_language(tag: str) -> None:
    english = phrases_of(LANGUAGES["en"])
    for name, phrase in phrases_of(LANGUAGES[tag]).items():
        assert holes(phrase) == holes(english[name]), name
        wanted = FIELDS.get(name.rpartition(".")[2])
        assert wanted is None or holes(phrase) == wanted
    for stage in Stage:
        found = holes(LANGUAGES[tag].stages[stage].text)
        assert ({"threat", "time"} <= found) is (stage in TIMED)
        assert ("places" in found) is (stage is not Stage.TEST)


@pytest.mark.parametrize(("tag", "stage", "threat_class", "context"), EVERY)
def test_all_is_said_and_the_context_stands_first(
    tag: str, stage: Stage, threat_class: ThreatClass, context: Context
) -> None:
    words = say(tag, stage, threat_class, ["Port Alder", "Cedar"], 312.0, 40.0, "Auria", context)
    prefix = LANGUAGES[tag].context[context]
    for part in words:
        assert part.startswith(prefix)
        assert "{" not in part
        others = {LANGUAGES[tag].context[c] for c in Context if c is not context} - {""}
        assert not any(other in part for other in others)
    assert words.speech.endswith(prefix)
    assert "Auria" in words.text
    assert "Auria" in words.speech
    assert not any(c.isdigit() for c in words.speech)
    if stage in TIMED:
        assert LANGUAGES[tag].threats[threat_class] in words.text
    if stage is not Stage.TEST:
        assert "Port Alder" in words.text
        assert "Cedar" in words.speech
    assert len(words.title) <= 100


def spoken(time_to_go_s: float, spread_s: float) -> str:
    words = say(
        "en", Stage.TAKE_COVER, ThreatClass.DRONE, ["A"], time_to_go_s, spread_s, "N",
        Context.OPERATION,
    )  # fmt: skip
    return words.speech.split("Place: A. ")[1].split(" Take")[0]


@pytest.mark.parametrize(
    ("time_to_go_s", "spread_s", "said"),
    [
        (312, 40, "Time left in minutes: four to six."),
        (900, 0, "Time left in minutes: about one five."),
        (130, 100, "Time left in minutes: four at most."),
        (75, 12, "Time left in seconds: six zero to nine zero."),
        (60, 0, "Time left in seconds: about six zero."),
        (5, 20, "Time left in seconds: three zero at most."),
        (-30, 20, "It can arrive at any moment."),
    ],
)
def test_numbers_are_said_digit_by_digit(time_to_go_s: float, spread_s: float, said: str) -> None:
    assert spoken(time_to_go_s, spread_s) == said


@given(time_to_go_s=st.floats(-600, 20_000), spread_s=st.floats(0, 5_000))
def test_the_range_said_is_never_narrower_than_what_is_known(
    time_to_go_s: float, spread_s: float
) -> None:
    said = say(
        "en", Stage.PREPARE, ThreatClass.CRUISE, ["A"], time_to_go_s, spread_s, "N", Context.TEST
    ).text.split("A. ")[1]
    if "any moment" in said:
        assert time_to_go_s + spread_s < 1
        return
    numbers = [int(n) for n in re.findall(r"\d+", said)]
    unit_s = 60 if "minutes" in said else 1
    low_s, high_s = min(numbers) * unit_s, max(numbers) * unit_s
    assert high_s >= time_to_go_s + spread_s
    assert len(numbers) == 1 or low_s <= time_to_go_s - spread_s
    assert "at most" in said or low_s <= max(0.0, time_to_go_s - spread_s)


@given(
    tag=st.sampled_from(sorted(LANGUAGES)),
    stage=st.sampled_from(list(Stage)),
    context=st.sampled_from(list(Context)),
    places=st.lists(st.text("ab{} é", min_size=1, max_size=80), min_size=1, max_size=300),
    nation=st.text("xyz", min_size=1, max_size=80),
)
def test_no_text_is_longer_than_an_emergency_alert(
    tag: str, stage: Stage, context: Context, places: list[str], nation: str
) -> None:
    words = say(tag, stage, ThreatClass.UNKNOWN, places, 86_400.0, 40_000.0, nation, context)
    assert len(words.text) <= TEXT_MAX
    assert nation in words.text
    assert len(words.speech) < 1_000


def test_places_without_room_are_counted() -> None:
    places = [f"A rather long name of place {i}" for i in range(12)]
    text = say(
        "en", Stage.ALL_CLEAR, ThreatClass.UNKNOWN, places, 0, 0, "N", Context.OPERATION
    ).text
    named = sum(place in text for place in places)
    assert 0 < named < 12
    assert f"and {12 - named} more." in text


def test_names_do_not_turn_a_line_around() -> None:
    text = say("he", Stage.ALL_CLEAR, ThreatClass.UNKNOWN, ["Port A"], 0, 0, "N", Context.TEST).text
    assert "\u2068Port A\u2069" in text


def test_numbers_are_written_as_the_language_writes_them() -> None:
    text = say(
        "ar", Stage.PREPARE, ThreatClass.DRONE, ["A"], 312.0, 40.0, "N", Context.OPERATION
    ).text
    assert "من ٤ إلى ٦" in text


def test_a_call_names_the_keys() -> None:
    assert prompts("en", "1", "2").ask == "To accept, press one. To reject, press two."
    for tag in LANGUAGES:
        assert "{" not in prompts(tag, "4", "0").ask


def test_an_unknown_language_is_our_own_fault() -> None:
    with pytest.raises(InvariantError, match="fr"):
        prompts("fr", "1", "2")
