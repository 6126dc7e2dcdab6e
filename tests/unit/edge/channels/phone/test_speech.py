"""espeak-ng says every language; the same thing is rendered once."""

import asyncio
from pathlib import Path

import pytest

from skypact.core.messages import NoticeFailure
from skypact.edge.channels.phone.sound import loudness
from skypact.edge.channels.phone.speech import Voice
from skypact.edge.channels.way import NotSentError
from skypact.warning.phrases.phrases import LANGUAGES


def test_every_language_is_said() -> None:
    async def say() -> dict[str, bytes]:
        voice = Voice()
        await voice.check()
        return {t: await voice.say(t, one.prompts.stored) for t, one in LANGUAGES.items()}

    said = asyncio.run(say())
    assert all(len(sound) > 6_000 and loudness(sound) > 0.02 for sound in said.values())
    assert len(set(said.values())) == len(LANGUAGES)


def test_the_same_is_rendered_once_also_at_the_same_time() -> None:
    async def say() -> int:
        voice = Voice()
        await asyncio.gather(*(voice.say("en", "one two") for _ in range(20)))
        await voice.say("en", "one two")
        return voice.rendered

    assert asyncio.run(say()) == 1


def test_what_is_kept_has_a_limit() -> None:
    async def say() -> int:
        voice = Voice(kept_bytes_max=1)
        for text in ("one", "two", "one"):
            await voice.say("en", text)
        return voice.rendered

    assert asyncio.run(say()) == 3


def test_text_that_looks_like_an_option_is_said() -> None:
    assert len(asyncio.run(Voice().say("en", "--version"))) > 3_000


def test_a_language_without_a_voice_is_refused() -> None:
    with pytest.raises(NotSentError) as caught:
        asyncio.run(Voice().say("xx-none", "one"))
    assert caught.value.failure is NoticeFailure.REFUSED


def test_a_missing_program_is_told(tmp_path: Path) -> None:
    voice = Voice(program=str(tmp_path / "none"))
    with pytest.raises(NotSentError, match="not installed"):
        asyncio.run(voice.check())
    with pytest.raises(NotSentError, match="cannot be run"):
        asyncio.run(voice.say("en", "one"))
