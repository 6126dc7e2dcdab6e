"""Partners of a node's folder: take a card in, cut a partner off."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import tomli_w

from skypact.config import NODE_FILE
from skypact.config.cards import CUT, OWN, PARTNERS, Card, Cut, card_text, fingerprint
from skypact.config.private import write_private
from skypact.config.settings import NodeConfig
from skypact.core.errors import ConfigError
from skypact.core.toml import decode_toml
from skypact.edge.links.pki import bound_authority


def read_card(path: Path) -> Card:
    """Return a card, of a file or of a node's folder, its authority checked; raises ConfigError."""
    file = path / OWN if path.is_dir() else path
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(file)) from error
    card = decode_toml(text, Card, str(file))
    try:
        bound_authority(card.authority, card.nation, card.context)
    except ConfigError as fault:
        raise ConfigError(fault.message, path=str(file), key="authority") from fault
    return card


def trust(folder: Path, path: Path, said: str) -> Path:
    """Store a partner's card in a node's folder; return where. said: the fingerprint as somebody
    of the partner read it out, blanks and case do not matter.

    Raises ConfigError when the card is not the one that was read out, or not of this context.
    """
    card, node = read_card(path), _config(folder).node
    if said.replace(" ", "").lower() != fingerprint(card).replace(" ", ""):
        message = f"is not the card whose fingerprint was read out: it has {fingerprint(card)}"
        raise ConfigError(message, path=str(path))
    if card.nation == node.nation or card.context is not node.context:
        message = f"is of {card.nation} in context {card.context}; this node is {node.nation}"
        raise ConfigError(f"{message} in {node.context}", path=str(path))
    target = folder / PARTNERS / f"{card.nation}.toml"
    target.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(target, card_text(card))
    target.with_name(f"{card.nation}{CUT}").unlink(missing_ok=True)
    return target


def cut(folder: Path, nation: str, by: str, reason: str, now_ns: int) -> Path:
    """Cut a partner off; a running node does it within two seconds. Returns the note of it.

    Raises ConfigError when there is no such partner.
    """
    card = folder / PARTNERS / f"{nation}.toml"
    if not card.exists():
        raise ConfigError(f'"{nation}" is no partner of this node', path=str(card))
    at = datetime.fromtimestamp(now_ns // 1_000_000_000, UTC)
    note = Cut(nation=nation, by=by, reason=reason, at=at)
    target = card.with_name(f"{nation}{CUT}")
    write_private(target, tomli_w.dumps(msgspec.to_builtins(note, builtin_types=(datetime,))))
    return target


def _config(folder: Path) -> NodeConfig:
    path = folder / NODE_FILE
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
    return decode_toml(text, NodeConfig, str(path))
