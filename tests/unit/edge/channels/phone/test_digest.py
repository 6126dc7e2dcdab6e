"""Digest authentication against the examples of its standards."""

from skypact.edge.channels.phone.digest import Credentials, answer
from skypact.edge.channels.phone.sip import pairs

MUFASA = Credentials("Mufasa", "Circle of Life")
REALM = 'realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
OURS = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def test_the_examples_of_rfc_7616() -> None:
    """RFC 7616 section 3.9.1: the same request under MD5 and SHA-256; the better is taken."""
    challenges = [
        f'Digest {REALM}, qop="auth, auth-int", algorithm=MD5, opaque="FQhe"',
        f'Digest {REALM}, qop="auth, auth-int", algorithm=SHA-256, opaque="FQhe"',
    ]
    said = pairs(answer(challenges, MUFASA, "GET", "/dir/index.html", OURS))
    assert said["algorithm"] == "SHA-256"
    assert said["opaque"] == "FQhe"
    assert said["response"] == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    md5 = pairs(answer(challenges[:1], MUFASA, "GET", "/dir/index.html", OURS))
    assert md5["response"] == "8ca523f5e9506fed4657c9700eebdbec"


def test_the_example_of_rfc_2617_without_qop() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    who = Credentials("Mufasa", "Circle Of Life")
    said = pairs(answer([challenge], who, "GET", "/dir/index.html", "x"))
    assert said["response"] == "670fd8c2df070c60b045671b8b24ff02"
    assert "qop" not in said


def test_what_we_cannot_answer_gets_none() -> None:
    for challenge in (
        'Basic realm="x"',
        'Digest realm="x"',
        'Digest realm="x", nonce="n", algorithm=SHA-512-256',
        'Digest realm="x", nonce="n", qop="auth-int"',
        f'Digest realm="{"x" * 300}", nonce="n"',
    ):
        assert answer([challenge], MUFASA, "GET", "/", "x") == ""


def test_names_with_quotation_marks_stay_inside_theirs() -> None:
    challenge = 'Digest realm="a\\"b", nonce="n"'
    assert pairs(answer([challenge], MUFASA, "GET", "/", "x"))["realm"] == 'a"b'
