"""Dice: one seeded generator for each purpose, so that taking one thing away moves nothing else."""

from hashlib import blake2b

from numpy.random import PCG64, Generator, SeedSequence


def generator(seed: int, *purpose: str | int) -> Generator:
    """Return a generator that depends on `seed` and `purpose` only (sensor name, kind, number)."""
    label = "\x1f".join(str(part) for part in purpose)
    digest = blake2b(label.encode(), digest_size=16).digest()
    return Generator(PCG64(SeedSequence([seed, int.from_bytes(digest)])))
