"""One-time links, sessions, and where a request must come from."""

from pathlib import Path

import pytest

from skypact.console import auth
from skypact.core.errors import ConfigError

KEY, OTHER = bytes(32), bytes(31) + b"x"
START, SECOND = 1_900_000_000_000_000_000, 1_000_000_000


def keyring(key: bytes = KEY, started_ns: int = START) -> auth.Keyring:
    return auth.Keyring(key, started_ns, session_lifetime_s=100.0)


def test_a_ticket_opens_one_session_once() -> None:
    ring, ticket = keyring(), auth.ticket(KEY, START, 60.0)
    session = ring.redeem(ticket, START + SECOND)
    assert session is not None
    assert ring.session(ring.cookie(session), START + 2 * SECOND) is session
    assert ring.redeem(ticket, START + 2 * SECOND) is None


def test_two_tickets_are_two_seats() -> None:
    ring = keyring()
    seats = [ring.redeem(auth.ticket(KEY, START, 60.0), START) for _ in range(2)]
    assert seats[0] is not None
    assert seats[1] is not None
    assert seats[0].id != seats[1].id


@pytest.mark.parametrize(
    ("ticket", "now_ns"),
    [
        (auth.ticket(KEY, START, 60.0), START + 60 * SECOND),
        (auth.ticket(OTHER, START, 60.0), START),
        (auth.ticket(KEY, START - SECOND, 60.0), START),  # made before the node started
        (auth.ticket(KEY, START + 9 * SECOND, 60.0), START),
        ("", START),
        ("a.b.c", START),
        ("ä" * 20, START),
        ("1." * 4000, START),
    ],
    ids=["late", "forged", "before the start", "future", "empty", "junk", "not ASCII", "long"],
)
def test_a_bad_ticket_opens_nothing(ticket: str, now_ns: int) -> None:
    assert keyring().redeem(ticket, now_ns) is None


def test_a_cookie_is_no_ticket_and_a_ticket_no_cookie() -> None:
    ring, ticket = keyring(), auth.ticket(KEY, START, 60.0)
    assert ring.session(ticket, START) is None
    session = ring.redeem(ticket, START)
    assert session is not None
    assert ring.redeem(ring.cookie(session), START) is None


def test_a_seat_survives_a_restart_without_the_name_and_ends_in_time() -> None:
    ring = keyring()
    session = ring.redeem(auth.ticket(KEY, START, 60.0), START)
    assert session is not None
    session.person = "Ilse Maren"
    restarted = keyring(started_ns=START + 5 * SECOND)
    again = restarted.session(ring.cookie(session), START + 6 * SECOND)
    assert again is not None
    assert again.person == ""
    assert restarted.session(ring.cookie(session), START + 100 * SECOND) is None
    assert keyring(OTHER).session(ring.cookie(session), START + SECOND) is None


def test_another_process_of_the_user_can_open_a_seat(tmp_path: Path) -> None:
    path = tmp_path / "seat.json"
    auth.write_seat(path, auth.SeatFile(url="http://127.0.0.1:7", key=KEY.hex(), link_lifetime_s=9))
    assert path.stat().st_mode & 0o777 == 0o600
    link = auth.open_seat(path, START, "map")
    assert link.startswith("http://127.0.0.1:7/open?token=")
    assert link.endswith("&panel=map")
    ticket = link.partition("token=")[2].partition("&")[0]
    assert keyring(auth.load_key(path)).redeem(ticket, START) is not None
    with pytest.raises(ConfigError, match="panel"):
        auth.open_seat(path, START, "../x")


def test_a_broken_seat_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "seat.json"
    with pytest.raises(ConfigError, match=r"seat\.json"):
        auth.open_seat(path, START)
    path.write_text("{}")
    with pytest.raises(ConfigError, match="delete it"):
        auth.load_key(path)


def test_only_loopback_is_served() -> None:
    auth.require_loopback("127.0.0.1")
    for host in ("0.0.0.0", "192.0.2.1", "example.org", ""):
        with pytest.raises(ConfigError, match="this machine only"):
            auth.require_loopback(host)


def test_host_and_origin_name_this_console() -> None:
    assert auth.host_allowed("localhost:8080", 8080)
    for host in ("localhost:8081", "localhost", "rebound.example:8080", None):
        assert not auth.host_allowed(host, 8080)
    assert auth.origin_allowed("http://localhost:8080", "localhost:8080")
    for origin in ("https://localhost:8080", "http://127.0.0.1:8080", "null", None):
        assert not auth.origin_allowed(origin, "localhost:8080")
