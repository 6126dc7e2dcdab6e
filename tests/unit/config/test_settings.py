"""Each table says what it may hold."""

from pathlib import Path

import pytest

from skypact.config import NODE_FILE, load
from tests.unit.config.folders import told


def test_the_role_that_is_always_there_can_be_said_otherwise(folder: Path) -> None:
    with (folder / NODE_FILE).open("a") as out:
        out.write('[[role]]\nname = "watch"\nshows = ["zones"]\n')
    (role,) = load(folder).config.all_roles
    assert (role.shows, role.sends) == (("zones",), False)


@pytest.mark.parametrize("address", ["here", "192.0.2.20", "192.0.2.20:0", "192.0.2.20:70000"])
def test_a_client_of_cat062_needs_an_address(folder: Path, address: str) -> None:
    file = folder / NODE_FILE
    table = f'\n[[cat062]]\nname = "a"\naddress = "{address}"\nsac = 1\nsic = 9\n'
    file.write_text(file.read_text() + table)
    assert len(told(folder)) == 1
