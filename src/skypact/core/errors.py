"""Errors: one sentence each that a duty officer understands.

SkypactError
  ConfigError(path, key)     a file that a person wrote cannot be used as it stands
  DecodeError(feed, offset)  bytes on a feed or a file are not what they claim to be
  PolicyError(rule)          an agreement or procedure forbids what was asked
  LinkError(link)            a link to a partner cannot be made
  InvariantError             our own bug: the process stops and restarts from its journal

What is expected is a message, not an exception: `LinkLost`, `PlotsRefused`, `ReleaseWithheld`.
"""


class SkypactError(Exception):
    """Base of all errors that Skypact raises on purpose."""


class ConfigError(SkypactError):
    """A configuration value cannot be used.

    path: the file; key: dotted path of the value, "" for the whole file; line: 1-based, 0 unknown.
    """

    def __init__(self, message: str, *, path: str, key: str = "", line: int = 0) -> None:
        where = f"{path}:{line}" if line else path
        super().__init__(f"{where}: {key + ': ' if key else ''}{message}")
        self.message, self.path, self.key, self.line = message, path, key, line


class DecodeError(SkypactError):
    """Bytes could not be decoded; `offset` counts bytes from the start of the record or file."""

    def __init__(self, message: str, *, feed: str, offset: int = 0) -> None:
        super().__init__(f"{feed}: byte {offset}: {message}")
        self.message, self.feed, self.offset = message, feed, offset


class PolicyError(SkypactError):
    """A rule forbids it; `rule` names the agreement clause or procedure step."""

    def __init__(self, message: str, *, rule: str) -> None:
        super().__init__(f"{rule}: {message}")
        self.rule = rule


class LinkError(SkypactError):
    """A link cannot be made or kept."""

    def __init__(self, message: str, *, link: str) -> None:
        super().__init__(f"{link}: {message}")
        self.link = link


class InvariantError(SkypactError):
    """Something that can never be true was true."""
