"""Configuration of a node: a folder with `node.toml`, `agreements/*.toml`, `blocs/*.toml`,
`procedures/*.toml`, `people.toml`, `card.toml`, `partners/*.toml` and `keys/`."""

import tomllib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from skypact.config import alerting, signatures
from skypact.config.alerting import PEOPLE, PROCEDURES, Alerting
from skypact.config.cards import CUT, OWN, PARTNERS, Card, Cut
from skypact.config.checks import contradictions, formats
from skypact.config.settings import NodeConfig
from skypact.config.third_party import standards
from skypact.config.zones import zones
from skypact.core.errors import ConfigError
from skypact.core.toml import faults, with_line
from skypact.sharing.treaty import lint
from skypact.sharing.treaty.agreements import Agreement, Bloc, Pact
from skypact.sharing.treaty.blocs import pairs, signers
from skypact.sharing.treaty.labels import label_faults
from skypact.warning.settings import Place

if TYPE_CHECKING:
    from skypact.sensors.standards.standard import Standard

NODE_FILE = "node.toml"
AGREEMENTS = "agreements"
BLOCS = "blocs"
KEYS = "keys"
STATE = "state"
SECRET = "reference.key"
SECRET_BYTES = 32


class NodeDirectory(msgspec.Struct, frozen=True, kw_only=True):
    """A node's folder, read. agreements: between this nation and another, those with the members of
    a bloc one by one, without those of partners that are cut off; cards: by nation, the own one
    too; alerting: who is told of threats, and by which procedures; files: name to text of all that
    decides what the rooms do; standards: by format, those that installed packages bring too;
    refused: zones that can't be used, the rest runs without them."""

    path: Path
    config: NodeConfig
    agreements: tuple[Pact, ...]
    cards: dict[str, Card]
    cut: frozenset[str]
    alerting: Alerting
    files: dict[str, str]
    secret: bytes
    standards: "dict[str, Standard]"
    refused: tuple[ConfigError, ...] = ()

    @property
    def keys(self) -> Path:
        return self.path / KEYS

    @property
    def state(self) -> Path:
        return self.path / STATE

    @property
    def partners(self) -> tuple[str, ...]:
        """Return who has an agreement with this nation in either direction, sorted."""
        me = self.config.node.nation
        named = {name for a in self.agreements for name in (a.owner, a.partner)}
        return tuple(sorted(named - {me}))


def load(path: Path) -> NodeDirectory:
    """Read a node's folder; raises ConfigError for the first fault."""
    files = _texts(path)
    for fault in check(path, files):
        raise fault
    return decode(path, files, _secret(path))


def decode(path: Path, files: Mapping[str, str], secret: bytes) -> NodeDirectory:
    """Return the node's folder from texts, as a journal recorded them. Who signed them was asked
    when they were loaded, and is not asked again."""
    found, config, texts, cards = _decoded(path, files)
    if found or config is None:
        raise found[0]
    cut = cut_off(files)
    more, refused = _zones(path, files, config)
    config = msgspec.structs.replace(config, places=(*config.places, *more))
    return NodeDirectory(
        path=path,
        config=config,
        agreements=tuple(
            a
            for a in _pacts(path, files, texts, config.node.nation)
            if not cut & {a.owner, a.partner}
        ),
        cards=cards,
        cut=cut,
        alerting=alerting.read(path, files, config.places, cards, config.node.nation),
        files=dict(files),
        secret=secret,
        standards=standards(feed.format for feed in config.feeds),
        refused=tuple(refused),
    )


def _zones(
    path: Path, files: Mapping[str, str], config: NodeConfig
) -> tuple[tuple[Place, ...], list[ConfigError]]:
    """Return the zones of the files that `[warning] zones` names, and what is refused."""
    taken = {place.name for place in config.places}
    return zones(path, files, config.warning.zones, config.node.nation, taken)


def _pacts(path: Path, files: Mapping[str, str], texts: "_Texts", nation: str) -> Iterable[Pact]:
    """Yield what the texts say between this nation and each other one."""
    written = _under(path, files, AGREEMENTS)
    for name, agreement in texts.agreements.items():
        digest = sha256(written[name].encode()).digest()
        for pair in pairs(agreement, texts.blocs.values()):
            if nation in (pair.owner, pair.partner):
                yield Pact(**msgspec.structs.asdict(pair), digest=digest)


