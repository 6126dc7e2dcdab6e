"""Replay a journal: the same inputs through the same code, compared with what came out then."""

from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from skypact.config import KEYS, SECRET, STATE, NodeDirectory, decode
from skypact.core.codec import encode
from skypact.core.errors import ConfigError
from skypact.edge.journal import Kind, read
from skypact.edge.replay import RecordedConfig, quarantined, replay
from skypact.node import Node, build


def run_all(folder: Path, out: BinaryIO | None) -> dict[str, Any]:
    """Replay one journal, or all those of an exercise; return the counts, summed, and those of each
    nation.

    folder: the folder `state/journal` of a node, or a folder of nodes.
    """
    found = sorted(folder.glob(f"*/{STATE}/journal"))
    if not found:
        return run(folder, out)
    each = {path.parent.parent.name: run(path, out) for path in found}
    names = ("inputs", "outputs", "agree", "differ", "unchecked")
    return {name: sum(one[name] for one in each.values()) for name in names} | {"nodes": each}


def run(journal: Path, out: BinaryIO | None) -> dict[str, Any]:
    """Replay the whole journal; write each output as length (u4, little-endian) and message.

    journal: the folder `state/journal` of a node; its keys are found beside it. Returns counts:
    inputs, outputs, agree, differ (with the position of the first), unchecked.
    """
    node = build_recorded(journal)
    counts = {"inputs": 0, "outputs": 0, "agree": 0, "differ": 0, "unchecked": 0}
    first: int | None = None
    for step in replay(node, read(journal), quarantined(read(journal))):
        counts["inputs"] += 1
        counts["outputs"] += len(step.outputs)
        verdict = {True: "agree", False: "differ", None: "unchecked"}[step.agrees]
        counts[verdict] += 1
        if step.agrees is False and first is None:
            first = step.position
        if out is not None:
            for message in step.outputs:
                data = encode(message)
                out.write(len(data).to_bytes(4, "little") + data)
    return {**counts, "first_difference": first}


def build_recorded(journal: Path) -> Node:
    """Return the node that a journal recorded, in its first state."""
    for entry in read(journal):
        if entry.kind is Kind.CONFIG:
            recorded = msgspec.msgpack.decode(entry.payload, type=RecordedConfig)
            break
    else:
        raise ConfigError("holds no configuration entry", path=str(journal))
    return build(recorded_folder(journal, recorded))


def recorded_folder(journal: Path, recorded: RecordedConfig) -> NodeDirectory:
    """Return the node's folder that a journal recorded, with the key that lies beside it."""
    folder = journal.resolve().parent.parent
    try:
        secret = bytes.fromhex((folder / KEYS / SECRET).read_text().strip())
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(folder / KEYS / SECRET)) from error
    return decode(folder, recorded.files, secret)
