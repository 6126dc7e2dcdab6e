"""A client of the nation gets a certificate that names it and its role."""

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from skypact.config import NodeDirectory, load
from skypact.core.errors import ConfigError
from skypact.edge.clock import Clock
from skypact.edge.cot.keys import issue, server_keys
from skypact.edge.first_hour.configuration import init


@pytest.fixture
def directory(tmp_path: Path) -> NodeDirectory:
    init(tmp_path / "auria", "auria", Clock().now_ns())
    return load(tmp_path / "auria")


def test_a_client_gets_what_a_tak_client_imports(directory: NodeDirectory, tmp_path: Path) -> None:
    issued = issue(directory, "alpha", "watch", tmp_path / "alpha", Clock().now_ns())
    key, certificate, others = pkcs12.load_key_and_certificates(
        issued.bundle.read_bytes(), issued.passphrase.encode()
    )
    assert key is not None
    assert certificate is not None
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["alpha.watch.client.auria.exercise.skypact"]
    certificate.verify_directly_issued_by(others[0])
    assert (tmp_path / "alpha" / "authority.pem").read_bytes() == (
        directory.keys / "authority.pem"
    ).read_bytes()
    for path in issued.files[:3]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(issued.bundle.read_bytes(), b"atakatak")


@pytest.mark.parametrize(
    ("name", "role"), [("alpha", "nobody"), ("Al pha", "watch"), ("", "watch")]
)
def test_a_wrong_role_or_name_is_refused(
    directory: NodeDirectory, tmp_path: Path, name: str, role: str
) -> None:
    with pytest.raises(ConfigError):
        issue(directory, name, role, tmp_path / "x", Clock().now_ns())
    assert not list(tmp_path.glob("x/*.pem"))


def test_the_doors_own_certificate_is_kept(directory: NodeDirectory) -> None:
    first = server_keys(directory, Clock().now_ns())
    before = first.certificate.read_bytes()
    assert server_keys(directory, Clock().now_ns()) == first
    assert first.certificate.read_bytes() == before
