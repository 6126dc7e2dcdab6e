"""Bases and sectors as people write them under [[readiness]] of node.toml."""

from typing import Annotated, Literal

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
StateName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9 _-]{0,39}$")]
ThreatName = Literal["ballistic", "cruise", "drone", "rocket"]


class ReadinessRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a state is proposed. on: a warning of the own nation is raised, a place must take
    cover, or the last warning that led to the present state is over; classes, places: of which
    threats to which places, () all; when: only in one of these states, () in any other."""

    on: Literal["warning", "take_cover", "over"]
    state: StateName
    classes: tuple[ThreatName, ...] = ()
    places: tuple[Name, ...] = ()
    when: tuple[StateName, ...] = ()


class ReadinessSettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"rules": "rule"},
):
    """One base or sector. states: the first is the usual one; expires_s: after so long a person
    must say a state other than the first again."""

    name: Name
    states: Annotated[tuple[StateName, ...], msgspec.Meta(min_length=2, max_length=16)] = (
        "normal",
        "increased",
        "high",
        "attack",
        "recovery",
    )
    expires_s: Annotated[float, msgspec.Meta(ge=60, le=604_800)] = 14_400.0
    rules: Annotated[tuple[ReadinessRule, ...], msgspec.Meta(max_length=64)] = ()

    def __post_init__(self) -> None:
        named = {rule.state for rule in self.rules} | {n for r in self.rules for n in r.when}
        unknown = sorted(named - {*self.states})
        if unknown:
            raise ValueError(f"there is no state {unknown[0]}; known: {', '.join(self.states)}")
