"""Node folders of an exercise: what a nation would write by hand, made from a scenario."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import tomli_w

from skypact.cli.watches import channels
from skypact.config import AGREEMENTS, KEYS, NODE_FILE, SECRET, SECRET_BYTES
from skypact.config.cards import AGREEMENTS_USE, OWN, PARTNERS, card_text
from skypact.config.signatures import SUFFIX, with_signature
from skypact.config.signing import make_signing_keys, own_card, signing_key
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.exercise.dice import generator
from skypact.exercise.scenario import Nation, Scenario

OVERLAY = "overlay.geojson"
VALID = {
    "valid_from": datetime(2000, 1, 1, tzinfo=UTC),
    "valid_until": datetime(2100, 1, 1, tzinfo=UTC),
}
NUMBERS_FROM, NUMBERS_UPTO, NUMBERS_A_NATION = 1_000, 32_767, 2_000
HEAD = "# Written for an exercise from the scenario {name}; every setting is in docs/reference.\n\n"


class Network(NamedTuple):
    """Where things are on this machine. feeds: port of each feed; servers: of each message server;
    leaf: where nations join the coordinator; consoles: of each console; warnings: of each feed of
    public warnings."""

    feeds: Mapping[str, int]
    servers: Mapping[str, int]
    leaf: int
    consoles: Mapping[str, int]
    warnings: Mapping[str, int] = {}


UNCONNECTED = Network({}, {}, 1, {})
"""For a simulated exercise: no port is ever opened."""


def agreements_of(name_or_path: str, scenario: Scenario) -> dict[str, str]:
    """Return file name to text of the agreements of a scenario: those it states, else those that
    lie in a folder beside it."""
    if scenario.agreements:
        return stated_agreements(scenario)
    return agreement_texts(name_or_path)


def agreement_texts(name_or_path: str) -> dict[str, str]:
    """Return file name to text of the agreements in the folder beside a scenario."""
    folder = _beside(name_or_path)
    if not folder.is_dir():
        why = "the scenario states no [[agreement]] and has none beside it, in this folder"
        raise ConfigError(why, path=str(folder))
    found = {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.name.endswith(".toml")}
    return dict(sorted(found.items()))


def has_agreements(name_or_path: str) -> bool:
    """Return whether agreements lie beside a scenario."""
    return _beside(name_or_path).is_dir()


def _beside(name_or_path: str) -> Traversable:
    shipped = files("skypact") / "data" / "scenarios" / f"{name_or_path}-agreements"
    path = Path(name_or_path)
    return shipped if shipped.is_dir() else path.with_name(f"{path.stem}-agreements")


def stated_agreements(scenario: Scenario) -> dict[str, str]:
    """Return the agreements that a scenario states, as nations would write them: one for each owner
    and partner, with the clauses of every table that names both."""
    names = [nation.name for nation in scenario.nations]
    texts: dict[str, str] = {}
    for owner in names:
        for partner in names:
            clauses = [
                _plain(clause)
                for agreed in scenario.agreements
                if owner in (agreed.owners or names) and partner in (agreed.partners or names)
                for clause in agreed.clauses
            ]
            if owner == partner or not clauses:
                continue
            tables: dict[str, Any] = {"owner": owner, "partner": partner, **VALID}
            texts[f"{owner}-{partner}.toml"] = tomli_w.dumps(tables | {"clause": clauses})
    return texts


def write_folders(
    state: Path,
    scenario: Scenario,
    agreements: Mapping[str, str],
    seed: int,
    network: Network,
    authorities: Mapping[str, str],
) -> None:
    """Write the folder of each nation into `state`, give them each other's cards and let them sign
    their agreements as people would who carry them; what is already there stays as it is.
    authorities: certificate of each, none where they don't meet over a network."""
    names = [nation.name for nation in scenario.nations]
    for name in names:
        _write_folder(state / name, scenario, agreements, name, seed, network)
    cards = {
        name: card_text(
            own_card(state / name / KEYS, name, Context.EXERCISE, authorities.get(name, ""))
        )
        for name in names
    }
    for name in names:
        (state / name / PARTNERS).mkdir(exist_ok=True)
        (state / name / OWN).write_text(cards[name], "utf-8")
        for other in names:
            if other != name:
                (state / name / PARTNERS / f"{other}.toml").write_text(cards[other], "utf-8")
    sign_agreements(state, names)


def _write_folder(
    directory: Path,
    scenario: Scenario,
    agreements: Mapping[str, str],
    nation: str,
    seed: int,
    network: Network,
) -> None:
    if (directory / NODE_FILE).exists():
        return
    (directory / AGREEMENTS).mkdir(parents=True, exist_ok=True)
    for name, text in agreements.items():
        parties = tomllib.loads(text)
        if nation in (parties["owner"], parties["partner"]):
            (directory / AGREEMENTS / name).write_text(text, "utf-8")
    keys = directory / KEYS
    keys.mkdir(mode=0o700, exist_ok=True)
    # From the seed, so that a simulated exercise repeats; a real node's are random.
    (keys / SECRET).touch(mode=0o600)
    (keys / SECRET).write_text(_derived(scenario, seed, nation, "reference").hex() + "\n")
    make_signing_keys(keys, _derived(scenario, seed, nation, "signing"))
    overlay = files("skypact") / "data" / "demo_region.geojson"
    (directory / OVERLAY).write_text(overlay.read_text("utf-8"), "utf-8")
    tables = _tables(scenario, scenario.nation(nation), seed, network)
    # Last: a folder with this file is complete.
    partial = directory / (NODE_FILE + ".partial")
    partial.write_text(HEAD.format(name=scenario.name) + tomli_w.dumps(tables), "utf-8")
    partial.rename(directory / NODE_FILE)


