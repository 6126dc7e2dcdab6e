"""Messages to bytes and back; the columns of whatever is decoded are checked here."""

from typing import cast

import msgspec

from skypact.core.columns import HasColumns, fault
from skypact.core.errors import DecodeError
from skypact.core.messages import AnyMessage, Message

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyMessage] = msgspec.msgpack.Decoder(AnyMessage)


def encode(message: Message) -> bytes:
    """Return the msgpack bytes of a message."""
    return _encoder.encode(message)


def decode(data: bytes, source: str) -> AnyMessage:
    """Return the message in `data`; `source` names it in the DecodeError that refuses it."""
    try:
        message = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DecodeError(str(error), feed=source) from error
    if hasattr(message, "COLUMNS"):
        why = fault(cast(HasColumns, message))
        if why:
            raise DecodeError(why, feed=source)
    return message
