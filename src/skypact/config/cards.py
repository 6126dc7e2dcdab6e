"""A nation's card: the public keys that its partners need, handed over by people.

`card.toml` in a node's folder is its own, `partners/<nation>.toml` are those of others. Nothing in
a card is secret; what counts is that it came from whom it names.
"""

from datetime import datetime
from hashlib import sha256
from typing import Annotated

import msgspec
import tomli_w

from skypact.core.messages import Context
from skypact.core.notes import NoteError, Verifier, verifier

OWN, PARTNERS, CUT = "card.toml", "partners", ".cut.toml"
AGREEMENTS_USE, AUDIT_USE = "agreements", "audit"
HEAD = """\
# Public keys of a nation, for its partners. Nothing in here is secret. Before you trust it, let
# somebody you know read out its fingerprint: skypact enrol show FILE
"""
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
PemText = Annotated[str, msgspec.Meta(max_length=8_192)]
KeyText = Annotated[str, msgspec.Meta(max_length=256)]


def key_name(nation: str, context: Context, use: str) -> str:
    """Return the name under which a nation's key for one use signs."""
    return f"{nation}.{context}.skypact/{use}"


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """authority: certificate of the nation's authority (PEM), "" where no network is used;
    agreement_key: signs agreements, in a person's hands; audit_key: signs what the node's audit
    log says; both as a line of name, id and key (c2sp.org/signed-note)."""

    nation: Name
    context: Context
    authority: PemText = ""
    agreement_key: KeyText
    audit_key: KeyText

    def __post_init__(self) -> None:
        for use in (AGREEMENTS_USE, AUDIT_USE):
            self._verifier(use)

    @property
    def agreements(self) -> Verifier:
        """Return the key that signs agreements."""
        return self._verifier(AGREEMENTS_USE)

    @property
    def audit(self) -> Verifier:
        """Return the key that signs the head of the audit log."""
        return self._verifier(AUDIT_USE)

    def _verifier(self, use: str) -> Verifier:
        wanted = key_name(self.nation, self.context, use)
        try:
            found = verifier(self.agreement_key if use == AGREEMENTS_USE else self.audit_key)
        except NoteError as error:
            raise ValueError(f"the key for {use}: {error}") from error
        if found.name != wanted:
            raise ValueError(f"the key for {use} is named {found.name}, not {wanted}")
        return found


class Cut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner that was cut off: `partners/<nation>.cut.toml`. by: the person; at: when."""

    nation: Name
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]


def fingerprint(card: Card) -> str:
    """Return what two people compare by voice: 128 bits of a hash of all that a card says."""
    said = "\n".join(
        (card.nation, card.context, card.authority.strip(), card.agreement_key, card.audit_key)
    )
    digits = sha256(said.encode()).hexdigest()[:32]
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def card_text(card: Card) -> str:
    """Return a card as the file that is handed over."""
    return HEAD + tomli_w.dumps(msgspec.to_builtins(card), multiline_strings=True)
