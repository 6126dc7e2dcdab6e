"""Change a node's folder and ask what is told of it."""

import re
from pathlib import Path

from skypact.config import check_folder


def told(folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in check_folder(folder)]


def change(path: Path, old: str, new: str) -> int:
    """Replace `old` by `new` in a file; return the line."""
    text = path.read_text()
    assert len(re.findall(f"^{re.escape(old)}", text, re.M)) >= 1
    at = text.index(f"\n{old}") + 1
    path.write_text(text[:at] + new + text[at + len(old) :])
    return text.count("\n", 0, at) + 1