def cut_off(names: Iterable[str]) -> frozenset[str]:
    """Return the nations that a node's files say are cut off."""
    return frozenset(Path(n).name.removesuffix(CUT) for n in names if n.endswith(CUT))


def check(path: Path, files: Mapping[str, str]) -> list[ConfigError]:
    """Return every fault of the texts of a node's folder, with file and line; a signature that an
    agreement lacks is one."""
    found, config, (agreements, blocs), cards = _decoded(path, files)
    if config is None:
        return found
    me = config.node.nation
    wanted = {n: signers(a, blocs.values(), me) for n, a in agreements.items()}
    ours = {a.bloc for a in agreements.values() if a.owner == me}
    for name, bloc in blocs.items():
        others = bloc.members if bloc.bloc in ours else ()
        wanted[name] = [me, *(n for n in others if n != me)]
    texts = _under(path, files, AGREEMENTS) | _under(path, files, BLOCS)
    return found + signatures.faults(wanted, texts, cards, me)


class _Texts(NamedTuple):
    """What people wrote and signed, by path in order."""

    agreements: dict[str, Agreement]
    blocs: dict[str, Bloc]


def _decoded(
    path: Path, files: Mapping[str, str]
) -> tuple[list[ConfigError], NodeConfig | None, _Texts, dict[str, Card]]:
    """Return (faults, what `node.toml` says, agreements and blocs, cards by nation)."""
    node_path = str(path / NODE_FILE)
    texts, bloc_texts = (
        {n: t for n, t in _under(path, files, at).items() if n.endswith(".toml")}
        for at in (AGREEMENTS, BLOCS)
    )
    partner_texts = _under(path, files, PARTNERS)
    cut_texts = {n: t for n, t in partner_texts.items() if n.endswith(CUT)}
    card_texts = {n: t for n, t in partner_texts.items() if n not in cut_texts}
    if OWN in files:
        card_texts[str(path / OWN)] = files[OWN]
    found = faults(files[NODE_FILE], NodeConfig, node_path)
    for kind, named in (
        (Agreement, texts),
        (Bloc, bloc_texts),
        (Card, card_texts),
        (Cut, cut_texts),
    ):
        for name, text in named.items():
            found += faults(text, kind, name)
    if found:
        text = files[NODE_FILE]
        found += [with_line(f, text) for f in formats(_written_formats(text), node_path)]
        return (
            sorted(found, key=lambda f: (f.path != node_path, f.path, f.line or 0)),
            None,
            _Texts({}, {}),
            {},
        )
    config = msgspec.convert(tomllib.loads(files[NODE_FILE]), NodeConfig)
    agreements = {n: msgspec.convert(tomllib.loads(t), Agreement) for n, t in texts.items()}
    me = config.node.nation
    blocs = {n: msgspec.convert(tomllib.loads(t), Bloc) for n, t in bloc_texts.items()}
    named = {n for a in agreements.values() for n in (a.owner, a.partner)} - {me, ""}
    found = lint.faults(agreements, me, sorted(named), blocs)
    cards = {n: msgspec.convert(tomllib.loads(t), Card) for n, t in card_texts.items()}
    found += [*_strangers(path, config, cards), *_unknown(path, config, cards)]
    found += contradictions(config, node_path)
    marked = label_faults(config.sharing.labels, sorted(named))
    found += [ConfigError(message, path=node_path, key=key) for key, message in marked]
    if config.link is None and agreements:
        message = "there are agreements but no [link]: the node would meet nobody"
        found.append(ConfigError(message, path=node_path, key="link"))
    texts |= bloc_texts | card_texts | {node_path: files[NODE_FILE]}
    lined = [with_line(fault, texts[fault.path]) for fault in found]
    return (
        lined,
        config,
        _Texts(agreements, blocs),
        {_named(path, n, me): c for n, c in cards.items()},
    )


