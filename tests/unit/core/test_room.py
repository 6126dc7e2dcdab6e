"""The node wires exactly these rooms; each one keeps the protocol."""

import ast
import inspect
from pathlib import Path

from skypact.core.room import Room

METHODS = {"handle", "wake", "next_wake_ns", "snapshot", "restore"}
ROOMS = Path(__file__).parents[3] / "src/skypact"


def test_a_room_is_five_methods_and_time_is_an_argument() -> None:
    assert {name for name in vars(Room) if not name.startswith("_")} == METHODS
    assert list(inspect.signature(Room.handle).parameters) == ["self", "message", "now_ns"]
    assert list(inspect.signature(Room.wake).parameters) == ["self", "now_ns"]


def test_every_room_class_has_all_five() -> None:
    found: dict[str, set[str]] = {}
    for room in ("sensors", "tracking", "picture", "sharing", "warning"):
        for path in sorted((ROOMS / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    methods = {x.name for x in node.body if isinstance(x, ast.FunctionDef)}
                    # What can be woken and says when is meant as a room.
                    if {"handle", "wake", "next_wake_ns"} & methods == {
                        "handle",
                        "wake",
                        "next_wake_ns",
                    }:
                        found[f"{room}.{node.name}"] = METHODS - methods
    assert {name: missing for name, missing in found.items() if missing} == {}
