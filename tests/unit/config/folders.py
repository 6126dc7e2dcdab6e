"""Change a node's folder and ask what is told of it."""

import re
from pathlib import Path

from skypact.config import AGREEMENTS, KEYS, NODE_FILE, check_folder
from skypact.config.cards import AGREEMENTS_USE, OWN, PARTNERS, card_text
from skypact.config.signatures import SUFFIX, with_signature
from skypact.config.signing import make_signing_keys, own_card, signing_key
from skypact.core.messages import Context


def told(folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in check_folder(folder)]


def change(path: Path, old: str, new: str) -> int:
    """Replace `old` by `new` in a file; return the line."""
    text = path.read_text()
    assert len(re.findall(f"^{re.escape(old)}", text, re.M)) >= 1
    at = text.index(f"\n{old}") + 1
    path.write_text(text[:at] + new + text[at + len(old) :])
    return text.count("\n", 0, at) + 1


def set_context(folder: Path, old: str, new: str) -> None:
    """Make the folder one of another context, with cards and signatures of it."""
    change(folder / NODE_FILE, f'context = "{old}"', f'context = "{new}"')
    agree(folder, "auria", "borvia", Context(new))


def agree(folder: Path, nation: str, partner: str, context: Context = Context.TEST) -> None:
    """Give the node's folder its card and the partner's, and sign its agreements for both. The
    partner's keys lie in a folder beside that of the own ones."""
    (folder / PARTNERS).mkdir(exist_ok=True)
    files = {nation: folder / OWN, partner: folder / PARTNERS / f"{partner}.toml"}
    for name, card in files.items():
        make_signing_keys(keys_of(folder, nation, name))
        made = own_card(keys_of(folder, nation, name), name, context, "")
        card.write_text(card_text(made))
    for path in (folder / AGREEMENTS).glob("*.toml"):
        for name in files:
            sign(folder, path, nation, name, context)


def keys_of(folder: Path, nation: str, name: str) -> Path:
    keys = folder / KEYS if name == nation else folder / f"keys-of-{name}"
    keys.mkdir(exist_ok=True)
    return keys


def sign(folder: Path, path: Path, nation: str, name: str, context: Context = Context.TEST) -> None:
    keys, signed = keys_of(folder, nation, name), path.with_name(path.name + SUFFIX)
    by, key = own_card(keys, name, context, "").agreements, signing_key(keys, AGREEMENTS_USE)
    lines = signed.read_text() if signed.exists() else ""
    signed.write_text(with_signature(path.read_bytes().decode(), lines, by, key))
