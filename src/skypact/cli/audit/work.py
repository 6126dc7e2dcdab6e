"""What `skypact audit` does."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from skypact.cli.progress import progress
from skypact.config import load
from skypact.config.cards import Card
from skypact.core.errors import ConfigError
from skypact.core.messages import TIME_MAX_NS
from skypact.core.notes import Verifier
from skypact.core.toml import faults
from skypact.edge.audit.accept import accept
from skypact.edge.audit.begin import auditor
from skypact.edge.audit.keeper import Auditor
from skypact.edge.audit.reading import Reader, Report, entry_count, opened
from skypact.edge.audit.search import found_frame
from skypact.edge.audit.tables import OWN, Tables
from skypact.edge.clock import Clock
from skypact.sharing.audit.leaves import Leaf, ReceivedLeaf, SentLeaf, digest
from skypact.sharing.audit.proof import ProofError, Proven, proof_text, proven

S = 1_000_000_000
STORE = "store.sqlite"


def _opened(folder: Path) -> tuple[Tables, Auditor]:
    directory = load(folder)
    return opened(directory.state / STORE), auditor(directory)


def verified(folder: Path, partner: str, checkpoints: Sequence[Path]) -> Iterator[tuple[str, bool]]:
    """Yield (line, whether it tells a fault)."""
    tables, who = _opened(folder)
    if partner and partner not in tables.logs() and partner not in tables.followed():
        raise ConfigError(f"there is no log for {partner}", path=str(folder))
    handed = {path.name: path.read_text("utf-8") for path in checkpoints}
    total, done = max(1, entry_count(tables)), 0
    with progress("verifying") as tell:

        def on(count: int) -> None:
            nonlocal done
            done += count
            tell(min(1.0, done / total))

        reader = Reader(tables, who, handed, on)
        own, followed = list(reader.reports(partner)), list(reader.followed(partner))
    for report in own:
        name = f"log for {report.partner}" if report.partner != OWN else "own log"
        yield from _lines(report, name)
    for report in followed:
        yield from _lines(report, f"log of {report.partner} as it was followed")


def _lines(report: Report, name: str) -> Iterator[tuple[str, bool]]:
    for finding in report.findings:
        where = f"entry {finding.first}"
        if finding.end > finding.first + 1:
            where = f"entries {finding.first} to {finding.end - 1}"
        at = f" of {_clock(finding.time_ns)}" if finding.time_ns else ""
        yield f"{name}: FAULT, {finding.kind}, {where}{at}: {finding.text}", True
    if not report.findings:
        dropped = f", those before {report.first} are no longer held" if report.first else ""
        yield (
            f"{name}: {report.size} entries hold{dropped}; {report.heads} signed heads, "
            f"{report.cosigned} of them cosigned",
            False,
        )


def prove(
    folder: Path, partner: str, stream: str, epoch: int | None, sequence: int, received: bool
) -> tuple[str, str]:
    """Return a proof and a line about it; raises ConfigError."""
    tables, _ = _opened(folder)
    row = tables.logs().get(partner)
    if row is None:
        raise ConfigError(f"there is no log for {partner}", path=str(folder))
    kind = ReceivedLeaf if received else SentLeaf
    found = found_frame(tables, row, kind, stream, epoch, sequence)
    if found is None:
        way = "from" if received else "to"
        text = f"the log tells of no frame {stream} {sequence} {way} {partner}, or not yet"
        raise ConfigError(text, path=str(folder))
    by = f"cosigned by {partner}" if found.cosigned else "not yet cosigned"
    text = proof_text(found.entry.data, found.entry.number, found.path, found.note)
    line = f"entry {found.entry.number} of {row.end.origin}, {_clock(found.entry.time_ns)}, {by}"
    return text, line


def check(proof: Path, cards: Sequence[Path], frame: Path | None) -> tuple[bool, list[str]]:
    """Return whether a proof holds, and what it shows or why it does not."""
    try:
        shown = proven(proof.read_text("utf-8"), [_key(card) for card in cards])
    except (ProofError, UnicodeDecodeError) as error:
        return False, [f"the proof does not hold: {error}"]
    lines = list(_shown(shown))
    if frame is None:
        return True, lines
    number = _number_of(shown.leaf, digest(frame.read_bytes()))
    if number is None:
        return False, [*lines, f"{frame.name} is none of these frames"]
    return True, [*lines, f"{frame.name} is {number}"]


def _shown(shown: Proven) -> Iterator[str]:
    yield f"entry {shown.number} of {shown.checkpoint.origin}"
    way = "sent to" if isinstance(shown.leaf, SentLeaf) else "received from"
    if not isinstance(shown.leaf, SentLeaf | ReceivedLeaf):
        yield f"the node started in epoch {shown.leaf.epoch}"
    else:
        yield f"{_clock(shown.leaf.time_ns)}: {way} the partner of this log:"
        for run in shown.leaf.runs:
            for f in run.frames():
                yield f"  {f.stream} {f.sequence} of epoch {f.epoch}: SHA-256 {f.digest.hex()}"
    yield f"signed by {', '.join(shown.signed)}"
    for name, time_s in shown.cosigned.items():
        yield f"cosigned by {name} at {_clock(time_s * S)}"
    if not shown.cosigned:
        yield "not cosigned by anybody whose card was given"


def _number_of(leaf: Leaf, wanted: bytes) -> str | None:
    runs = leaf.runs if isinstance(leaf, SentLeaf | ReceivedLeaf) else ()
    for run in runs:
        for f in run.frames():
            if f.digest == wanted:
                return f"{f.stream} {f.sequence} of epoch {f.epoch}"
    return None


def held_checkpoint(folder: Path, partner: str) -> tuple[str, str]:
    """Return the newest checkpoint of a partner's log that this node cosigned; raises
    ConfigError."""
    tables, _ = _opened(folder)
    state = tables.followed().get(partner)
    if state is None or not state.note:
        raise ConfigError(f"no checkpoint of {partner} was cosigned", path=str(folder))
    return state.note, f"{state.origin}: {state.size} entries, {_clock(state.time_ns)}"


def accepted(folder: Path, partner: str, person: str, reason: str) -> str:
    """Return a line about the fault that is accepted; raises ConfigError."""
    directory = load(folder)
    store = directory.state / STORE
    fault = accept(store, auditor(directory), partner, person, reason, Clock().now_ns())
    return f"{partner} is followed anew from the next start on; accepted: {fault}"


def _key(path: Path) -> Verifier:
    text = path.read_text("utf-8")
    found = faults(text, Card, str(path))
    if found:
        raise found[0]
    return msgspec.convert(tomllib.loads(text), Card).audit


def _clock(time_ns: int) -> str:
    when = datetime.fromtimestamp(min(time_ns, TIME_MAX_NS) / S, UTC)
    return when.strftime("%Y-%m-%d %H:%M:%SZ")
