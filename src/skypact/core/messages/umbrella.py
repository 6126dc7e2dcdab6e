"""The coordinator: whether it is there, the track numbers it leases, and who may what."""

from typing import Annotated

import msgspec

from skypact.core.messages.header import Message

NUMBERS_MAX, AREAS_MAX, CORNERS_MAX, NAMES_MAX = 10_000, 64, 64, 256
LeasedNumber = Annotated[int, msgspec.Meta(ge=1, le=0x7FFFFFFF)]
Nation = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class RoleArea(msgspec.Struct, frozen=True, kw_only=True):
    """Where a nation decides about identities. area_deg: latitude and longitude of each corner in
    turn, () everywhere."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    nation: Nation
    area_deg: Annotated[tuple[Degrees, ...], msgspec.Meta(max_length=2 * CORNERS_MAX)] = ()


RoleAreas = Annotated[tuple[RoleArea, ...], msgspec.Meta(max_length=AREAS_MAX)]
Nations = Annotated[tuple[Nation, ...], msgspec.Meta(max_length=NAMES_MAX)]
Doors = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=80)], ...], msgspec.Meta(max_length=NAMES_MAX)
]
Numbers = Annotated[tuple[LeasedNumber, ...], msgspec.Meta(max_length=NUMBERS_MAX)]


class NumbersWanted(Message, frozen=True, kw_only=True, tag="numbers_wanted"):
    """The picture is to have more system track numbers before it runs out. wanted: how many, 0 to
    say only what is held; held: those that it has, so that nobody else gets them."""

    wanted: int
    held: tuple[int, ...]


class NumbersLeased(Message, frozen=True, kw_only=True, tag="numbers_leased"):
    """The coordinator has leased system track numbers to this nation, for good; none when it has
    none left."""

    coordinator: str
    numbers: tuple[int, ...]


class RolesPublished(Message, frozen=True, kw_only=True, tag="roles_published"):
    """Who may what, as the coordinator says. members: who may speak to this nation; hubs: the
    doors; areas: whose people decide about identities where."""

    coordinator: str
    members: tuple[str, ...]
    hubs: tuple[str, ...]
    areas: tuple[RoleArea, ...]


class CoordinatorState(msgspec.Struct, frozen=True, kw_only=True):
    """absent_since_ns: when it was heard last, or when we started; 0 while it is heard."""

    nation: str
    absent_since_ns: int = 0
