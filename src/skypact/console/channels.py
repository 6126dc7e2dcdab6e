"""The ways to people as a page shows them: which channel can be used, and when that was checked."""

from typing import Any

from skypact.core.messages import Channel, ChannelNoted


class Channels:
    """The newest heartbeat of each channel."""

    def __init__(self) -> None:
        self._noted: dict[Channel, ChannelNoted] = {}
        self._since_ns: dict[Channel, int] = {}

    def take(self, noted: ChannelNoted) -> None:
        """Keep the newest heartbeat, and since when it says the same."""
        held = self._noted.get(noted.channel)
        if held is None or held.up != noted.up:
            self._since_ns[noted.channel] = noted.observed_ns
        self._noted[noted.channel] = noted

    def rows(self) -> dict[str, Any]:
        """Return a row a channel. late_ms: from when on it counts as silent."""
        return {
            "rows": [
                {
                    "channel": one.channel.value,
                    "up": one.up,
                    "reason": one.reason,
                    "since_ms": round(self._since_ns[one.channel] / 1e6),
                    "checked_ms": round(one.observed_ns / 1e6),
                    "late_ms": round(one.observed_ns / 1e6 + 2_500 * one.every_s),
                }
                for one in self._noted.values()
            ]
        }
