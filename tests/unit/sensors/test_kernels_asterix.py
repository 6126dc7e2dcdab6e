"""Every field of random records of every edition equals libasterix's; so do the refusals."""

import random

import pytest

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Program, Wanted, program
from skypact.sensors.asterix.tables import CATEGORIES, table
from tests.unit.sensors import oracle

EDITIONS = [(c, e) for c in CATEGORIES for e in table(c).editions]
RECORDS = 40


def everything(category: int, edition: str) -> tuple[Program, str]:
    """Return a program for every field of a category, and the edition of its expansion."""
    expansion = next(reversed(table(category).expansions), "")
    return program({category: Wanted(edition, expansion=expansion)}), expansion


def some(category: int, edition: str, count: int, seed: int) -> list[bytes]:
    """Return random valid records; those of CAT001 say of which profile they are."""
    dice = random.Random(seed)
    choices = oracle.profiles(category, edition)
    made: list[bytes] = []
    for i in range(count):
        which = dice.randrange(len(choices))
        typ = str(which) if len(choices) > 1 else ""
        record = list(choices.values())[which]
        made.append(oracle.record_bytes(record, dice, (i % 10) / 10, typ))
    return made


def compare(category: int, edition: str, data: list[bytes]) -> int:
    """Check that blocks of one record each are read as by libasterix; return how many are."""
    wanted, expansion = everything(category, edition)
    found = blocks.read([oracle.block(category, d) for d in data], [0] * len(data), wanted)
    records = found.records.get(category)
    at = [] if records is None else records.datagrams.tolist()
    read: dict[int, list[oracle.Values]] = {}
    for datagram, row in zip(at, [] if records is None else oracle.ours(records), strict=True):
        read.setdefault(datagram, []).append(row)
    for i, d in enumerate(data):
        said = oracle.parsed(category, edition, d, expansion)
        assert (said if isinstance(said, list) else None) == read.get(i), (d.hex(), said)
    assert len(read) + len(found.refused) == len(data)
    return len(read)


@pytest.mark.parametrize(("category", "edition"), EDITIONS)
def test_random_records_are_read_as_by_libasterix(category: int, edition: str) -> None:
    data = some(category, edition, RECORDS, seed=category)
    assert compare(category, edition, data) == RECORDS


@pytest.mark.parametrize(("category", "edition"), EDITIONS)
def test_mutated_records_are_read_or_refused_as_by_libasterix(category: int, edition: str) -> None:
    dice = random.Random(category + 1)
    broken: list[bytes] = []
    for data in some(category, edition, 2 * RECORDS, seed=category + 2):
        mutated = bytearray(data)
        for _ in range(dice.randint(1, 3)):
            mutated[dice.randrange(min(len(mutated), dice.choice((4, 400))))] ^= (
                1 << dice.randrange(8)
            )
        broken.append(bytes(mutated[: dice.choice((len(data), len(data) - 1))] or b"\0"))
    assert 0 < compare(category, edition, broken) < len(broken)


def test_every_edition_of_libasterix_is_there() -> None:
    for category in CATEGORIES:
        assert sorted(table(category).editions) == sorted(oracle.editions(category))
