"""A frame on its way: signed by its sender, padded, and sealed for the one who may read it.

    "SKY1" | id of the receiver's key (8) | encapsulated key (32) | ciphertext
    what is sealed: id of the sender's key (8) | signature (64) | length (4) | frame | zeros

Sealed with HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; info is
"skypact sealed frame v1" and the first 12 bytes. Signed with Ed25519 over "skypact signed frame v1"
and the frame, whose own fields name sender, receiver and context. Zeros fill up to 1 KiB, above
that to a length of few bits (Padme), so that a size tells little.
"""

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke

from skypact.edge.links.frame_keys import ID_BYTES, OwnKeys, PartnerKeys

MAGIC = b"SKY1"
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
SEALED, SIGNED = b"skypact sealed frame v1", b"skypact signed frame v1"
SIGNATURE_BYTES, LENGTH_BYTES = 64, 4
HEAD_BYTES = len(MAGIC) + ID_BYTES
INNER_BYTES = ID_BYTES + SIGNATURE_BYTES + LENGTH_BYTES
SMALLEST_BYTES = 1_024
OVERHEAD_BYTES = HEAD_BYTES + 32 + 16
"""What sealing adds to the padded content."""


class EnvelopeRefused(Exception):  # noqa: N818 - it is what happened, not a failure of ours
    """An envelope is not what it must be; the text says why."""


def seal(frame: bytes, own: OwnKeys, partner: PartnerKeys) -> bytes:
    """Return a frame signed by us and sealed for a partner."""
    length = INNER_BYTES + len(frame)
    content = b"".join(
        (
            own.sign_id,
            own.sign.sign(SIGNED + frame),
            len(frame).to_bytes(LENGTH_BYTES, "big"),
            frame,
            bytes(padded(length) - length),
        )
    )
    head = MAGIC + partner.seal_id
    return head + SUITE.encrypt(content, partner.seal, SEALED + head)


def opened(data: bytes, own: OwnKeys, partner: PartnerKeys) -> bytes:
    """Return the frame that a partner sealed for us; raises EnvelopeRefused."""
    if data[: len(MAGIC)] != MAGIC or len(data) < OVERHEAD_BYTES + INNER_BYTES:
        raise EnvelopeRefused("it is not a sealed frame")
    head = data[:HEAD_BYTES]
    key = own.seals.get(head[len(MAGIC) :])
    if key is None:
        raise EnvelopeRefused("it is sealed for a key that is not ours")
    try:
        content = SUITE.decrypt(data[HEAD_BYTES:], key, SEALED + head)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeRefused("its seal is broken") from error
    if content[:ID_BYTES] != partner.sign_id:
        raise EnvelopeRefused("it is signed with a key that the partner has not announced")
    begin = ID_BYTES + SIGNATURE_BYTES
    length = int.from_bytes(content[begin : begin + LENGTH_BYTES], "big")
    frame = content[INNER_BYTES : INNER_BYTES + length]
    if len(frame) != length or any(content[INNER_BYTES + length :]):
        raise EnvelopeRefused("its length does not fit")
    try:
        partner.sign.verify(content[ID_BYTES:begin], SIGNED + frame)
    except InvalidSignature as error:
        raise EnvelopeRefused("its signature is forged") from error
    return frame


def padded(length: int) -> int:
    """Return the length to which a content is filled up (Padme, Nikitin et al. 2019, at least
    1 KiB): at most 12 % longer, and only few lengths occur."""
    if length <= SMALLEST_BYTES:
        return SMALLEST_BYTES
    exponent = length.bit_length() - 1
    free = exponent - exponent.bit_length()
    step = (1 << free) - 1
    return (length + step) & ~step
