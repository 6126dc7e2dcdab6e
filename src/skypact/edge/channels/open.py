"""From a node's folder to its channels."""

from collections.abc import Callable

from skypact.config import NodeDirectory
from skypact.core.ids import Issuer
from skypact.core.messages import Channel
from skypact.edge.channels.dispatch import Dispatcher, Submit
from skypact.edge.channels.mail import Mail
from skypact.edge.channels.messenger import Messenger
from skypact.edge.channels.way import Way
from skypact.edge.channels.webhook import Webhook


def open_channels(
    directory: NodeDirectory, issuer: Issuer, submit: Submit, now_ns: Callable[[], int]
) -> Dispatcher:
    """Return the channels that the configuration asks for. They open their doors when they run; one
    that cannot is shown, and the others go on. Raises ConfigError for a secret that is missing."""
    return Dispatcher(ways(directory, now_ns), issuer, submit, now_ns)


def ways(directory: NodeDirectory, now_ns: Callable[[], int]) -> dict[Channel, Way]:
    """Return each channel that has a table."""
    settings, node = directory.config.channels, directory.config.node
    found: dict[Channel, Way] = {}
    if settings.phone is not None:
        # Loads scipy: only for a node that calls.
        from skypact.edge.channels.phone.phone import Phone

        found[Channel.PHONE] = Phone(settings.phone, directory.path, node.context)
    if settings.cap is not None:
        from skypact.edge.channels.cap.cap import CapFeed

        found[Channel.CAP] = CapFeed(
            *(settings.cap, directory.path, directory.keys, node.display_name, node.context, now_ns)
        )
    if settings.mail is not None:
        found[Channel.MAIL] = Mail(settings.mail, directory.path, node.nation, now_ns)
    if settings.webhooks:
        found[Channel.WEBHOOK] = Webhook(settings.webhooks, directory.path, now_ns)
    if settings.messengers:
        found[Channel.MESSENGER] = Messenger(settings.messengers, directory.path)
    return found
