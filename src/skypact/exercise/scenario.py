"""Scenario: one readable TOML file says who plays, what flies and what can go wrong.

Degrees and kilometres exist here only; every Struct refuses a key it does not know. The keys are
described in docs/reference/scenario.md.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Annotated, Literal

import msgspec

from skypact.core.errors import ConfigError
from skypact.core.lines import Path, line_of
from skypact.core.site import Positive, SensorSite, Share, limit_faults
from skypact.core.toml import decode_toml, dotted
from skypact.exercise.cast.injects import Inject, SensorOut
from skypact.exercise.cast.threats import (
    Civil,
    Latitude,
    Longitude,
    Name,
    Seconds,
    Threat,
)
from skypact.sensors.settings import Moved
from skypact.sharing.treaty.agreements import COALITION, Clause
from skypact.warning.settings import Place

NationName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Prose = Annotated[str, msgspec.Meta(max_length=4_000)]


class Traffic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recorded real flights as a feed of this nation; the node moves them after decoding.

    start_s: where in the recording second 0 of the scenario lies.
    """

    feed: Name
    format: Literal["asterix", "beast"]
    start_s: Seconds = 0.0
    moved: Moved | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who acts on what a post receives. reaction_s: median, reaction_spread: standard deviation of
    the logarithm of the reaction time; shown_s: until the row is on the screen; overlooks: share of
    warnings and all-clears that the person sees and never acts on."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    post: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    reaction_s: Positive = 12.0
    reaction_spread: Annotated[float, msgspec.Meta(ge=0, le=3)] = 0.4
    shown_s: Seconds = 0.2
    overlooks: Share = 0.0


class LaunchWatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tells a nation of launches of ballistic threats and rockets, as a sensor in space might:
    late, and not quite where they were. The author's figures, no real system's."""

    feed: Name
    delay_s: Seconds = 30.0
    delay_spread: Annotated[float, msgspec.Meta(ge=0, le=3)] = 0.3
    position_sd_m: Positive = 5_000.0
    azimuth_sd_deg: Positive = 5.0
    probability: Share = 0.95


class Observers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People or cheap sensors spread over a circle, each of which tells the direction of what it
    notices near it: sound is heard late, from where the object was; eyes see at once."""

    feed: Name
    kind: Literal["human", "acoustic", "optical"]
    lat_deg: Latitude
    lon_deg: Longitude
    radius_m: Positive
    count: Annotated[int, msgspec.Meta(ge=1, le=2_000)]
    range_m: Positive = 5_000.0
    period_s: Positive = 10.0
    azimuth_sd_deg: Positive = 10.0
    probability: Share = 0.5
    delay_s: Seconds = 0.0


