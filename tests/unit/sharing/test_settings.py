"""Settings of the sharing room."""

import msgspec
import pytest

from skypact.sharing.settings import Partner


def test_a_partner_needs_a_secret_of_some_length():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "borvia"}, Partner)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "borvia", "reference_key": b"short"}, Partner)


def test_the_secret_is_not_printed():
    assert "hidden" not in repr(Partner(name="borvia", reference_key=b"hidden" * 4))
