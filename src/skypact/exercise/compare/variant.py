"""A scenario without a partner, a link, a sensor or an agreement, everything else as it was.

What is taken away moves no dice: each generator depends on the seed and a name only.
"""

import tomllib
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from skypact.core.errors import ConfigError
from skypact.exercise.scenario import Nation, Scenario


class Variant(NamedTuple):
    """What is played: the scenario, its agreements (file name to text), and in words what is
    missing."""

    scenario: Scenario
    agreements: Mapping[str, str]
    words: str


def without(scenario: Scenario, agreements: Mapping[str, str], name: str) -> Variant:
    """Return the scenario without `name`: a nation (all that it shares and is told), two nations
    joined by `+` (their link), a sensor, an agreement `owner-partner`, or `sharing` (all
    agreements). Raises ConfigError for a name that is none of these."""
    nations = [nation.name for nation in scenario.nations]
    sensors = [sensor.name for nation in scenario.nations for sensor in nation.sensors]
    pacts = {file.removesuffix(".toml"): file for file in agreements}
    pairs = {"+".join(pair): pair for k in scenario.links for pair in (k.between, k.between[::-1])}
    if name == "sharing":
        return Variant(scenario, {}, "any sharing")
    if name in nations:
        return Variant(scenario, _without_nation(agreements, name), f"{name} as a partner")
    if name in pairs:
        kept = tuple(k for k in scenario.links if set(k.between) != set(pairs[name]))
        changed = msgspec.structs.replace(scenario, links=kept)
        return Variant(changed, agreements, f"the link between {' and '.join(pairs[name])}")
    if name in sensors:
        kept_nations = tuple(_without_sensor(nation, name) for nation in scenario.nations)
        changed = msgspec.structs.replace(scenario, nations=kept_nations, coordinator=scenario.hub)
        return Variant(changed, agreements, f"the sensor {name}")
    if name in pacts:
        left = {file: text for file, text in agreements.items() if file != pacts[name]}
        return Variant(scenario, left, f"the agreement {name}")
    known = ", ".join([*nations, *dict.fromkeys("+".join(k.between) for k in scenario.links)])
    more = ", ".join([*sensors, *pacts, "sharing"])
    raise ConfigError(
        f"is not in this scenario; known: {known}, {more}", path="--without", key=name
    )


def _without_nation(agreements: Mapping[str, str], nation: str) -> dict[str, str]:
    """Return the agreements to which a nation is no party."""
    parties = {file: tomllib.loads(text) for file, text in agreements.items()}
    return {
        file: text
        for file, text in agreements.items()
        if nation not in (parties[file]["owner"], parties[file]["partner"])
    }


def _without_sensor(nation: Nation, name: str) -> Nation:
    kept = tuple(sensor for sensor in nation.sensors if sensor.name != name)
    return msgspec.structs.replace(nation, sensors=kept)