def sign_agreements(state: Path, names: Sequence[str]) -> None:
    """Sign the agreements in the folders of all nations with the keys of both parties, as people
    would by carrying each file to the other; what is signed stays as it is."""
    for name in names:
        for path in sorted((state / name / AGREEMENTS).glob("*.toml")):
            signed = path.with_name(path.name + SUFFIX)
            if signed.exists():
                continue
            text, lines = path.read_bytes().decode("utf-8"), ""
            parties = tomllib.loads(text)
            for party in (parties["owner"], parties["partner"]):
                key = signing_key(state / party / KEYS, AGREEMENTS_USE)
                by = own_card(state / party / KEYS, party, Context.EXERCISE, "").agreements
                lines = with_signature(text, lines, by, key)
            signed.write_text(lines, "utf-8")


def _derived(scenario: Scenario, seed: int, nation: str, use: str) -> bytes:
    text = f"{scenario.name} {seed} {nation} {use}"
    return hashlib.blake2b(text.encode(), digest_size=SECRET_BYTES).digest()


def _tables(scenario: Scenario, nation: Nation, seed: int, network: Network) -> dict[str, Any]:
    hub = scenario.hub
    link: dict[str, Any] = {"port": network.servers.get(nation.name, 1)}
    if nation.name == hub:
        pool = [[NUMBERS_UPTO + 1, 2 * NUMBERS_UPTO + 1]]
        link |= {"leaf_port": network.leaf, "pairs": _pairs(scenario), "pool": pool}
    else:
        link |= {"hubs": [f"127.0.0.1:{network.leaf}"], "coordinator": hub}
    port = network.warnings.get(nation.name)
    return (channels(nation.name, port) if port else {}) | {
        "node": {
            "nation": nation.name,
            "context": "exercise",
            "display_name": nation.name.capitalize(),
        },
        "link": link,
        "sharing": {"refresh_s": scenario.refresh_s},
        "picture": {"track_numbers": _numbers(scenario, nation.name, seed)},
        "console": {
            "port": network.consoles.get(nation.name, 0),
            "roster": [person.name for person in nation.people],
            "overlay": OVERLAY,
        },
        "feed": _feeds(nation, network),
        "sensor": [_plain(site) for site in nation.sensors],
        "place": [_plain(place) for place in scenario.places],
    }


def _pairs(scenario: Scenario) -> list[list[str]]:
    return [sorted(link.between) for link in scenario.links]


def _numbers(scenario: Scenario, nation: str, seed: int) -> list[int]:
    """Return this nation's share of the shuffled pool: a number does not tell who gave it."""
    names = sorted(n.name for n in scenario.nations)
    shuffled = generator(seed, "track numbers").permutation(NUMBERS_UPTO - NUMBERS_FROM)
    share = shuffled[names.index(nation) :: len(names)][:NUMBERS_A_NATION]
    return (NUMBERS_FROM + share).tolist()


def _feeds(nation: Nation, network: Network) -> list[dict[str, Any]]:
    feeds: list[dict[str, Any]] = [
        {
            "name": site.name,
            "source": f"udp://127.0.0.1:{network.feeds.get(site.name, 1)}",
            "format": "asterix",
            "period_s": site.period_s,
        }
        for site in nation.sensors
    ]
    for traffic in nation.traffic:
        scheme = "udp" if traffic.format == "asterix" else "tcp"
        feed: dict[str, Any] = {
            "name": traffic.feed,
            "source": f"{scheme}://127.0.0.1:{network.feeds.get(traffic.feed, 1)}",
            "format": traffic.format,
            "period_s": 5.0,
        }
        if traffic.moved is not None:
            feed["moved"] = _plain(traffic.moved)
        feeds.append(feed)
    for name, text, late_s in [
        *((w.feed, "launches", 10 * w.delay_s + 60.0) for w in nation.launch_watches),
        *((o.feed, "sightings", o.delay_s + 60.0) for o in nation.observers),
    ]:
        source = f"udp://127.0.0.1:{network.feeds.get(name, 1)}"
        # Silence is what one hopes for here, so a feed that says nothing is not taken for broken.
        silent = {"period_s": 86_400.0, "clock_error_max_s": late_s}
        feeds.append({"name": name, "source": source, "format": text, **silent})
    return feeds


def _plain(struct: msgspec.Struct) -> dict[str, Any]:
    """Return a Struct as TOML knows it: without what is not set."""
    table = msgspec.to_builtins(struct)
    return {key: value for key, value in table.items() if value not in (None, ())}
