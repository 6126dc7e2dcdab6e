"""What a node knows of its coordinator; filled in by the composition root."""

import msgspec

from skypact.core.messages import RoleArea


class UmbrellaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """coordinator: whose hub we join, our own name when it is us, "" none. Of the coordinator:
    pool: system track numbers in the order in which they are leased; pairs, hubs, areas: what it
    publishes."""

    coordinator: str = ""
    pool: tuple[int, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    hubs: tuple[str, ...] = ()
    areas: tuple[RoleArea, ...] = ()
