from pathlib import Path

import pytest

from skypact.config import AGREEMENTS, KEYS, NODE_FILE, SECRET
from skypact.core.messages import Context
from skypact.edge.first_hour.configuration import agreement_text, node_text
from tests.unit.config.folders import agree

NOW_NS = 1_764_000_000_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a good node's folder with one agreement that both have signed."""
    (tmp_path / AGREEMENTS).mkdir()
    (tmp_path / KEYS).mkdir()
    (tmp_path / KEYS / SECRET).write_text("ab" * 32 + "\n")
    (tmp_path / NODE_FILE).write_text(node_text("auria", "Auria", Context.TEST))
    (tmp_path / AGREEMENTS / "borvia.toml").write_text(agreement_text("auria", NOW_NS))
    agree(tmp_path, "auria", "borvia")
    return tmp_path
