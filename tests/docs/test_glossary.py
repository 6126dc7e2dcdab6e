"""The glossary names every message and every word that a person meets on a screen."""

from pathlib import Path
from typing import get_args

import pytest

from skypact.core.messages import AnyMessage, Identity, ThreatClass

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text()


@pytest.mark.parametrize("name", [message.__name__ for message in get_args(AnyMessage)])
def test_every_message_is_in_the_glossary(name: str) -> None:
    assert f"| `{name}` |" in GLOSSARY


@pytest.mark.parametrize("word", [*Identity, *ThreatClass], ids=lambda word: word.name)
def test_every_identity_and_class_is_in_the_glossary(word: Identity | ThreatClass) -> None:
    assert word.name.lower().replace("_", " ") in GLOSSARY.lower()
