"""Digest authentication as SIP uses it (RFC 3261 section 22, RFC 7616). Pure."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from skypact.edge.channels.phone.sip import pairs

REALM_MAX = 200


class Credentials(NamedTuple):
    user: str
    password: str


def _md5(text: str) -> str:
    # The protocol's choice, not ours: many exchanges know nothing else.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


ALGORITHMS: Mapping[str, Callable[[str], str]] = {"SHA-256": _sha256, "MD5": _md5}
"""The better first."""


def answer(
    challenges: Sequence[str], who: Credentials, method: str, uri: str, nonce_of_ours: str
) -> str:
    """Return the value of (Proxy-)Authorization for the best challenge that we know, else "".

    challenges: values of WWW-Authenticate or Proxy-Authenticate; nonce_of_ours: never used before.
    """
    known = {
        asked.get("algorithm", "MD5").upper(): asked
        for asked in (pairs(c) for c in challenges if c.lower().startswith("digest "))
        if asked.get("nonce") and len(asked.get("realm", "")) <= REALM_MAX
    }
    name = next((name for name in ALGORITHMS if name in known), "")
    if not name:
        return ""
    asked, digest = known[name], ALGORITHMS[name]
    realm, nonce = asked.get("realm", ""), asked["nonce"]
    secret = digest(f"{who.user}:{realm}:{who.password}")
    target = digest(f"{method}:{uri}")
    said = {"username": who.user, "realm": realm, "nonce": nonce, "uri": uri}
    plain = f", algorithm={name}"
    if "auth" in [part.strip() for part in asked.get("qop", "").split(",")]:
        said["response"] = digest(f"{secret}:{nonce}:00000001:{nonce_of_ours}:auth:{target}")
        said["cnonce"] = nonce_of_ours
        plain += ", qop=auth, nc=00000001"
    elif asked.get("qop"):
        return ""  # it insists on a protection that we do not have
    else:
        said["response"] = digest(f"{secret}:{nonce}:{target}")
    if "opaque" in asked:
        said["opaque"] = asked["opaque"]
    listed = ", ".join(f'{key}="{_quoted(value)}"' for key, value in said.items())
    return f"Digest {listed}{plain}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
