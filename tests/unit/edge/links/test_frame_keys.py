from pathlib import Path

import msgspec
import pytest

from skypact.core.messages.header import Context
from skypact.edge.links.envelope import Opener, Sealer
from skypact.edge.links.frame_keys import (
    ANNOUNCEMENT_MAX_BYTES,
    Announcement,
    KeysRefused,
    own_keys,
    partner_keys,
    read_announcement,
)
from tests.unit.edge.links.allies import DAY_NS, EXERCISE, NOW_NS, Ally, ally, as_known


def said(one: Ally) -> Announcement:
    return read_announcement(one.keys.announcement(asks=True))


def test_keys_are_kept_and_announced(tmp_path: Path) -> None:
    auria = ally(tmp_path, "auria")
    again = own_keys(auria.authority, NOW_NS + DAY_NS)
    assert again.certificates == auria.keys.certificates
    assert again.sign_id == auria.keys.sign_id
    assert said(auria).asks
    known = as_known(auria)
    assert (known.sign_id, [known.seal_id]) == (auria.keys.sign_id, list(auria.keys.seals))
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("*.key"))


def test_new_keys_still_open_what_was_sealed_for_the_old(tmp_path: Path) -> None:
    auria, borvia = ally(tmp_path / "a", "auria"), ally(tmp_path / "b", "borvia")
    sealed = Sealer(auria.keys, as_known(borvia)).seal(b"under way")
    later_ns = NOW_NS + 25 * DAY_NS
    renewed = own_keys(borvia.authority, later_ns)
    assert renewed.sign_id != borvia.keys.sign_id
    assert Opener(renewed, as_known(auria)).open(sealed) == b"under way"
    assert len(renewed.seals) == 2
    assert own_keys(borvia.authority, later_ns).seals.keys() == renewed.seals.keys()


def test_keys_that_another_authority_signed_are_refused(tmp_path: Path) -> None:
    auria, false = ally(tmp_path / "a", "auria"), ally(tmp_path / "f", "auria")
    with pytest.raises(KeysRefused, match="not signed by the partner's authority"):
        partner_keys(said(false), auria.certificate, "auria", EXERCISE, NOW_NS)


def test_keys_of_another_nation_role_context_or_time_are_refused(tmp_path: Path) -> None:
    auria = ally(tmp_path, "auria")
    right = (said(auria), auria.certificate, "auria", EXERCISE, NOW_NS)
    partner_keys(*right)
    swapped = msgspec.structs.replace(said(auria), sign=said(auria).seal)
    for wrong, why in (
        ((swapped, *right[1:]), "is not for sign.auria"),
        ((*right[:2], "borvia", *right[3:]), "is not for sign.borvia"),
        ((*right[:3], Context.OPERATION, NOW_NS), "is not for sign.auria.operation"),
        ((*right[:4], NOW_NS + 31 * DAY_NS), "has ended"),
        ((*right[:4], NOW_NS - DAY_NS), "has ended or not begun"),
    ):
        with pytest.raises(KeysRefused, match=why):
            partner_keys(*wrong)


def test_what_is_no_announcement_is_refused(tmp_path: Path) -> None:
    auria = ally(tmp_path, "auria")
    good = said(auria)
    for data, why in (
        (b"", "cannot be read"),
        (b"\x81\xa1\xff\x00", "cannot be read"),
        (b"x" * (ANNOUNCEMENT_MAX_BYTES + 1), "too large"),
        (msgspec.msgpack.encode(msgspec.structs.replace(good, version=9)), "version 9"),
    ):
        with pytest.raises(KeysRefused, match=why):
            read_announcement(data)
    # An algorithm that nobody knows, in the key: one byte of its number is another.
    strange = good.sign.replace(b"\x06\x03\x2b\x65\x70\x03\x21", b"\x06\x03\x2b\x65\x50\x03\x21")
    assert strange != good.sign
    with pytest.raises(KeysRefused):
        partner_keys(
            msgspec.structs.replace(good, sign=strange),
            auria.certificate,
            "auria",
            EXERCISE,
            NOW_NS,
        )
    damaged = msgspec.structs.replace(good, seal=b"no certificate")
    with pytest.raises(KeysRefused, match="cannot be used"):
        partner_keys(damaged, auria.certificate, "auria", EXERCISE, NOW_NS)