class Nation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    rename={
        "sensors": "sensor", "people": "person", "launch_watches": "launch_watch",
        "observers": "observer",
    },
):  # fmt: skip
    """One node: its radars, its other feeds and its people."""

    name: NationName
    sensors: tuple[SensorSite, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    people: tuple[Person, ...] = ()
    launch_watches: tuple[LaunchWatch, ...] = ()
    observers: tuple[Observers, ...] = ()


class Partition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The link is down from `from_s` until `to_s` of the scenario."""

    from_s: Seconds
    to_s: Seconds


class Link(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    rename={"partitions": "partition"},
):  # fmt: skip
    """Both directions between two nations. jitter_s: mean of an exponential on top of `delay_s`."""

    between: tuple[NationName, NationName]
    delay_s: Seconds = 0.03
    jitter_s: Seconds = 0.0
    loss: Annotated[float, msgspec.Meta(ge=0, le=0.9)] = 0.0
    partitions: tuple[Partition, ...] = ()


class Agreed(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    rename={"clauses": "clause"},
):  # fmt: skip
    """What each of `owners` releases to each of `partners`; without them every nation, to all."""

    owners: tuple[NationName, ...] = ()
    partners: tuple[NationName, ...] = ()
    clauses: tuple[Clause, ...]


class Scenario(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    rename={
        "nations": "nation", "threats": "threat", "links": "link", "places": "place",
        "agreements": "agreement", "injects": "inject",
    },
):  # fmt: skip
    """A hypothetical night. start: UTC instant of second 0; sectors: pieces of a rotation; about,
    sources, expected: for people who read it; coordinator: the nation that holds the hub, without
    it the first that has no sensors; refresh_s: a track that nobody has renewed is shared again
    after this long."""

    name: Name
    title: str
    context: Literal["exercise"]
    start: Annotated[datetime, msgspec.Meta(tz=True)]
    duration_s: Positive
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] = 1
    sectors: Annotated[int, msgspec.Meta(ge=1, le=64)] = 16
    about: Prose = ""
    sources: tuple[Prose, ...] = ()
    expected: tuple[Prose, ...] = ()
    coordinator: NationName | None = None
    refresh_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 5.0
    nations: tuple[Nation, ...]
    threats: tuple[Threat, ...] = ()
    links: tuple[Link, ...] = ()
    places: tuple[Place, ...] = ()
    agreements: tuple[Agreed, ...] = ()
    civil: tuple[Civil, ...] = ()
    injects: tuple[Inject, ...] = ()

    @property
    def hub(self) -> str:
        """Return the nation that holds the hub, "" when there is none."""
        bare = (n.name for n in self.nations if not n.sensors)
        return self.coordinator or next(bare, "")

    @property
    def start_ns(self) -> int:
        """Return second 0 as int ns UTC."""
        since = self.start - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000

    def nation(self, name: str) -> Nation:
        """Return the nation `name`; raises KeyError."""
        for nation in self.nations:
            if nation.name == name:
                return nation
        raise KeyError(name)


def read(text: str, path: str) -> Scenario:
    """Return the scenario in TOML `text`; raises ConfigError naming `path`, line and key."""
    scenario = decode_toml(text, Scenario, path)
    for key, why in faults_of(scenario):
        raise ConfigError(why, path=path, key=dotted(key), line=line_of(text, key))
    return scenario


def load(name_or_path: str | FilePath) -> Scenario:
    """Return a shipped scenario by name, or the one in a file; raises ConfigError."""
    return read(*text_of(name_or_path))


def text_of(name_or_path: str | FilePath) -> tuple[str, str]:
    """Return the text of a shipped scenario, or of one in a file, and its path for messages."""
    if str(name_or_path) in shipped():
        source = files("skypact") / "data" / "scenarios" / f"{name_or_path}.toml"
        return source.read_text("utf-8"), f"{name_or_path}.toml"
    path = FilePath(name_or_path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped())
        why = f"cannot be read ({error}); shipped scenarios are {known}"
        raise ConfigError(why, path=str(path)) from error
    return text, str(path)


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that come with Skypact, sorted."""
    folder = files("skypact") / "data" / "scenarios"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def faults_of(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Yield (key path, sentence) of all that stops a scenario from being played."""
    nations = [nation.name for nation in scenario.nations]
    feeds = list(_feeds(scenario))
    sites = [
        ((*key[:-1],), f"{feed.sac}/{feed.sic}")
        for key, feed in feeds
        if isinstance(feed, SensorSite)
    ]
    yield from _doubles(((("nation", i, "name"), name) for i, name in enumerate(nations)))
    yield from _doubles((key, f.name if isinstance(f, SensorSite) else f.feed) for key, f in feeds)
    yield from _doubles(sites)
    yield from _doubles((("threat", i, "name"), t.name) for i, t in enumerate(scenario.threats))
    yield from _doubles((("place", i, "name"), p.name) for i, p in enumerate(scenario.places))
    yield from _doubles(
        (("link", i, "between"), "-".join(sorted(k.between))) for i, k in enumerate(scenario.links)
    )
    for key, feed in feeds:
        if isinstance(feed, SensorSite):
            yield from (((*key[:-1], *where), why) for where, why in limit_faults(feed))
            if feed.outages:
                why = "a scenario may be played at any time; outages belong into node.toml"
                yield (*key[:-1], "outages"), why
    yield from _party_faults(scenario, nations)
    for i, place in enumerate(scenario.places):
        if place.nation not in nations:
            yield ("place", i, "nation"), _no_nation(place.nation, nations)
    for i, link in enumerate(scenario.links):
        yield from _link_faults(link, nations, ("link", i))
    for i, threat in enumerate(scenario.threats):
        if threat.start_s >= scenario.duration_s:
            why = f"must be before the end at {scenario.duration_s:g} s"
            yield ("threat", i, "start_s"), why


def _party_faults(scenario: Scenario, nations: list[str]) -> Iterator[tuple[Path, str]]:
    if scenario.hub not in nations:
        named = scenario.coordinator
        why = "a nation without sensors must hold the hub, or `coordinator` must name one that does"
        key: Path = ("coordinator",) if named else ("nation", 0, "name")
        yield key, _no_nation(named, nations) if named else why
    yield from _inject_faults(scenario, nations)
    for i, name in enumerate(nations):
        if name == COALITION:
            why = f'"{COALITION}" stands for nations that are not named, and is no nation'
            yield ("nation", i, "name"), f"{why}; take another name"
    for i, agreed in enumerate(scenario.agreements):
        for side in ("owners", "partners"):
            for name in getattr(agreed, side):
                if name not in nations:
                    yield ("agreement", i, side), _no_nation(name, nations)


def _inject_faults(scenario: Scenario, nations: list[str]) -> Iterator[tuple[Path, str]]:
    sensors = [site.name for nation in scenario.nations for site in nation.sensors]
    for i, inject in enumerate(scenario.injects):
        if inject.at_s >= scenario.duration_s:
            yield ("inject", i, "at_s"), f"must be before the end at {scenario.duration_s:g} s"
        if isinstance(inject, SensorOut):
            if inject.sensor not in sensors:
                why = f'there is no sensor "{inject.sensor}"; known here: {", ".join(sensors)}'
                yield ("inject", i, "sensor"), why
            if inject.until_s <= inject.at_s:
                yield ("inject", i, "until_s"), "must be after at_s"
        elif inject.nation not in nations:
            yield ("inject", i, "nation"), _no_nation(inject.nation, nations)


Feed = SensorSite | Traffic | LaunchWatch | Observers


def _feeds(scenario: Scenario) -> Iterator[tuple[Path, Feed]]:
    """Yield each feed with the path of its name."""
    for i, nation in enumerate(scenario.nations):
        for j, site in enumerate(nation.sensors):
            yield ("nation", i, "sensor", j, "name"), site
        for j, traffic in enumerate(nation.traffic):
            yield ("nation", i, "traffic", j, "feed"), traffic
        for j, watch in enumerate(nation.launch_watches):
            yield ("nation", i, "launch_watch", j, "feed"), watch
        for j, observers in enumerate(nation.observers):
            yield ("nation", i, "observer", j, "feed"), observers


def _link_faults(link: Link, nations: list[str], key: Path) -> Iterator[tuple[Path, str]]:
    for name in link.between:
        if name not in nations:
            yield (*key, "between"), _no_nation(name, nations)
    if link.between[0] == link.between[1]:
        yield (*key, "between"), "a link joins two different nations"
    end_s = 0.0
    for i, partition in enumerate(link.partitions):
        if not end_s <= partition.from_s < partition.to_s:
            yield (*key, "partition", i), "partitions must be in order and must not overlap"
        end_s = partition.to_s


def _no_nation(name: str, nations: list[str]) -> str:
    return f'there is no nation "{name}"; known here: {", ".join(nations)}'


def _doubles(named: Iterable[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for key, name in named:
        if name in seen:
            yield key, f'"{name}" appears twice'
        seen.add(name)
