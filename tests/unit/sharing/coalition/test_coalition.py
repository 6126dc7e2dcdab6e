"""The whole of what passes through a sponsor."""

import pytest

from skypact.core.columns import array
from skypact.core.messages import AgreementSuspended
from tests.unit.sharing.coalition.club import (
    OWNER,
    SPONSOR,
    VIEWER,
    Club,
    agreements,
    entered,
    ready,
)
from tests.unit.sharing.treaty import ISSUER


@pytest.fixture
def club() -> Club:
    return ready()


@pytest.mark.parametrize(("owner", "partner"), [(OWNER, SPONSOR), (SPONSOR, VIEWER)])
def test_a_suspension_of_either_agreement_stops_it(club: Club, owner: str, partner: str):
    x = entered(club)
    before = len(club.frames())
    event = AgreementSuspended(
        **ISSUER.header(club.now_ns, club.now_ns), agreement=f"{owner}-{partner}", party=owner,
        person="", reason="a drill",
    )  # fmt: skip
    club.rooms[SPONSOR]._follow(event, club.now_ns)
    club.fly(x, 12)
    assert len(club.frames()) == before or club.seen() == 0


def test_a_restart_goes_on_where_it_was(club: Club):
    x = entered(club)
    fresh = Club(agreements()).rooms[SPONSOR]
    fresh.restore(club.rooms[SPONSOR].snapshot())
    assert fresh.snapshot() == club.rooms[SPONSOR].snapshot()
    number = array(club.tracks()[-1], "number").tolist()
    club.rooms[SPONSOR] = fresh
    club.fly(x, 30)
    assert array(club.tracks()[-1], "number").tolist() == number
