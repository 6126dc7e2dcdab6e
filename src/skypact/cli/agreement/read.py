"""Agreements from files, and what a node's journal says about them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from skypact.cli.replay import recorded_folder
from skypact.config import STATE, load
from skypact.core import codec
from skypact.core.errors import ConfigError
from skypact.core.messages import NodeStarted
from skypact.core.toml import decode_toml, with_line
from skypact.core.toml import faults as faults_of
from skypact.edge import snapshots
from skypact.edge.journal import Entry, Kind
from skypact.edge.journal import read as entries_of
from skypact.edge.replay import RecordedConfig, quarantined, step
from skypact.node import Node, rooms
from skypact.sharing.asked.explain import through
from skypact.sharing.asked.trial import Trial, Tried
from skypact.sharing.sharing import Sharing
from skypact.sharing.treaty import blocs, lint, words
from skypact.sharing.treaty.agreements import Agreement, Bloc

S = 1_000_000_000
JOURNAL, SNAPSHOTS = "journal", "snapshots"


def read(path: Path) -> Agreement:
    """Return the agreement in a file; raises ConfigError for its first fault."""
    return decode_toml(_text(path), Agreement, str(path))


def read_either(path: Path) -> Agreement | Bloc:
    """Return the agreement or the bloc in a file; raises ConfigError for its first fault."""
    text = _text(path)
    return decode_toml(text, kind_of(text), str(path))


def kind_of(text: str) -> type[Agreement] | type[Bloc]:
    """Return what a text is: only a bloc has members."""
    return Bloc if re.search(r"^\s*members\s*=", text, re.M) else Agreement


def faults(paths: Sequence[Path]) -> list[ConfigError]:
    """Return every fault of agreements, each file by itself and all together."""
    texts = {str(path): _text(path) for path in paths}
    found = [
        fault for path, text in texts.items() for fault in faults_of(text, kind_of(text), path)
    ]
    if found:
        return found
    agreements, named = dict[str, Agreement](), dict[str, Bloc]()
    for path in paths:
        one = read_either(path)
        if isinstance(one, Bloc):
            named[str(path)] = one
        else:
            agreements[str(path)] = one
    nations = {n for a in agreements.values() for n in (a.owner, a.partner)}
    found = blocs.faults(named, nations) + lint.faults_alone(agreements, named)
    return [with_line(fault, texts[fault.path]) for fault in found]


def differences(old: Agreement, new: Agreement) -> list[str]:
    """Return what changes, one line each; raises ConfigError for agreements of other nations."""
    parties = (old.owner, old.receiver), (new.owner, new.receiver)
    if parties[0] != parties[1]:
        between = [" to ".join(pair) for pair in parties]
        raise ConfigError(f"is {between[1]}, not {between[0]}", path="NEW", key="owner")
    lines = words.frame_differences(old, new)
    lines += [d.line(new.receiver) for d in words.differences(old, new)]
    return lines or ["no difference"]


def tried(state: Path, old: Agreement, new: Agreement, last_s: float) -> list[str]:
    """Return what both versions would have done with what a node saw of late: its journal runs
    again from then on, and the rooms begin empty. `state`: the node's folder of that name."""
    journal = state / JOURNAL
    recorded, end_ns = _recorded(journal)
    directory = recorded_folder(journal, recorded)
    if directory.config.node.nation != new.owner:
        message = f"is the journal of {directory.config.node.nation}, but {new.owner} releases"
        raise ConfigError(message, path=str(journal))
    trial = Trial(old, new)
    built = rooms(directory)
    node = Node({**built, "sharing": Tried(built["sharing"], trial)})
    since_ns = end_ns - round(last_s * S)
    first_ns = 0
    skip = quarantined(entries_of(journal))
    for entry in _inputs(journal, skip):
        if entry.now_ns < since_ns:
            continue
        message = codec.decode(entry.payload, f"journal position {entry.position}")
        if not first_ns:
            first_ns = entry.now_ns
            header = {name: getattr(message, name) for name in _HEADER}
            started = NodeStarted(**header, epoch=1, version=recorded.version)
            node.handle(started, first_ns)
        step(node, message, entry.now_ns)
    minutes = (end_ns - first_ns) / 60 / S if first_ns else 0.0
    return [f"tried on the last {minutes:,.1f} minutes:", *trial.lines()]


def explained(folder: Path, number: int, partner: str) -> list[str]:
    """Return how a partner sees a track, by which clause, or why not: as the node's journal ends
    and by the agreements that its folder holds."""
    directory = load(folder)
    passed = through(directory.agreements, directory.config.node.nation, partner)
    if partner not in directory.partners and passed:
        return passed
    if partner not in directory.partners:
        known = ", ".join(directory.partners) or "none"
        raise ConfigError(f"there is no agreement with {partner}, only with {known}", path=partner)
    built = rooms(directory)
    room = built["sharing"]
    assert isinstance(room, Sharing)
    node = Node(built)
    journal = directory.state / JOURNAL
    held = snapshots.newest(directory.state / SNAPSHOTS, up_to=1 << 62)
    start, now_ns = 0, 0
    if held is not None:
        start, state = held
        node.restore(state)
    for entry in entries_of(journal, start):
        now_ns = entry.now_ns
    skip = quarantined(entries_of(journal, start))
    for entry in _inputs(journal, skip, start):
        step(node, codec.decode(entry.payload, str(entry.position)), entry.now_ns)
    if not now_ns:
        raise ConfigError("the node has not run yet", path=str(directory.path / STATE))
    return [*room.explain(number, partner, now_ns), *passed]


_HEADER = ("id", "observed_ns", "received_ns", "origin", "context")


def _inputs(journal: Path, skip: set[int], start: int = 0) -> Iterator[Entry]:
    for entry in entries_of(journal, start):
        if entry.kind is Kind.INPUT and entry.position not in skip:
            yield entry


def _recorded(journal: Path) -> tuple[RecordedConfig, int]:
    """Return the newest configuration entry and when the journal ends."""
    newest, end_ns = b"", 0
    for entry in entries_of(journal):
        end_ns = entry.now_ns
        if entry.kind is Kind.CONFIG:
            newest = entry.payload
    if not newest:
        raise ConfigError("holds no configuration entry", path=str(journal))
    return msgspec.msgpack.decode(newest, type=RecordedConfig), end_ns


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
