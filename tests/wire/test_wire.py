"""A partner need not use Python: what docs/reference/wire.md says is enough to read every frame."""

import base64
import json
import re
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.columns import array, pack
from skypact.core.messages import (
    Context,
    Evidence,
    EvidenceSource,
    Identity,
    ImpactEllipse,
    RoleArea,
    Stream,
    ThreatClass,
    ThreatenedPlace,
)
from skypact.core.messages.warning import WarningState
from skypact.core.notes import raw_key
from skypact.edge.links.envelope import Sealer
from skypact.edge.links.frame_keys import OwnKeys, PartnerKeys, key_id
from skypact.sharing import wire
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import X, everything, own, releases, sharing
from tests.wire import decoder

REFERENCE = Path(__file__).parents[2] / "docs/reference"
VECTORS, PROTO, PAGE = (REFERENCE / n for n in ("wire-vectors.json", "wire.proto", "wire.md"))
SIGN, SEAL = bytes([7]) * 32, bytes([9]) * 32
REF = "0123456789abcdef" * 2
MARKED = "marked warning"
LABEL = wire.Label(
    policy="AURIA", classification="SECRET", caveats=("EYES ONLY",), releasable_to=("borvia",),
    remarks=("EXERCISE DATA",), originator="auria", created_ns=T0, review_ns=T0 + 86_400 * S,
)  # fmt: skip


def keys() -> tuple[OwnKeys, PartnerKeys]:
    """Return the sender's keys and the receiver's as the sender knows them."""
    sign, seal_key = (
        Ed25519PrivateKey.from_private_bytes(SIGN),
        X25519PrivateKey.from_private_bytes(SEAL),
    )
    public = seal_key.public_key()
    own_keys = OwnKeys(sign, key_id(sign.public_key()), {}, (b"", b""))
    partner = PartnerKeys(sign.public_key(), b"", public, key_id(public), 0, 0)
    return own_keys, partner


def bodies() -> dict[str, tuple[Stream, Any]]:
    """Return one body of each kind."""
    warning = wire.WarningBody(
        reference=REF, nation="borvia", track=1_234, threat_class=ThreatClass.BALLISTIC,
        class_probability=0.97, state=WarningState.RAISED, version=3,
        places=(ThreatenedPlace(name="Harbour", nation="borvia", time_to_go_s=188.5,
                                time_spread_s=9.25),),
        assessed_ns=T0, acknowledge_by_ns=T0 + 60 * S, detected_ns=T0 - 3 * S,
        tracked_ns=T0 - 2 * S, raised_ns=T0 - S, released_ns=T0,
        impact=ImpactEllipse(lat_rad=-0.56, lon_rad=-0.35, semi_major_m=4_000.0,
                             semi_minor_m=1_500.0, azimuth_rad=0.5),
    )  # fmt: skip
    answer = wire.AcknowledgementBody(
        reference=REF, event="acknowledged", person="J. Verin", received_ns=T0, shown_ns=T0 + S,
        acknowledged_ns=T0 + 5 * S,
    )  # fmt: skip
    suspended = wire.AgreementBody(
        agreement="auria-borvia", clause="2.1", suspended=True, reason="a drill", since_ns=T0
    )
    seen = Evidence(source=EvidenceSource.VISUAL, what="twin tail", observed_ns=T0)
    identity = wire.IdentityBody(
        reference=REF, track=1_234, identity=Identity.FRIEND, version=2, area="west", person="",
        reason="seen", evidence=(seen,), since_ns=T0, resolves=(REF[:16],),
    )  # fmt: skip
    proposal = wire.ProposalBody(
        track=1_234, identity=Identity.SUSPECT, evidence=(seen,), person="", reason="no answer",
        since_ns=T0,
    )  # fmt: skip
    cells = np.array([33_554_432, 33_554_433], "<u4").tobytes()
    area = wire.CoverageArea(height_min_m=1_500.0, cells=cells)
    coverage = wire.CoverageBody(cell_m=50_000.0, areas=(area,))
    west = RoleArea(name="west", nation="auria", area_deg=(-40.0, -30.0, -40.0, -18.0, -20.0, 0.0))
    roles = wire.RolesBody(members=("auria", "borvia"), hubs=("192.0.2.1:7422",), areas=(west,))
    return {
        "heartbeat": (Stream.HEARTBEAT, wire.HeartbeatBody(track_sequence=41, warning_sequence=7)),
        "receipt": (Stream.RECEIPT, wire.ReceiptBody(upto_sequence=7)),
        "track": (Stream.TRACK, _tracks()),
        "warning": (Stream.WARNING, warning),
        "warning without impact": (
            Stream.WARNING, msgspec.structs.replace(warning, impact=None, places=())),
        "acknowledgement": (Stream.WARNING, answer),
        "agreement": (Stream.WARNING, suspended),
        "identity": (Stream.WARNING, identity),
        "proposal": (Stream.WARNING, proposal),
        "coverage": (Stream.WARNING, coverage),
        "coalition": (Stream.COALITION, _coalition()),
        "numbers wanted": (Stream.WARNING, wire.NumbersBody(wanted=500, held=(1_234, 20_001))),
        "numbers": (Stream.WARNING, wire.LeaseBody(numbers=(4_711, 30_002, 17))),
        "roles": (Stream.WARNING, roles),
        MARKED: (Stream.WARNING, warning),
    }  # fmt: skip


