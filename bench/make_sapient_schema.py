"""Derive src/skypact/data/sapient/bsi_flex_335_v2_0.binpb from the package `sapient-proto`.

    python bench/make_sapient_schema.py [FILE]

The file is a FileDescriptorSet: what protoc makes of the .proto files that Dstl publishes, each after
those it imports. A test derives it again and compares.
"""

import sys
from importlib import import_module
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

FILE = Path(__file__).parents[1] / "src/skypact/data/sapient/bsi_flex_335_v2_0.binpb"
ROOT = "sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2"


def schema() -> bytes:
    """Return the descriptor set."""
    found = FileDescriptorSet()
    seen: set[str] = set()

    def add(file) -> None:
        if file.name in seen:
            return
        seen.add(file.name)
        for needed in file.dependencies:
            add(needed)
        file.CopyToProto(found.file.add())

    add(import_module(ROOT).DESCRIPTOR)
    for file in found.file:
        del file.source_code_info.location[:]
    return found.SerializeToString(deterministic=True)


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else FILE).write_bytes(schema())
