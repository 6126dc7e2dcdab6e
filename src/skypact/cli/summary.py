"""What a node did, counted for the summary file of a demo."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from skypact.core.columns import array
from skypact.core.messages import AirWarning, Delivery, FeedView, Message, PictureView

FILE = "summary.json"


class Tally:
    """Keeps the newest view of each kind and every warning."""

    def __init__(self, nation: str) -> None:
        self._nation = nation
        self._feeds: FeedView | None = None
        self._own_max = self._partner_max = 0
        self._warnings: dict[str, AirWarning] = {}

    def take(self, message: Message) -> None:
        """Note a door message."""
        match message:
            case FeedView():
                self._feeds = message
            case PictureView():
                own = int(np.count_nonzero(array(message, "own")))
                self._own_max = max(self._own_max, own)
                self._partner_max = max(self._partner_max, message.count - own)
            case Delivery():
                held = self._warnings.get(message.warning.warning_id)
                if held is None or held.version <= message.warning.version:
                    self._warnings[message.warning.warning_id] = message.warning
            case _:
                pass

    def write(self, state: Path) -> None:
        """Write the tally into the node's state folder."""
        feeds = self._feeds.feeds if self._feeds else ()
        tally: dict[str, Any] = {
            "feeds": [
                {
                    "name": f.name,
                    "node": self._nation,
                    "format": f.format,
                    "records": f.records,
                    "refused": f.refused,
                    "doubled": f.doubled,
                }
                for f in feeds
            ],
            "tracks": {"own": self._own_max, "from_partners": self._partner_max},
            "warnings": [_warning(w, self._nation) for w in self._warnings.values()],
        }
        path = state / FILE
        partial = path.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(tally))
        partial.rename(path)


def _warning(warning: AirWarning, node: str) -> dict[str, Any]:
    return {
        "id": warning.warning_id,
        "node": node,
        "origin": warning.origin,
        "nation": warning.nation,
        "threat_class": warning.threat_class.name.lower(),
        "state": warning.state,
        "acknowledged_by": warning.acknowledged_by,
        "ledger": msgspec.to_builtins(warning.ledger),
    }


def merge(states: Mapping[str, Path]) -> dict[str, Any]:
    """Return the summary of all nodes; a node that left no tally is listed without figures."""
    merged: dict[str, Any] = {
        "context": "exercise",
        "nodes": list(states),
        "feeds": [],
        "tracks": {},
        "warnings": [],
    }
    for nation, state in states.items():
        path = state / FILE
        if not path.is_file():
            continue
        tally = msgspec.json.decode(path.read_bytes())
        merged["feeds"] += tally["feeds"]
        merged["tracks"][nation] = tally["tracks"]
        merged["warnings"] += tally["warnings"]
    return merged
