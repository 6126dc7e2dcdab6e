"""What one language must be able to say. The languages beside it are tables of this form."""

from collections.abc import Mapping

import msgspec

from skypact.core.messages import Context, Stage, ThreatClass


class StageWords(msgspec.Struct, frozen=True, kw_only=True):
    """title: a headline; text: with {threat}, {places} and {time} where the stage has them."""

    title: str
    text: str


class TimeWords(msgspec.Struct, frozen=True, kw_only=True):
    """How long is left, as a label and numbers, so that no word has to agree with a number."""

    seconds_between: str
    seconds_about: str
    seconds_within: str
    minutes_between: str
    minutes_about: str
    minutes_within: str
    now: str


class Prompts(msgspec.Struct, frozen=True, kw_only=True):
    """What a call says beside the warning itself. ask: with {accept} and {reject}, the keys."""

    ask: str
    stored: str
    rejected: str
    unstored: str
    ended: str


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language. right_to_left: names are set apart so that they do not turn the line around;
    numerals: the ten digits as they are written; digits: as they are said; comma: between places;
    more: with {names} and {count}; counted: places when not even one name has room;
    sender: with {nation}; context: said before and after everything, "" for the real thing."""

    tag: str
    right_to_left: bool
    numerals: str
    digits: tuple[str, ...]
    comma: str
    more: str
    counted: str
    sender: str
    context: Mapping[Context, str]
    threats: Mapping[ThreatClass, str]
    stages: Mapping[Stage, StageWords]
    time: TimeWords
    prompts: Prompts
