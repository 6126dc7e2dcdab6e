"""Authorities and certificates: names, bounds, files, renewal."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from skypact.core.errors import ConfigError
from skypact.core.messages.header import Context
from skypact.edge.links.pki import (
    Authority,
    Role,
    dns_name,
    domain,
    issue,
    make_authority,
    write_bundle,
)

NOW_NS = 1_790_000_000_000_000_000
DAY_NS = 86_400 * 10**9


def authority(directory: Path, nation: str = "auria", now_ns: int = NOW_NS) -> Authority:
    return make_authority(directory, nation, Context.EXERCISE, now_ns)


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_names_carry_nation_and_context() -> None:
    assert dns_name(Role.APP, "auria", Context.TEST) == "app.auria.test.skypact"
    assert domain("new-auria", Context.OPERATION) == "new-auria.operation.skypact"


@pytest.mark.parametrize("nation", ["", "Auria", "a.b", "-a", "a-", "*", ">", "a b", "a" * 32])
def test_nation_that_is_no_label_is_refused(nation: str) -> None:
    with pytest.raises(ConfigError, match="not a nation's name"):
        domain(nation, Context.EXERCISE)


def test_authority_is_bound_to_its_names_and_kept(tmp_path: Path) -> None:
    made = authority(tmp_path / "pki")
    bound = read(made.certificate).extensions.get_extension_for_class(x509.NameConstraints)
    assert bound.critical
    assert bound.value.permitted_subtrees == [
        x509.DNSName("auria.exercise.skypact"),
        x509.RFC822Name("auria.exercise.skypact"),
        x509.UniformResourceIdentifier("auria.exercise.skypact"),
    ]
    assert (tmp_path / "pki").stat().st_mode & 0o777 == 0o700
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert authority(tmp_path / "pki", now_ns=NOW_NS + DAY_NS) == made
    assert not list(tmp_path.rglob("*.new"))


def test_authority_of_others_or_ended_or_damaged_is_refused(tmp_path: Path) -> None:
    made = authority(tmp_path)
    with pytest.raises(ConfigError, match=r"auria\.exercise\.skypact, not of borvia"):
        authority(tmp_path, "borvia")
    with pytest.raises(ConfigError, match="make a new authority"):
        authority(tmp_path, now_ns=NOW_NS + 800 * DAY_NS)
    other = authority(tmp_path / "other")
    made.key.write_bytes(other.key.read_bytes())
    with pytest.raises(ConfigError, match="does not belong"):
        authority(tmp_path)
    made.certificate.write_text("nonsense")
    with pytest.raises(ConfigError, match=r"authority\.pem: is not a certificate"):
        authority(tmp_path)


@pytest.mark.parametrize("role", list(Role))
def test_certificate_says_who_for_what_and_briefly(tmp_path: Path, role: Role) -> None:
    made = authority(tmp_path)
    got = issue(made, role, NOW_NS, ["127.0.0.1"])
    found = read(got.certificate)
    found.verify_directly_issued_by(read(made.certificate))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [f"{role}.auria.exercise.skypact"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    usage = [
        u for e in found.extensions if isinstance(e.value, x509.ExtendedKeyUsage) for u in e.value
    ]
    server = role in (Role.SERVER, Role.INTAKE, Role.COT, Role.HUB)
    client = role in (Role.APP, Role.NODE, Role.FEED, Role.HUB)
    # A hub takes links of other hubs and makes its own; keys of frames open no connection.
    expected = [ExtendedKeyUsageOID.SERVER_AUTH] if server else []
    assert usage == [*expected, *([ExtendedKeyUsageOID.CLIENT_AUTH] if client else [])]
    assert found.not_valid_after_utc - found.not_valid_before_utc == dt.timedelta(days=30)
    assert got.not_after_ns == int(found.not_valid_after_utc.timestamp()) * 10**9
    assert got.key.stat().st_mode & 0o777 == 0o600


def test_certificate_is_issued_anew_when_a_third_is_left(tmp_path: Path) -> None:
    made = authority(tmp_path)
    first = issue(made, Role.APP, NOW_NS)
    assert issue(made, Role.APP, NOW_NS + 19 * DAY_NS) == first
    second = issue(made, Role.APP, NOW_NS + 21 * DAY_NS)
    assert second.not_after_ns == first.not_after_ns + 21 * DAY_NS


def test_certificate_is_issued_anew_when_it_does_not_serve(tmp_path: Path) -> None:
    made = authority(tmp_path)
    first = issue(made, Role.SERVER, NOW_NS, ["127.0.0.1"])
    serial = read(first.certificate).serial_number
    issue(made, Role.SERVER, NOW_NS, ["127.0.0.1"])
    assert read(first.certificate).serial_number == serial
    issue(made, Role.SERVER, NOW_NS, ["127.0.0.1", "10.0.0.1"])
    serials = {serial, read(first.certificate).serial_number}
    # A kill between the two files leaves a key that is not the certificate's.
    first.key.unlink()
    issue(made, Role.SERVER, NOW_NS, ["127.0.0.1", "10.0.0.1"])
    serials.add(read(first.certificate).serial_number)
    made.certificate.unlink()
    renewed = authority(tmp_path)
    issue(renewed, Role.SERVER, NOW_NS, ["127.0.0.1", "10.0.0.1"])
    serials.add(read(first.certificate).serial_number)
    assert len(serials) == 4
    read(first.certificate).verify_directly_issued_by(read(renewed.certificate))


def test_certificate_never_outlives_its_authority(tmp_path: Path) -> None:
    made = authority(tmp_path)
    late = issue(made, Role.APP, NOW_NS + 725 * DAY_NS)
    assert late.not_after_ns == made.not_after_ns


def test_bundle_takes_only_authorities_bound_to_their_own_names(tmp_path: Path) -> None:
    auria = authority(tmp_path / "auria")
    borvia = authority(tmp_path / "borvia", "borvia")
    path = tmp_path / "bundle.pem"
    both = {a.nation: a.certificate.read_text() for a in (auria, borvia)}
    write_bundle(path, Context.EXERCISE, both)
    assert len(x509.load_pem_x509_certificates(path.read_bytes())) == 2
    with pytest.raises(ConfigError, match=r"other names than those of borvia\.exercise"):
        write_bundle(path, Context.EXERCISE, {"borvia": both["auria"]})
    with pytest.raises(ConfigError, match=r"other names than those of auria\.operation"):
        write_bundle(path, Context.OPERATION, {"auria": both["auria"]})
    leaf = issue(auria, Role.APP, NOW_NS)
    with pytest.raises(ConfigError, match="no name constraint"):
        write_bundle(path, Context.EXERCISE, {"auria": leaf.certificate.read_text()})
