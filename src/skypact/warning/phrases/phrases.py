"""Words for a warning, to read and to say, in the language of the one who is told."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from skypact.core.errors import InvariantError
from skypact.core.messages import Context, Stage, ThreatClass
from skypact.warning.phrases.arabic import ARABIC
from skypact.warning.phrases.english import ENGLISH
from skypact.warning.phrases.farsi import FARSI
from skypact.warning.phrases.hebrew import HEBREW
from skypact.warning.phrases.language import Language, Prompts
from skypact.warning.phrases.turkish import TURKISH

LANGUAGES: Mapping[str, Language] = {
    one.tag: one for one in (ARABIC, ENGLISH, FARSI, HEBREW, TURKISH)
}
TEXT_MAX = 360  # characters of a wireless emergency alert (3GPP TS 22.268; CAP handbooks of WEA)
SPOKEN_PLACES_MAX = 4
SECONDS_BELOW_S = 120.0
SECONDS_STEP_S, MINUTE_S = 10, 60
_OPEN, _CLOSE = "\u2068", "\u2069"  # first strong isolate, pop: UAX #9


class Words(NamedTuple):
    """title, text: to read, text at most `TEXT_MAX` characters; speech: to say."""

    title: str
    text: str
    speech: str


def language_of(tag: str) -> Language | None:
    """Return the table for a BCP 47 tag such as "ar" or "en-GB", None for one we do not speak."""
    return LANGUAGES.get(tag.partition("-")[0].lower())


def say(
    language: str,
    stage: Stage,
    threat_class: ThreatClass,
    places: Sequence[str],
    time_to_go_s: float,
    time_spread_s: float,
    nation: str,
    context: Context,
) -> Words:
    """Return what to tell. places: names, the nearest in time first; time_to_go_s: of the first,
    give or take time_spread_s; nation: the sender's display name. In an exercise or a test the
    title, the text and the speech say so.

    Raises InvariantError for a language without a table; settings are checked for that.
    """
    table = _table(language)
    stage_words, prefix = table.stages[stage], table.context[context]

    def body(named: str, number: Callable[[int], str], sender: str) -> str:
        text = stage_words.text.format(
            threat=table.threats[threat_class],
            places=named,
            time=_time(table, time_to_go_s, time_spread_s, number),
        )
        return " ".join(part for part in (prefix, text, sender) if part)

    def numeral(number: int) -> str:
        return "".join(table.numerals[int(digit)] for digit in str(number))

    def spoken(number: int) -> str:
        return " ".join(table.digits[int(digit)] for digit in str(number))

    sender = table.sender.format(nation=_apart(table, nation))
    text = next(
        text
        for named in _shorter(table, [_apart(table, place) for place in places], numeral)
        if len(text := body(named, numeral, sender)) <= TEXT_MAX
    )
    few = list(places[:SPOKEN_PLACES_MAX])
    speech = body(
        _named(table, few, len(places) - len(few), spoken),
        spoken,
        table.sender.format(nation=nation),
    )
    return Words(
        title=" ".join(part for part in (prefix, stage_words.title) if part),
        text=text,
        speech=f"{speech} {prefix}".strip(),
    )


def prompts(language: str, accept: str, reject: str) -> Prompts:
    """Return what a call says beside the warning. accept, reject: the keys, "0".."9"."""
    table = _table(language)
    words = table.prompts
    return Prompts(
        ask=words.ask.format(accept=table.digits[int(accept)], reject=table.digits[int(reject)]),
        stored=words.stored,
        rejected=words.rejected,
        unstored=words.unstored,
        ended=words.ended,
    )


def _table(tag: str) -> Language:
    table = language_of(tag)
    if table is None:
        raise InvariantError(f"nothing can be said in the language {tag!r}")
    return table


def _apart(table: Language, name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}" if table.right_to_left else name


def _shorter(table: Language, places: Sequence[str], number: Callable[[int], str]) -> list[str]:
    """Return the places ever shorter: all names, fewer names and a count, a count alone."""
    counts = range(len(places), 0, -1)
    return [
        *(_named(table, places[:n], len(places) - n, number) for n in counts),
        table.counted.format(count=number(len(places))),
    ]


def _named(table: Language, names: Sequence[str], more: int, number: Callable[[int], str]) -> str:
    listed = table.comma.join(names)
    return table.more.format(names=listed, count=number(more)) if more else listed


def _time(
    table: Language, time_to_go_s: float, spread_s: float, number: Callable[[int], str]
) -> str:
    """Return the time left as a range that is no narrower than what is known."""
    low_s, high_s = max(0.0, time_to_go_s - spread_s), time_to_go_s + spread_s
    words = table.time
    if high_s < 1:
        return words.now
    if high_s < SECONDS_BELOW_S:
        step, factor = SECONDS_STEP_S, SECONDS_STEP_S
        between, about, within = words.seconds_between, words.seconds_about, words.seconds_within
    else:
        step, factor = MINUTE_S, 1
        between, about, within = words.minutes_between, words.minutes_about, words.minutes_within
    low, high = math.floor(low_s / step) * factor, math.ceil(high_s / step) * factor
    if low == 0:
        return within.format(high=number(high))
    pattern = about if low == high else between
    return pattern.format(low=number(low), high=number(high))
