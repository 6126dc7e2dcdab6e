"""The schema of all messages is a golden file: a change is seen, and `make bless` accepts it."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from skypact.core.messages import SCHEMA_VERSION, AnyMessage, Message

GOLDEN = Path(__file__).parents[3] / "docs/reference/messages.schema.json"


def schema() -> dict[str, Any]:
    """Return the JSON schema of AnyMessage with the version it has."""
    return {**msgspec.json.schema(AnyMessage), "version": SCHEMA_VERSION}


@pytest.mark.golden
def test_the_schema_is_the_one_we_published(bless: bool) -> None:
    text = json.dumps(schema(), indent=1, sort_keys=True) + "\n"
    if bless:
        GOLDEN.write_text(text)
    assert GOLDEN.read_text() == text, "messages changed: look at `git diff` after `make bless`"


def test_every_kind_is_in_the_schema_once() -> None:
    kinds = [kind.__struct_config__.tag for kind in get_args(AnyMessage)]
    assert sorted(kinds) == sorted(set(kinds))
    assert schema()["discriminator"]["mapping"].keys() == set(kinds)


def test_every_message_can_be_read_from_a_journal() -> None:
    def kinds(above: type[Message]) -> set[type[Message]]:
        below = above.__subclasses__()
        return {above} if not below else {kind for one in below for kind in kinds(one)}

    assert kinds(Message) == set(get_args(AnyMessage))


def test_every_message_carries_the_header() -> None:
    definitions = schema()["$defs"]
    for kind in get_args(AnyMessage):
        required = set(definitions[kind.__name__]["required"])
        assert {"kind", "id", "observed_ns", "received_ns", "origin", "context"} <= required


def test_every_number_that_is_not_whole_is_bounded() -> None:
    """A bound refuses NaN and infinity; JSON schema shows what has none."""
    loose: list[str] = []

    def search(node: Any, where: str) -> None:
        if isinstance(node, dict):
            bounds = {"minimum", "exclusiveMinimum"} & node.keys()
            if node.get("type") == "number" and not bounds:
                loose.append(where)
            for key, value in node.items():
                search(value, f"{where}.{key}")
        elif isinstance(node, list):
            for value in node:
                search(value, where)

    search(schema()["$defs"], "")
    # Said by the owner's own sensor and shown only to the owner.
    assert loose == [".SensorState.properties.rotation_s"]
