"""What people see of identities."""

import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import Identity, TrackIdentity
from skypact.picture.identity.authority import F64, IdentitySettings
from skypact.picture.identity.claims import conflicting, in_force, live
from skypact.picture.identity.holdings import Holdings

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


def column(holdings: Holdings, numbers: I64, software: U8) -> U8:
    """Return the identity of each track (N,); numbers ascend, software: what it holds of each."""
    identity = software.copy()
    for number, held in holdings.by_track().items():
        chosen, row = in_force(held), int(np.searchsorted(numbers, number))
        if chosen is not None and row < len(numbers) and numbers[row] == number:
            identity[row] = chosen
    return identity


def shown(
    holdings: Holdings,
    settings: IdentitySettings,
    numbers: I64,
    identity: U8,
    lat_rad: F64,
    lon_rad: F64,
) -> tuple[TrackIdentity, ...]:
    """Return what is held of those tracks (N,) of which somebody has said something."""
    tracks = holdings.by_track()
    rows = np.flatnonzero(np.isin(numbers, list(tracks)))
    areas = settings.at_each(lat_rad[rows], lon_rad[rows])
    out: list[TrackIdentity] = []
    for row, area in zip(rows.tolist(), areas, strict=True):
        number = int(numbers[row])
        held = tracks[number]
        standing = live(held)
        told = TrackIdentity(
            number=number,
            identity=Identity(int(identity[row])),
            claims=tuple(h.claim for h in standing),
            settled=tuple(h.claim for h in held if h not in standing),
            conflict=conflicting(held),
            decider=area.nation if area else "",
            area=area.name if area else "",
            deciders=area.who if area else (),
            history=holdings.history(number),
        )
        out.append(told)
    return tuple(out)
