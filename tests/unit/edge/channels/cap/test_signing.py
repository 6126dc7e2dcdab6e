"""Signatures that others verify, and that break with the message."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from signxml.exceptions import InvalidSignature

from skypact.core.errors import ConfigError
from skypact.core.messages import Channel
from skypact.edge.channels.cap.alert import Sender, alert
from skypact.edge.channels.cap.signing import CERTIFICATE, KEY, Signer, own_signer
from tests.unit.edge.channels.cap.reading import CAP, valid, verified
from tests.unit.edge.channels.notices import notice

NOW_NS = 1_795_830_720_000_000_000


def message() -> ET.Element:
    return alert(notice(Channel.CAP), Sender("x.example", "Auria"), ("ar",), (), NOW_NS)


def test_a_signed_message_is_valid_and_verified(tmp_path: Path) -> None:
    signed = own_signer(tmp_path, "x.example", NOW_NS).sign(message())
    valid(signed)
    root = verified(signed, (tmp_path / CERTIFICATE).read_text())
    assert root.findtext(f"{CAP}identifier") == "n1.1"
    assert (tmp_path / KEY).stat().st_mode & 0o077 == 0


def test_a_changed_message_is_found_out(tmp_path: Path) -> None:
    signed = own_signer(tmp_path, "x.example", NOW_NS).sign(message())
    changed = signed.replace(b">Exercise<", b">Actual<")
    assert changed != signed
    with pytest.raises(InvalidSignature):
        verified(changed, (tmp_path / CERTIFICATE).read_text())


def test_another_key_is_found_out(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    signed = own_signer(tmp_path / "a", "x.example", NOW_NS).sign(message())
    own_signer(tmp_path / "b", "x.example", NOW_NS)
    with pytest.raises(InvalidSignature):
        verified(signed, (tmp_path / "b" / CERTIFICATE).read_text())


def test_the_key_is_made_once(tmp_path: Path) -> None:
    own_signer(tmp_path, "x", NOW_NS)
    first = (tmp_path / CERTIFICATE).read_text()
    own_signer(tmp_path, "x", NOW_NS)
    assert (tmp_path / CERTIFICATE).read_text() == first


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        own_signer(tmp_path / name, "x", NOW_NS)
    with pytest.raises(ConfigError, match="does not belong"):
        Signer(tmp_path / "a" / CERTIFICATE, tmp_path / "b" / KEY)
    with pytest.raises(ConfigError, match="can't sign"):
        Signer(tmp_path / "none", tmp_path / "b" / KEY)
