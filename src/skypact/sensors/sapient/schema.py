"""The messages of BSI Flex 335 v2.0, from the schema that Dstl publishes.

They live in a pool of their own: several packages claim the same names, and a process may hold only
one message under each.
"""

from functools import cache
from importlib import resources
from typing import Any

VERSION = "BSI Flex 335 v2.0"
SCHEMA = "data/sapient/bsi_flex_335_v2_0.binpb"
_PACKAGE = "sapient_msg.bsi_flex_335_v2_0"
_OPTIONS = "sapient_msg.field_options", "sapient_msg.oneof_options"


@cache
def _pool() -> Any:
    # Loaded when first needed: a node without such a feed does without protobuf.
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool

    held = FileDescriptorSet.FromString(resources.files("skypact").joinpath(SCHEMA).read_bytes())
    pool = DescriptorPool()
    for file in held.file:
        pool.Add(file)  # pyright: ignore[reportUnknownMemberType]
    return pool


@cache
def message_class(name: str = "SapientMessage") -> Any:
    """Return the class of a message, such as `DetectionReport.SubClass`."""
    from google.protobuf.message_factory import GetMessageClass

    return GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))


@cache
def decode_error() -> type[Exception]:
    """Return what is raised for bytes that are no message."""
    from google.protobuf.message import DecodeError

    return DecodeError


@cache
def number(enum: str, name: str) -> int:
    """Return the number of a value of an enumeration."""
    return int(_pool().FindEnumTypeByName(f"{_PACKAGE}.{enum}").values_by_name[name].number)


def rules(descriptor: Any) -> frozenset[str]:
    """Return what the standard's own options say of a field or a choice of fields, such as
    `is_mandatory` or `is_uuid`."""
    pool = _pool()
    options = descriptor.GetOptions().SerializeToString()
    kind = "Field" if hasattr(descriptor, "number") else "Oneof"
    known = _options_class(kind).FromString(options)
    extension = pool.FindExtensionByName(_OPTIONS[kind == "Oneof"])
    said = known.Extensions[extension]
    return frozenset(field.name for field, value in said.ListFields() if value is True)


@cache
def _options_class(kind: str) -> Any:
    from google.protobuf.message_factory import GetMessageClass

    pool = _pool()
    return GetMessageClass(pool.FindMessageTypeByName(f"google.protobuf.{kind}Options"))
