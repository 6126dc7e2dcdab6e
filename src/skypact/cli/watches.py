"""Duty posts, a public feed and a procedure for each nation of the demo, as its people would write
and sign them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from skypact.config import KEYS
from skypact.config.alerting import PEOPLE, PROCEDURES
from skypact.config.cards import AGREEMENTS_USE
from skypact.config.signatures import SUFFIX, with_signature
from skypact.config.signing import own_card, signing_key
from skypact.core.messages import Context
from skypact.exercise.scenario import Nation, Scenario

FEED = "public"
CLASSES = ["ballistic", "cruise", "drone", "rocket"]


def channels(nation: str, port: int) -> dict[str, Any]:
    """Return the table of channels of a node: a feed of public warnings."""
    return {"channels": {"cap": {"sender": f"{nation}.example", "port": port}}}


def write(state: Path, scenario: Scenario, valid: Mapping[str, Any]) -> None:
    """Write who is told and how into the folder of each nation with places to warn; what is there
    stays. valid: from when until when."""
    for nation in scenario.nations:
        folder = state / nation.name
        if (folder / PEOPLE).exists() or not any(p.nation == nation.name for p in scenario.places):
            continue
        (folder / PROCEDURES).mkdir(exist_ok=True)
        text = tomli_w.dumps(_procedure(nation, valid))
        (folder / PROCEDURES / "raid.toml").write_text(text, "utf-8")
        key = signing_key(folder / KEYS, AGREEMENTS_USE)
        by = own_card(folder / KEYS, nation.name, Context.EXERCISE, "").agreements
        (folder / PROCEDURES / f"raid.toml{SUFFIX}").write_text(with_signature(text, "", by, key))
        (folder / PEOPLE).write_text(tomli_w.dumps(_people(nation)), "utf-8")


def _people(nation: Nation) -> dict[str, Any]:
    people = {person.post: person.name for person in reversed(nation.people)}
    posts = {"duty": people.get("duty", "")} | people
    recipients: list[dict[str, Any]] = [
        {"name": post, "post": post, "person": person} for post, person in posts.items()
    ]
    return {"recipient": [*recipients, {"name": FEED, "cap": FEED}]}


def _procedure(nation: Nation, valid: Mapping[str, Any]) -> dict[str, Any]:
    then = [post for post in dict.fromkeys(p.post for p in nation.people) if post != "duty"]
    duty = {"id": "duty", "stage": "prepare", "tell": ["duty"], "attempts": 1, "then": then}
    public = {"id": "public", "stage": "prepare", "tell": [FEED], "answer": False}
    return {
        "version": 1,
        "name": "raid",
        "nation": nation.name,
        "parties": [nation.name],
        **valid,
        "classes": CLASSES,
        "step": [duty, public],
    }
