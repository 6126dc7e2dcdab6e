"""A frame on its way: signed by its sender, padded, and sealed for the one who may read it.

    "SKY2" | id of the receiver's key (8) | sealed content key (80) | nonce (12) | ciphertext
    what is sealed: id of the sender's key (8) | signature (64) | length (4) | frame | zeros

The content key is 32 random bytes, sealed with HPKE base mode (RFC 9180): DHKEM(X25519,
HKDF-SHA256), HKDF-SHA256, AES-256-GCM; info is "skypact content key v2" and the first 12 bytes. It
comes with each frame, so any of them may be lost, and serves 1,024 of them, so that neither side
works it out for each. The content is sealed with AES-256-GCM; all before the ciphertext is
associated data. Signed with Ed25519 over "skypact signed frame v2" and the SHA-256 of the frame,
whose own fields name sender, receiver and context. Zeros fill up to 1 KiB, above that to a length
of few bits (Padme), so that a size tells little.
"""

import os
from collections import OrderedDict
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from skypact.edge.links.frame_keys import ID_BYTES, OwnKeys, PartnerKeys

MAGIC = b"SKY2"
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
KEY_INFO, SIGNED = b"skypact content key v2", b"skypact signed frame v2"
SIGNATURE_BYTES, LENGTH_BYTES, TAG_BYTES = 64, 4, 16
KEY_BYTES, NONCE_BYTES = 32, 12
SEALED_KEY_BYTES = 32 + KEY_BYTES + TAG_BYTES
HEAD_BYTES = len(MAGIC) + ID_BYTES
NONCE_AT = HEAD_BYTES + SEALED_KEY_BYTES
CIPHERTEXT_AT = NONCE_AT + NONCE_BYTES
INNER_BYTES = ID_BYTES + SIGNATURE_BYTES + LENGTH_BYTES
SMALLEST_BYTES = 1_024
OVERHEAD_BYTES = CIPHERTEXT_AT + TAG_BYTES
"""What sealing adds to the padded content."""
FRAMES_A_KEY = 1_024
KEYS_KEPT = 8


class EnvelopeRefused(Exception):  # noqa: N818 - it is what happened, not a failure of ours
    """An envelope is not what it must be; the text says why."""


class Sealer:
    """Seals frames from us for one partner."""

    def __init__(self, own: OwnKeys, partner: PartnerKeys) -> None:
        self._own, self._partner = own, partner
        self._used = FRAMES_A_KEY
        self._aead, self._start = AESGCM(bytes(KEY_BYTES)), b""

    def seal(self, frame: bytes) -> bytes:
        """Return a frame signed by us and sealed for the partner."""
        if self._used == FRAMES_A_KEY:
            self._renew()
        length = INNER_BYTES + len(frame)
        content = b"".join(
            (
                self._own.sign_id,
                self._own.sign.sign(SIGNED + sha256(frame).digest()),
                len(frame).to_bytes(LENGTH_BYTES, "big"),
                frame,
                bytes(padded(length) - length),
            )
        )
        nonce = self._used.to_bytes(NONCE_BYTES, "big")
        self._used += 1
        head = self._start + nonce
        return head + self._aead.encrypt(nonce, content, head)

    def _renew(self) -> None:
        key, head = os.urandom(KEY_BYTES), MAGIC + self._partner.seal_id
        self._start = head + SUITE.encrypt(key, self._partner.seal, KEY_INFO + head)
        self._aead, self._used = AESGCM(key), 0


class Opener:
    """Opens frames of one partner; remembers its last content keys."""

    def __init__(self, own: OwnKeys, partner: PartnerKeys) -> None:
        self._own, self._partner = own, partner
        self._known = OrderedDict[bytes, AESGCM]()

    def open(self, data: bytes) -> bytes:
        """Return the frame that the partner sealed for us; raises EnvelopeRefused."""
        if data[: len(MAGIC)] != MAGIC or len(data) < OVERHEAD_BYTES + INNER_BYTES:
            raise EnvelopeRefused("it is not a sealed frame")
        start = data[:NONCE_AT]
        aead = self._known.get(start) or self._content_key(start)
        head = data[:CIPHERTEXT_AT]
        try:
            content = aead.decrypt(head[NONCE_AT:], data[CIPHERTEXT_AT:], head)
        except InvalidTag as error:
            raise EnvelopeRefused("its seal is broken") from error
        if content[:ID_BYTES] != self._partner.sign_id:
            raise EnvelopeRefused("it is signed with a key that the partner has not announced")
        begin = ID_BYTES + SIGNATURE_BYTES
        length = int.from_bytes(content[begin : begin + LENGTH_BYTES], "big")
        frame = content[INNER_BYTES : INNER_BYTES + length]
        if len(frame) != length or content[INNER_BYTES + length :].strip(b"\0"):
            raise EnvelopeRefused("its length does not fit")
        try:
            self._partner.sign.verify(content[ID_BYTES:begin], SIGNED + sha256(frame).digest())
        except InvalidSignature as error:
            raise EnvelopeRefused("its signature is forged") from error
        # Only now: anybody can seal a key for us.
        self._known[start] = aead
        if len(self._known) > KEYS_KEPT:
            self._known.popitem(last=False)
        return frame

    def _content_key(self, start: bytes) -> AESGCM:
        head = start[:HEAD_BYTES]
        key = self._own.seals.get(head[len(MAGIC) :])
        if key is None:
            raise EnvelopeRefused("it is sealed for a key that is not ours")
        try:
            content_key = SUITE.decrypt(start[HEAD_BYTES:], key, KEY_INFO + head)
        except (InvalidTag, ValueError) as error:
            raise EnvelopeRefused("its seal is broken") from error
        if len(content_key) != KEY_BYTES:
            raise EnvelopeRefused("its content key is of another length")
        return AESGCM(content_key)


def padded(length: int) -> int:
    """Return the length to which a content is filled up (Padme, Nikitin et al. 2019, at least
    1 KiB): at most 12 % longer, and only few lengths occur."""
    if length <= SMALLEST_BYTES:
        return SMALLEST_BYTES
    exponent = length.bit_length() - 1
    free = exponent - exponent.bit_length()
    step = (1 << free) - 1
    return (length + step) & ~step
