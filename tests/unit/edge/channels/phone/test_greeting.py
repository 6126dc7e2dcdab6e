"""People say a word and wait; machines go on."""

from skypact.edge.channels.phone.greeting import Greeting


def listen(*spans_s: tuple[float, float]) -> bool:
    """Return whether talk in these spans is held to be a machine's."""
    greeting = Greeting(4.0)
    for begin_s, end_s in spans_s:
        for i in range(round((end_s - begin_s) / 0.02)):
            greeting.take(0.1, begin_s + 0.02 * i)
    return greeting.long


def test_a_word_is_a_person_and_a_speech_a_machine() -> None:
    assert not listen((0.5, 1.5))
    assert not listen((0.5, 1.5), (4.0, 9.0))
    assert listen((0.5, 5.0))
    assert listen((0.5, 2.0), (2.6, 5.0))


def test_silence_is_nobody() -> None:
    greeting = Greeting(4.0)
    for i in range(500):
        greeting.take(0.001, i * 0.02)
    assert not greeting.long
