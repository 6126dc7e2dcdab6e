"""The [picture] table."""

import msgspec
import pytest

from skypact.picture.settings import PictureSettings


def test_a_number_that_is_provisional_by_its_range_cannot_be_leased():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"track_numbers": [0x80000000]}, PictureSettings)


def test_unknown_keys_are_refused():
    with pytest.raises(msgspec.ValidationError, match="partner_hold"):
        msgspec.convert({"track_numbers": [1], "partner_hold": 3}, PictureSettings)
