"""A hub is its folder: what is not one is refused before anything starts."""

from pathlib import Path

import pytest

from skypact.core.errors import ConfigError
from skypact.edge.clock import Clock
from skypact.edge.links.hub import Hub


def test_a_folder_that_no_ceremony_wrote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"hub\.toml.*cannot be read"):
        Hub(tmp_path, Clock().now_ns, print)
    (tmp_path / "hub.toml").write_text("name = 1\n")
    with pytest.raises(ConfigError, match=r"hub\.toml"):
        Hub(tmp_path, Clock().now_ns, print)
