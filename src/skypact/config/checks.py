"""Whether the lines of a `node.toml` agree with each other."""

import difflib
from collections.abc import Iterator, Mapping

from skypact.config.settings import NodeConfig
from skypact.config.third_party import standards
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.core.site import limit_faults
from skypact.core.toml import dotted
from skypact.sensors.settings import SCHEMES


def contradictions(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield every fault that only two lines together make. path: of `node.toml`, for the fault."""
    yield from _doubles(config, path)
    yield from _limits(config, path)
    yield from _two_doors(config, path)
    yield from _feeds(config, path)
    yield from formats({f"feed[{i}].format": f.format for i, f in enumerate(config.feeds)}, path)
    yield from _roles(config, path)
    yield from _direct(config, path)
    yield from _authorities(config, path)


def _direct(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield direct lines that could not be made."""
    link, seen = config.link, set[str]()
    for index, line in enumerate(link.direct if link else ()):
        key = f"link.direct[{index}]"
        if line.partner in seen:
            yield ConfigError(f'"{line.partner}" appears twice', path=path, key=f"{key}.partner")
        seen.add(line.partner)
        if link and not line.to and link.direct_port is None:
            message = "say where its door is, or open one of ours with direct_port"
            yield ConfigError(message, path=path, key=f"{key}.to")
        if link and link.leaf_port is not None:
            message = "the coordinator meets everybody at its hub"
            yield ConfigError(message, path=path, key=f"{key}.partner")


def _roles(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield clients whose role is not there or does not show what they are for."""
    roles = {role.name: role for role in config.all_roles}
    tracks = {f"cat062[{i}].role": client.role for i, client in enumerate(config.cat062)}
    if config.sapient.parent:
        tracks["sapient.role"] = config.sapient.role
    if config.dis.to:
        tracks["dis.role"] = config.dis.role
    for key, name in {"cot.tcp_role": config.cot.tcp_role, **tracks}.items():
        if name not in roles:
            yield ConfigError(f'there is no [[role]] "{name}"', path=path, key=key)
        elif key in tracks and "tracks" not in roles[name].shows:
            yield ConfigError(f'role "{name}" shows no tracks', path=path, key=key)


def _authorities(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield areas of identity authority that nobody or the wrong people could decide about."""
    names: set[str] = set()
    for i, area in enumerate(config.picture.identity.areas):
        ours = area.nation == config.node.nation
        said = {
            "name": "appears twice" if area.name in names else "",
            "who": "an area of ours names who decides" if ours and not area.who else "",
            "area_deg": "an area has at least three corners"
            if area.area_deg and len(set(area.area_deg)) < 3
            else "",
        }
        if area.who and not ours:
            said["who"] = f"{area.nation} names its own people"
        names.add(area.name)
        for key, message in said.items():
            if message:
                yield ConfigError(message, path=path, key=f"picture.identity.area[{i}].{key}")


def _doubles(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield names that two feeds, sensors or places share, and radars with one SAC and SIC."""
    tables: dict[str, list[tuple[str, str]]] = {
        "feed": [("name", f.name) for f in config.feeds],
        "sensor": [("name", s.name) for s in config.sensors],
        "place": [("name", p.name) for p in config.places],
        "role": [("name", r.name) for r in config.roles],
        "cat062": [("name", c.name) for c in config.cat062],
    }
    for table, named in tables.items():
        seen: set[str] = set()
        for index, (key, value) in enumerate(named):
            if value in seen:
                message = f'"{value}" appears twice'
                yield ConfigError(message, path=path, key=f"{table}[{index}].{key}")
            seen.add(value)
    radars: set[tuple[int, int]] = set()
    for index, site in enumerate(config.sensors):
        if (site.sac, site.sic) in radars:
            message = f"SAC {site.sac} SIC {site.sic} is already another sensor's"
            yield ConfigError(message, path=path, key=f"sensor[{index}].sic")
        radars.add((site.sac, site.sic))


def _limits(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield limits of one sensor that contradict each other."""
    for index, site in enumerate(config.sensors):
        for key, message in limit_faults(site):
            yield ConfigError(message, path=path, key=dotted(("sensor", index, *key)))


def _feeds(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield SAPIENT nodes that are said to be a sensor that there is not, feeds that need a message
    server of a node that has none, and simulated entities anywhere but in an exercise."""
    sensors = {sensor.name for sensor in config.sensors}
    real = config.node.context is not Context.EXERCISE
    only = f"DIS is for exercises only, and this node is one of {config.node.context}"
    if real and config.dis.to:
        yield ConfigError(only, path=path, key="dis.to")
    if config.dis.to and config.link is not None and not config.picture.track_numbers:
        message = "an entity is a system track number, and [picture] track_numbers leases none"
        yield ConfigError(message, path=path, key="dis.to")
    for index, feed in enumerate(config.feeds):
        if config.link is None and feed.source.startswith("nats:"):
            message = "there is no [link], so no message server"
            yield ConfigError(message, path=path, key=f"feed[{index}].source")
        if real and feed.format == "dis":
            yield ConfigError(only, path=path, key=f"feed[{index}].format")
        for uuid, name in feed.sapient.nodes.items():
            if name not in sensors:
                message = f'there is no [[sensor]] "{name}"'
                yield ConfigError(message, path=path, key=f"feed[{index}].sapient.nodes.{uuid}")


def formats(named: Mapping[str, str], path: str) -> Iterator[ConfigError]:
    """Yield formats that nothing here reads, neither this program nor an installed package.
    named: key of the setting to format."""
    for key, form in named.items():
        try:
            known = (*SCHEMES, *standards((form,)))
        except ConfigError as fault:
            yield ConfigError(f"{fault.path}: {fault.message}", path=path, key=key)
            continue
        if form not in known:
            [*near] = difflib.get_close_matches(form, known, 1)
            hint = f'did you mean "{near[0]}"?' if near else "Is the package installed?"
            message = f'nothing reads "{form}"; known here: {", ".join(known)}. {hint}'
            yield ConfigError(message, path=path, key=key)


def _two_doors(config: NodeConfig, path: str) -> Iterator[ConfigError]:
    """Yield a second feed for people: a phone could not know which to use."""
    people = [f.name for f in config.posted if f.format == "sightings"]
    for index, feed in enumerate(config.feeds):
        if feed.name in people[1:]:
            message = "only one feed of sightings comes from https:"
            yield ConfigError(message, path=path, key=f"feed[{index}].source")
