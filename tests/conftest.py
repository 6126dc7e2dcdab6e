"""Options all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("skypact", deadline=None)
settings.load_profile("skypact")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite the golden files")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start real processes take ports of the machine: they run one after another, while
    the other worker of `make test` runs the rest."""
    here = Path(__file__).parent
    whole = tuple(str(here / folder) for folder in ("docs", "e2e", "scenario"))
    for item in items:
        if str(item.path).startswith(whole):
            item.add_marker(pytest.mark.xdist_group("machine"))


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    """Return whether golden files are to be rewritten instead of compared."""
    return bool(request.config.getoption("--bless"))
