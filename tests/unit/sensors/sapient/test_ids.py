import uuid

from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from skypact.sensors.sapient.ids import ulid, uuid4


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=10))
def test_a_ulid_is_read_by_another_library(time_ms: int, entropy: bytes) -> None:
    read = ULID.from_str(ulid(time_ms * 1_000_000, entropy))
    assert read.milliseconds == time_ms
    assert bytes(read)[6:] == entropy


@given(st.binary(min_size=16, max_size=16))
def test_a_uuid_is_of_version_4(entropy: bytes) -> None:
    text = uuid4(entropy)
    assert (uuid.UUID(text).version, str(uuid.UUID(text))) == (4, text)
    assert uuid.UUID(text).variant == uuid.RFC_4122