def _tracks() -> wire.TrackBody:
    room = sharing(everything())
    room.handle(own([105, 1_700], [X, moved(X, 60.0)], T0), T0)
    (release,) = releases(room.wake(T0 + S), Stream.TRACK)
    return wire.track_decoder.decode(wire.frame_decoder.decode(release.frame).body)


def _coalition() -> wire.CoalitionBody:
    x = np.stack([X, moved(X, 60.0)])
    columns = pack(
        wire.CoalitionBody, number=[40_000, 50_000], position_ecef_m=x[:, :3],
        velocity_ecef_mps=x[:, 3:], position_sd_m=[5_000.0] * 2, velocity_sd_mps=[100.0] * 2,
        threat_class=[0, 3],
    )  # fmt: skip
    return wire.CoalitionBody(time_ns=T0, count=2, pad=bytes(16), **columns)


def framed(stream: Stream, body: Any, label: Any = msgspec.UNSET) -> bytes:
    return wire.encode(
        wire.Frame(
            version=wire.VERSION, context=Context.EXERCISE, sender="auria", recipient="borvia",
            stream=stream, epoch=12, sequence=345, clauses=("auria-borvia/2.1",), sent_ns=T0,
            body=wire.encode(body), agreement=bytes(range(32)), label=label,
        )
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Return what a decoder gave as JSON can hold it."""
    if isinstance(value, bytes):
        return base64.b16encode(value).decode().lower()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


@pytest.mark.golden
def test_the_published_vectors_are_what_we_send(bless: bool) -> None:
    own_keys, partner = keys()
    frames = {
        name: framed(*one, LABEL if name == MARKED else msgspec.UNSET)
        for name, one in bodies().items()
    }
    if bless:
        held = {
            "receiver_seal_private_key": SEAL.hex(),
            "sender_sign_public_key": raw_key(own_keys.sign.public_key()).hex(),
            "frames": {
                name: {
                    "envelope": Sealer(own_keys, partner).seal(frame).hex(),
                    "frame": frame.hex(),
                    "read": plain(decoder.read(frame)),
                }
                for name, frame in frames.items()
            },
        }
        VECTORS.write_text(json.dumps(held, indent=1) + "\n")
    published = json.loads(VECTORS.read_text())["frames"]
    assert {name: one["frame"] for name, one in published.items()} == {
        name: frame.hex() for name, frame in frames.items()
    }


def test_a_decoder_written_from_the_page_reads_the_vectors() -> None:
    held = json.loads(VECTORS.read_text())
    receiver = bytes.fromhex(held["receiver_seal_private_key"])
    sender = bytes.fromhex(held["sender_sign_public_key"])
    for name, one in held["frames"].items():
        frame = decoder.opened(bytes.fromhex(one["envelope"]), receiver, sender)
        assert frame.hex() == one["frame"], name
        assert plain(decoder.read(frame)) == one["read"], name


@pytest.mark.parametrize("name", list(bodies()))
def test_it_reads_what_our_own_decoder_reads(name: str) -> None:
    stream, body = bodies()[name]
    read = decoder.read(framed(stream, body, LABEL))
    assert read["label"] == msgspec.msgpack.decode(msgspec.msgpack.encode(LABEL))
    assert (read["sender"], read["stream"], read["epoch"]) == ("auria", stream, 12)
    told = read["body"]
    if isinstance(body, wire.TrackBody | wire.CoalitionBody):
        for column in body.COLUMNS:
            ours = array(body, column)
            assert np.array_equal(np.array(told[column], ours.dtype), ours), column
        return
    expected = msgspec.msgpack.decode(msgspec.msgpack.encode(body))
    assert {k: v for k, v in told.items() if k in expected} == expected


@given(st.binary(max_size=2_000))
def test_both_envelopes_are_one(frame: bytes) -> None:
    own_keys, partner = keys()
    sender = raw_key(own_keys.sign.public_key())
    assert decoder.opened(Sealer(own_keys, partner).seal(frame), SEAL, sender) == frame


STRUCTS = (
    wire.Label, wire.Frame, wire.TrackBody, wire.WarningBody, ThreatenedPlace, ImpactEllipse,
    wire.AcknowledgementBody, wire.AgreementBody, wire.HeartbeatBody, wire.ReceiptBody,
    Evidence, wire.IdentityBody, wire.ProposalBody, wire.CoverageArea, wire.CoverageBody,
    wire.CoalitionBody, wire.NumbersBody, wire.LeaseBody, wire.RolesBody, RoleArea,
)  # fmt: skip
PLAIN = {int: "int64", str: "string", bytes: "bytes", float: "double", bool: "bool"}
HEAD = """\
// Names and types of every map between nations. Written by `make bless` from the program.
// The encoding is msgpack, maps by field name: docs/reference/wire.md says the rest.
syntax = "proto3";
package skypact.wire.v1;
"""


def proto() -> str:
    """Return the maps in the notation of Protocol Buffers."""
    parts = [HEAD]
    for struct in STRUCTS:
        config = struct.__struct_config__
        tag = [f'  // "{config.tag_field}" is "{config.tag}"'] if config.tag else []
        fields = msgspec.structs.fields(struct)
        lines = [f"  {_typed(f.type)} {f.encode_name} = {i};" for i, f in enumerate(fields, 1)]
        parts.append("\n".join([f"message {struct.__name__} {{", *tag, *lines, "}\n"]))
    return "\n".join(parts)


def _typed(kind: Any) -> str:
    origin = get_origin(kind)
    if hasattr(kind, "__metadata__"):
        return _typed(kind.__origin__)
    if origin is tuple:
        return f"repeated {_typed(get_args(kind)[0])}"
    if origin is UnionType:
        [one] = [k for k in get_args(kind) if k not in (type(None), msgspec.UnsetType)]
        return f"optional {_typed(one)}"
    if kind in STRUCTS:
        return kind.__name__
    return next(PLAIN[base] for base in kind.__mro__ if base in PLAIN)


@pytest.mark.golden
def test_the_published_proto_names_what_is_sent(bless: bool) -> None:
    if bless:
        PROTO.write_text(proto())
    assert PROTO.read_text() == proto(), "run `make bless` and look at the difference"


def test_every_field_is_on_the_page() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE.read_text()))
    fields = {f.encode_name for struct in STRUCTS for f in msgspec.structs.fields(struct)}
    assert fields <= named, fields - named
