"""Sign an agreement: what it allows is shown first, then the nation's line goes into its `.sig`."""

from collections.abc import Iterator
from pathlib import Path

from skypact.cli.agreement.read import differences, read, read_either
from skypact.config import AGREEMENTS, BLOCS, KEYS
from skypact.config.cards import AGREEMENTS_USE, OWN, PARTNERS, Card
from skypact.config.signatures import SUFFIX, is_signed, with_signature
from skypact.config.signing import signing_key
from skypact.core.errors import ConfigError
from skypact.core.notes import NoteError, raw_key
from skypact.core.toml import decode_toml, with_line
from skypact.sharing.treaty import blocs, lint, words
from skypact.sharing.treaty.agreements import Bloc


def shown(folder: Path, file: Path) -> Iterator[str]:
    """Yield in words what an agreement allows and how it differs from those that are there; raises
    ConfigError for the first fault in it and when the nation is no party."""
    agreement, card = read_either(file), own_card(folder)
    if isinstance(agreement, Bloc):
        yield from _bloc_shown(agreement, file)
        return
    for fault in lint.faults_alone({str(file): agreement}):
        raise with_line(fault, _text(file))
    parties = (agreement.owner, agreement.partner)
    if card.nation not in parties and not agreement.bloc:
        message = f"is between {' and '.join(parties)}; {card.nation} is no party to it"
        raise ConfigError(message, path=str(file), key="owner")
    yield (
        f"{agreement.owner} releases to {agreement.receiver}, from {agreement.valid_from:%Y-%m-%d} "
        f"until {agreement.valid_until:%Y-%m-%d}:"
    )
    yield from words.allows(agreement)
    for path in sorted((folder / AGREEMENTS).glob("*.toml")):
        other = read(path)
        if path.resolve() != file.resolve() and other.name == agreement.name:
            yield f"against {path.name}:"
            yield from differences(other, agreement)


def _bloc_shown(bloc: Bloc, file: Path) -> Iterator[str]:
    for fault in blocs.faults({str(file): bloc}, ()):
        raise with_line(fault, _text(file))
    yield (
        f"the bloc {bloc.bloc}, from {bloc.valid_from:%Y-%m-%d} until {bloc.valid_until:%Y-%m-%d}: "
        f"{', '.join(bloc.members)}"
    )
    yield "who releases to the bloc releases to each of them"


def sign(folder: Path, file: Path) -> Path:
    """Sign a file as the nation whose folder this is; return the file of signatures."""
    card, key = own_card(folder), signing_key(folder / KEYS, AGREEMENTS_USE)
    if raw_key(key.public_key()) != raw_key(card.agreements.key):
        message = f"is another key than keys/{AGREEMENTS_USE}.key; partners would not believe it"
        raise ConfigError(message, path=str(folder / OWN), key="agreement_key")
    path = file.with_name(file.name + SUFFIX)
    try:
        lines = with_signature(_text(file), _signatures(path), card.agreements, key)
    except NoteError as error:
        raise ConfigError(str(error), path=str(file)) from error
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(lines, "utf-8")
    fresh.replace(path)
    return path


def unsigned_by(folder: Path, file: Path) -> str:
    """Return the other parties whose signatures of the file are not there or not known, as people
    name them, else ""."""
    text, own = read_either(file), own_card(folder).nation
    lines = _signatures(file.with_name(file.name + SUFFIX))
    if isinstance(text, Bloc):
        others = [name for name in text.members if name != own]
    else:
        known = [one for path in (folder / BLOCS).glob("*.toml") for one in [read_either(path)]]
        named = [one for one in known if isinstance(one, Bloc)]
        others = [name for name in blocs.signers(text, named, own) if name != own]
    missing: list[str] = []
    for other in others:
        card = folder / PARTNERS / f"{other}.toml"
        by = card.exists() and decode_toml(_text(card), Card, str(card)).agreements
        if not (by and is_signed(_text(file), lines, by)):
            missing.append(other)
    return " and ".join(missing)


def own_card(folder: Path) -> Card:
    """Return the card of the nation whose folder this is; raises ConfigError."""
    path = folder / OWN
    return decode_toml(_text(path), Card, str(path))


def _signatures(path: Path) -> str:
    return _text(path) if path.exists() else ""


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
