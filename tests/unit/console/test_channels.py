"""The ways to people as a page shows them."""

from skypact.console.channels import Channels
from skypact.core.ids import Issuer
from skypact.core.messages import Channel, ChannelNoted, Context

ISSUER = Issuer("auria", "test", Context.TEST)
S = 1_000_000_000


def noted(channel: Channel, at_s: int, up: bool, reason: str = "seen") -> ChannelNoted:
    header = ISSUER.header(at_s * S, at_s * S)
    return ChannelNoted(**header, channel=channel, up=up, reason=reason, every_s=30.0)


def test_each_channel_says_since_when_and_until_when_it_holds() -> None:
    shown = Channels()
    assert shown.rows() == {"rows": []}
    for heartbeat in (
        noted(Channel.PHONE, 100, True),
        noted(Channel.CAP, 101, True),
        noted(Channel.PHONE, 130, False, "no answer"),
        noted(Channel.PHONE, 160, False, "503"),
    ):
        shown.take(heartbeat)
    phone, cap = shown.rows()["rows"]
    assert phone == {
        "channel": "phone", "up": False, "reason": "503", "since_ms": 130_000,
        "checked_ms": 160_000, "late_ms": 235_000,
    }  # fmt: skip
    assert (cap["channel"], cap["up"], cap["since_ms"]) == ("cap", True, 101_000)
