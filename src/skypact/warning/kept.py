"""What a snapshot of the warning room keeps."""

import msgspec

from skypact.warning.docket import DocketState, Key
from skypact.warning.threat.evaluate import Assessment
from skypact.warning.threat.launch.launches import Launch


class Kept(msgspec.Struct, kw_only=True):
    """Of each part of the room."""

    issued: int
    raised: int
    docket: DocketState
    tracks: dict[str, bytes]
    found: list[Assessment]
    refused: list[Key]
    launches: tuple[int, list[Launch]] = (0, [])
    observed: bytes = b""
