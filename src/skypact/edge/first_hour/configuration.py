"""Write a new node's folder: a configuration that explains itself, secret and authority."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from skypact.config import AGREEMENTS, KEYS, NODE_FILE, SECRET, SECRET_BYTES
from skypact.config.alerting import PEOPLE, PROCEDURES
from skypact.config.cards import OWN, card_text
from skypact.config.private import write_private
from skypact.config.signing import make_signing_keys, own_card
from skypact.core.errors import ConfigError
from skypact.core.messages import Context
from skypact.edge.links.pki import make_authority

NATION = re.compile(r"[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?")
EXAMPLE = "example.toml.txt"
UNIT = "skypact.service"
TRACK_NUMBERS = 500
TRACK_NUMBER_MIN, TRACK_NUMBER_MAX = 1_000, 32_767
NUMBERS_PER_LINE = 15
AGREED_FOR = timedelta(days=365)


def init(
    directory: Path,
    nation: str,
    now_ns: int,
    display_name: str = "",
    context: Context = Context.EXERCISE,
    program: Path = Path("/usr/local/bin/skypact"),
) -> list[Path]:
    """Write a new node into `directory`, which must not exist or be empty; return the files.

    Its certificate authority is made as well: partners need `keys/authority.pem` before they meet.
    display_name: "" is the nation's name with a capital; program: what the systemd unit starts.
    Raises ConfigError when the folder holds something or the nation's name can't be used.
    """
    if not NATION.fullmatch(nation):
        raise ConfigError(
            f"{nation!r} can't be a nation's name: use a-z, 0-9 and '-', 31 characters at most",
            path=str(directory),
        )
    if directory.exists() and any(directory.iterdir()):
        raise ConfigError("is not empty; a new node needs a folder of its own", path=str(directory))
    shown = display_name or nation.capitalize()
    texts = {
        f"{AGREEMENTS}/{EXAMPLE}": agreement_text(nation, now_ns),
        f"{PROCEDURES}/{EXAMPLE}": procedure_text(nation, now_ns),
        f"{PEOPLE}.txt": _template(PEOPLE),
        UNIT: unit(directory, program),
        NODE_FILE: node_text(nation, shown, context),
    }
    folders = (AGREEMENTS, PROCEDURES, KEYS)
    for folder in (directory, *(directory / name for name in folders)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = make_authority(directory / KEYS, nation, context, now_ns)
    secret = write_private(directory / KEYS / SECRET, secrets.token_hex(SECRET_BYTES) + "\n")
    signing = make_signing_keys(directory / KEYS)
    card = own_card(directory / KEYS, nation, context, authority.certificate.read_text())
    texts = {OWN: card_text(card)} | texts
    written = [write_private(directory / name, text) for name, text in texts.items()]
    return [authority.certificate, authority.key, secret, *signing, *written]


def node_text(nation: str, display_name: str, context: Context) -> str:
    """Return the commented `node.toml` of a new node."""
    pool = range(TRACK_NUMBER_MIN, TRACK_NUMBER_MAX + 1)
    numbers = secrets.SystemRandom().sample(pool, TRACK_NUMBERS)
    rows = [
        ", ".join(map(str, numbers[i : i + NUMBERS_PER_LINE]))
        for i in range(0, len(numbers), NUMBERS_PER_LINE)
    ]
    return _filled(
        _template("node.toml").replace('"auria"', _quoted(nation)),
        display_name=_quoted(display_name),
        context=f'"{context.value}"',
        track_numbers="[\n  " + ",\n  ".join(rows) + ",\n]",
    )


def agreement_text(owner: str, now_ns: int) -> str:
    """Return the commented example of an agreement: for a year from the day of `now_ns`."""
    today = datetime.fromtimestamp(now_ns / 1e9, UTC).date()
    return _filled(
        _template("agreement.toml"),
        owner=_quoted(owner),
        valid_from=f"{today}T00:00:00Z",
        valid_until=f"{today + AGREED_FOR}T00:00:00Z",
    )


def procedure_text(nation: str, now_ns: int) -> str:
    """Return the commented example of a procedure: for a year from the day of `now_ns`."""
    today = datetime.fromtimestamp(now_ns / 1e9, UTC).date()
    return _filled(
        _template("procedure.toml"),
        nation=_quoted(nation),
        parties=f"[{_quoted(nation)}]",
        valid_from=f"{today}T00:00:00Z",
        valid_until=f"{today + AGREED_FOR}T00:00:00Z",
    )


def unit(directory: Path, program: Path) -> str:
    """Return the systemd unit that runs the node in `directory` with `program`."""
    text = _template(UNIT)
    return text.replace("@SKYPACT@", str(program)).replace("@NODE@", str(directory.absolute()))


def _template(name: str) -> str:
    return (files("skypact") / "data" / name).read_text("utf-8")


def _filled(text: str, **values: str) -> str:
    """Return `text` with the value of each `key = ...` line replaced."""
    lines = text.splitlines()
    for key, value in values.items():
        (at,) = [i for i, line in enumerate(lines) if line.startswith(f"{key} = ")]
        lines[at] = f"{key} = {value}"
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in escaped):
        raise ConfigError(f"{text!r} holds a control character", path=NODE_FILE)
    return f'"{escaped}"'
