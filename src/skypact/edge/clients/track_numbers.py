"""Track numbers for a standard that has 16 bits of them."""

from collections.abc import Iterable

NUMBERS = range(1, 65_536)


class TrackNumbers:
    """Which number of 16 bits stands for which system track.

    A track keeps its number as long as it is there. A new one gets its own low bits where they are
    free, so that most numbers survive a restart; else the number that has been free for longest.
    """

    def __init__(self) -> None:
        self._given: dict[int, int] = {}
        self._free = dict.fromkeys(NUMBERS)

    def give(self, tracks: Iterable[int]) -> list[int]:
        """Return the number of each track, 0 when there is none left."""
        return [self._given.get(track) or self._new(track) for track in tracks]

    def held(self, tracks: Iterable[int]) -> list[int]:
        """Return the number of each track that has one, else 0."""
        return [self._given.get(track, 0) for track in tracks]

    def end(self, tracks: Iterable[int]) -> None:
        """Free the numbers of tracks that ended."""
        for track in tracks:
            number = self._given.pop(track, None)
            if number is not None:
                self._free[number] = None

    def _new(self, track: int) -> int:
        number = track & 0xFFFF
        if number not in self._free:
            number = next(iter(self._free), 0)
        if number:
            del self._free[number]
            self._given[track] = number
        return number