def _under(path: Path, files: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return the texts of one folder, by path and in order."""
    return {str(path / n): t for n, t in sorted(files.items()) if n.startswith(f"{folder}/")}


def _strangers(path: Path, config: NodeConfig, cards: Mapping[str, Card]) -> list[ConfigError]:
    """Return the cards that lie under another name than theirs or are of another context."""
    me, found = config.node, list[ConfigError]()
    for name, card in cards.items():
        expected = _named(path, name, me.nation)
        if card.nation != expected:
            message = f"is the card of {card.nation}, not of {expected}"
            found.append(ConfigError(message, path=name, key="nation"))
        if card.context is not me.context:
            message = f"this node is of context {me.context}, the card of {card.context}"
            found.append(ConfigError(message, path=name, key="context"))
    return found


def _named(path: Path, name: str, nation: str) -> str:
    """Return whose card a file is by its name."""
    return nation if name == str(path / OWN) else Path(name).stem


def _written_formats(text: str) -> dict[str, str]:
    """Return the formats that a `node.toml` with other faults names, by key."""
    try:
        raw: Any = tomllib.loads(text).get("feed")
    except tomllib.TOMLDecodeError:
        return {}
    feeds = cast(list[Any], raw) if isinstance(raw, list) else []
    named = {
        f"feed[{i}].format": cast(Any, f).get("format")
        for i, f in enumerate(feeds)
        if isinstance(f, dict)
    }
    return {key: form for key, form in named.items() if isinstance(form, str)}


def check_folder(path: Path) -> list[ConfigError]:
    """Return every fault of a node's folder, a missing or unreadable file included."""
    try:
        files = _texts(path)
    except ConfigError as fault:
        return [fault]
    found = check(path, files)
    if not found:
        read = decode(path, files, b"")
        found += [*read.alerting.refused, *read.refused]
    try:
        _secret(path)
    except ConfigError as fault:
        found.append(fault)
    return found


def _unknown(path: Path, config: NodeConfig, cards: Mapping[str, Card]) -> list[ConfigError]:
    """Return that the coordinator, or a partner with a direct line, is not known by its card."""
    link = config.link
    if link is None:
        return []
    needed = {"link.coordinator": link.coordinator} if link.hubs else {}
    needed |= {f"link.direct[{i}].partner": line.partner for i, line in enumerate(link.direct)}
    known = {card.nation for card in cards.values()}
    return [
        ConfigError(
            f'there is no card of "{name}": skypact enrol trust takes it in',
            path=str(path / NODE_FILE),
            key=key,
        )
        for key, name in needed.items()
        if name not in known
    ]


def _secret(path: Path) -> bytes:
    file = path / KEYS / SECRET
    try:
        secret = bytes.fromhex(_read(file).strip())
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise ConfigError(f"must hold {2 * SECRET_BYTES} hexadecimal digits", path=str(file))
    return secret


def _texts(path: Path) -> dict[str, str]:
    text = _read(path / NODE_FILE)
    texts = {NODE_FILE: text, **texts_beside(path), **_zone_texts(path, text)}
    return dict(sorted(texts.items()))


def _zone_texts(path: Path, node_text: str) -> dict[str, str]:
    """Return the zone files that a `node.toml` names and that can be read; the others are refused
    later, and the rest runs."""
    try:
        raw: Any = tomllib.loads(node_text).get("warning", {})
        named: Any = cast(Any, raw).get("zones", []) if isinstance(raw, dict) else []
    except tomllib.TOMLDecodeError:
        return {}
    names = cast(list[Any], named) if isinstance(named, list) else []
    found: dict[str, str] = {}
    for name in names:
        inside = isinstance(name, str) and (path / name).resolve().is_relative_to(path.resolve())
        if inside and (path / name).is_file():
            found[name] = _read(path / name)
    return found


def texts_beside(path: Path) -> dict[str, str]:
    """Return the texts of a node's folder but `node.toml`; raises ConfigError."""
    found = [
        (AGREEMENTS, "*.toml"),
        (AGREEMENTS, "*.toml.sig"),
        (BLOCS, "*.toml"),
        (BLOCS, "*.toml.sig"),
        (PROCEDURES, "*.toml"),
        (PROCEDURES, "*.toml.sig"),
        (PARTNERS, "*.toml"),
    ]
    names = [f"{at}/{p.name}" for at, pattern in found for p in (path / at).glob(pattern)]
    names += [name for name in (OWN, PEOPLE) if (path / name).exists()]
    return {name: _read(path / name) for name in sorted(names)}


def _read(path: Path) -> str:
    try:
        # Not as text: it would turn line ends into others, and signatures are of bytes.
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
