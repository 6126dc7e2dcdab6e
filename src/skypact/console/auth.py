"""Who may open the console: one-time links, sessions, and where a request must come from.

A link is a signed ticket that works once and for a short time. It is turned into a session cookie
whose id comes from `secrets` and is signed with the same key, so a page survives a restart of its
node; the name of the person on watch does not and is asked again. The key lies in a file that only
its owner can read; whoever can read it may open a seat, as with any local login.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec

from skypact.config.private import write_private
from skypact.core.errors import ConfigError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PANELS = ("", "warnings", "map")
_SESSIONS_MAX = 256
_TICKETS_MAX = 4096
_NS = 1_000_000_000


class SeatFile(msgspec.Struct, frozen=True, kw_only=True):
    """What another process of the same user needs to open a further seat."""

    url: str
    key: str
    link_lifetime_s: float


@dataclass
class Session:
    """One seat. person: who is on watch there, "" until said; ends_ns: when it stops working."""

    id: str
    ends_ns: int
    person: str = ""


class Keyring:
    """Makes and checks tickets and session cookies. Times are ns UTC."""

    def __init__(self, key: bytes, started_ns: int, session_lifetime_s: float) -> None:
        self._key, self._started_ns = key, started_ns
        self._session_lifetime_ns = int(session_lifetime_s * _NS)
        self._used: dict[str, int] = {}
        self._sessions: dict[str, Session] = {}

    def redeem(self, ticket: str, now_ns: int) -> Session | None:
        """Return a new session for a ticket that is genuine, in time and not used before."""
        fields = _unsealed(self._key, "link", ticket)
        if fields is None or ticket in self._used:
            return None
        made_ns, ends_ns = int(fields[1]), int(fields[2])
        # Used tickets are forgotten at a restart, so older tickets are refused then.
        if not self._started_ns <= made_ns <= now_ns + _NS or now_ns >= ends_ns:
            return None
        self._used = {old: ends for old, ends in self._used.items() if ends > now_ns}
        if len(self._used) >= _TICKETS_MAX:
            return None
        self._used[ticket] = ends_ns
        return self._admit(secrets.token_hex(16), now_ns + self._session_lifetime_ns, now_ns)

    def cookie(self, session: Session) -> str:
        """Return the cookie value of a session."""
        return _sealed(self._key, "seat", session.id, "0", str(session.ends_ns))

    def session(self, cookie: str, now_ns: int) -> Session | None:
        """Return the session of a cookie, None if it is not ours or has ended."""
        fields = _unsealed(self._key, "seat", cookie)
        if fields is None or now_ns >= int(fields[2]):
            return None
        known = self._sessions.get(fields[0])
        return known or self._admit(fields[0], int(fields[2]), now_ns)

    def role(self, token: str, now_ns: int) -> str:
        """Return the role of a program's token, "" if it is not ours or has ended."""
        fields = _unsealed(self._key, "role", token)
        return "" if fields is None or now_ns >= int(fields[2]) else fields[0]

    def _admit(self, session_id: str, ends_ns: int, now_ns: int) -> Session:
        self._sessions = {k: s for k, s in self._sessions.items() if s.ends_ns > now_ns}
        while len(self._sessions) >= _SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        session = Session(session_id, ends_ns)
        self._sessions[session_id] = session
        return session


def ticket(key: bytes, now_ns: int, lifetime_s: float) -> str:
    """Return a new one-time ticket."""
    return _sealed(
        key, "link", secrets.token_hex(16), str(now_ns), str(now_ns + int(lifetime_s * _NS))
    )


def link(url: str, key: bytes, now_ns: int, lifetime_s: float, panel: str = "") -> str:
    """Return a one-time link to the console at `url`; panel: "", "warnings" or "map"."""
    if panel not in PANELS:
        raise ConfigError(f"no panel of that name; there are {PANELS[1:]}", path="panel", key=panel)
    tail = f"&panel={panel}" if panel else ""
    return f"{url}/open?token={ticket(key, now_ns, lifetime_s)}{tail}"


def role_token(path: Path, role: str, now_ns: int, lifetime_s: float) -> str:
    """Return a token with which a program is shown what `role` may see, for a time; `path`: the
    seat file of the console. Raises ConfigError when the file can't be read."""
    key = bytes.fromhex(_seat(path).key)
    return _sealed(key, "role", role, str(now_ns), str(now_ns + int(lifetime_s * _NS)))


def open_seat(path: Path, now_ns: int, panel: str = "") -> str:
    """Return a one-time link to the running console whose seat file is `path`.

    Raises ConfigError when the file cannot be read or is not a seat file.
    """
    seat = _seat(path)
    return link(seat.url, bytes.fromhex(seat.key), now_ns, seat.link_lifetime_s, panel)


def _seat(path: Path) -> SeatFile:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SeatFile)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"no console can be opened with it: {error}", path=str(path)) from error


def load_key(path: Path | None) -> bytes:
    """Return the key kept in the seat file, a new one if there is none."""
    if path is None or not path.exists():
        return secrets.token_bytes(32)
    try:
        return bytes.fromhex(msgspec.json.decode(path.read_bytes(), type=SeatFile).key)
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise ConfigError(
            f"not a seat file of a console ({error}); delete it and start again", path=str(path)
        ) from error


def write_seat(path: Path, seat: SeatFile) -> None:
    """Write the seat file so that only its owner can read it, whole or not at all."""
    write_private(path, msgspec.json.encode(seat))


def require_loopback(host: str) -> None:
    """Raise ConfigError unless `host` is this machine itself."""
    if host not in LOOPBACK:
        raise ConfigError(
            f"the console serves this machine only; {host!r} is not one of {', '.join(LOOPBACK)}",
            path="[console]",
            key="host",
        )


def host_allowed(host: str | None, port: int) -> bool:
    """Return whether a Host header names this console (a rebound DNS name does not)."""
    return host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}")


def origin_allowed(origin: str | None, host: str | None) -> bool:
    """Return whether an Origin header is the page that this very Host served."""
    return origin is not None and origin == f"http://{host}"


def _sealed(key: bytes, use: str, *fields: str) -> str:
    body = ".".join(fields)
    return f"{body}.{_mac(key, use, body)}"


def _unsealed(key: bytes, use: str, text: str) -> tuple[str, str, str] | None:
    """Return (id, made_ns, ends_ns) as text if the seal is ours."""
    if len(text) > 256 or not text.isascii():
        return None
    body, _, mac = text.rpartition(".")
    fields = body.split(".")
    if len(fields) != 3 or not hmac.compare_digest(mac, _mac(key, use, body)):
        return None
    return fields[0], fields[1], fields[2]


def _mac(key: bytes, use: str, body: str) -> str:
    return hmac.new(key, f"{use}:{body}".encode(), hashlib.sha256).hexdigest()
