"""Who signed an agreement or a bloc: `agreements/x.toml.sig` beside `x.toml`, one line a party.

The lines are those of a signed note (c2sp.org/signed-note) whose text is the file, byte for byte.
"""

from collections.abc import Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skypact.config.cards import Card
from skypact.core import notes
from skypact.core.errors import ConfigError
from skypact.core.notes import Note, NoteError, Verifier

SUFFIX = ".sig"


def faults(
    signers: Mapping[str, Sequence[str]],
    texts: Mapping[str, str],
    cards: Mapping[str, Card],
    nation: str,
) -> list[ConfigError]:
    """Return for each text, by path, whose signature is missing or wrong. signers: who has to sign
    it; texts: of agreements, blocs and signatures, by path; cards: by nation; nation: whose node it
    is."""
    found: list[ConfigError] = []
    for path, parties in signers.items():
        try:
            missing = _missing(texts[path], texts.get(path + SUFFIX, ""), parties, cards, nation)
            found += [ConfigError(message, path=path) for message in missing]
        except NoteError as error:
            message = f"can't be read: {error}"
            found.append(ConfigError(message, path=path + SUFFIX))
    return found


def with_signature(text: str, lines: str, by: Verifier, key: Ed25519PrivateKey) -> str:
    """Return the lines of a signature file with that of one more party, in place of its old one;
    raises NoteError."""
    if not text.endswith("\n"):
        raise NoteError("a text that is signed ends with a new line")
    kept = [
        notes.line(name, number, data)
        for name, number, data in (notes.signatures(lines) if lines else ())
        if name != by.name
    ]
    return "".join([*kept, notes.signature(text, by.name, key)])


def is_signed(text: str, lines: str, by: Verifier) -> bool:
    """Return whether the lines hold a party's signature of the text; raises NoteError."""
    return bool(lines) and notes.is_signed(Note(text, notes.signatures(lines)), by)


def _missing(
    text: str, lines: str, parties: Sequence[str], cards: Mapping[str, Card], nation: str
) -> Iterator[str]:
    for party in parties:
        card, own = cards.get(party), party == nation
        if card is None:
            whose = "this node's own card.toml" if own else f"the card of {party}"
            how = "" if own else "; skypact enrol trust takes it in"
            yield f"its signatures can't be checked: {whose} is missing{how}"
        elif not is_signed(text, lines, card.agreements):
            if f"{notes.DASH}{card.agreements.name} " in lines:
                again = "sign it again" if own else f"let {party} sign it again"
                yield f"is not the text that {party} has signed; {again}, once both agree to it"
            elif own:
                yield f"{party} has not signed it; do it with: skypact agreement sign"
            else:
                yield f"{party} has not signed it; give it this file and its {SUFFIX} to sign"
