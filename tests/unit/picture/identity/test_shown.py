"""What people see of identities."""

import numpy as np

from skypact.core.messages import Identity
from skypact.picture.identity.authority import IdentitySettings
from skypact.picture.identity.shown import column, shown
from tests.unit.picture.flights import LAT, LON, T0
from tests.unit.picture.identity.claimed import OURS, held
from tests.unit.picture.identity.test_holdings import memory

NUMBERS = np.array([90, 105, 117])
SOFTWARE = np.array([0, 1, 1], np.uint8)


def test_software_stays_at_pending_and_unknown() -> None:
    assert column(memory(), NUMBERS, SOFTWARE).tolist() == [0, 1, 1]


def test_only_tracks_of_which_somebody_said_something_are_told() -> None:
    kept = memory()
    kept.put(held(Identity.FRIEND))
    gone = held(Identity.HOSTILE, claim_id="c/1", nation="c", held_ns=T0 + 1)
    gone.system = 300
    kept.put(gone)
    identity = column(kept, NUMBERS, SOFTWARE)
    assert identity.tolist() == [0, Identity.FRIEND, 1]
    places = (np.full(3, LAT), np.full(3, LON))
    (told,) = shown(kept, IdentitySettings(areas=(OURS,)), NUMBERS, identity, *places)
    assert (told.number, told.identity, told.conflict) == (105, Identity.FRIEND, False)
    assert (told.decider, told.area, told.deciders) == ("auria", "centre", ("Ilse Maren",))
    (alone,) = shown(kept, IdentitySettings(), NUMBERS, identity, *places)
    assert alone.decider == ""
