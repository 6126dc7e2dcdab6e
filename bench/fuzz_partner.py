"""What the fuzzer feeds to all that a partner's bytes can reach: each target is a function of bytes that
fails when a decoder does, with real inputs to begin from and a fault to be planted in it.

Inputs are framed, so that most reach the inside: a frame with the right sender, an envelope with a
right seal and signature, a certificate in an announcement, a checkpoint that is truly signed.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

TestOne = Callable[[bytes], None]
Plant = Callable[[Callable[..., None]], None]
INCLUDED = ("skypact.sharing", "skypact.edge.links", "skypact.config", "skypact.core", "skypact.warning",
            "skypact.picture.identity")  # fmt: skip
STREAMS = ("track", "heartbeat", "warning", "receipt", "keys", "coalition")


def frames() -> TestOne:
    """First byte: bits 0 to 2 the stream, bit 3 the whole frame, else a body in a right frame; bit 4: it
    comes twice; bit 5: the room goes on from a snapshot. What the door lets in goes on to the rooms behind it."""
    from skypact.core.columns import fault
    from skypact.core.ids import Issuer
    from skypact.core.messages import Context, PartnerFrame, Stream
    from skypact.node import ROUTES
    from skypact.picture.picture import Picture
    from skypact.picture.settings import PictureSettings
    from skypact.sharing import wire
    from skypact.warning.alerting.alerting import Alerting
    from skypact.warning.alerting.procedure import AlertingSettings
    from skypact.warning.settings import WarningSettings
    from skypact.warning.warnings import Warnings
    from tests.unit.picture.flights import T0, S
    from tests.unit.sharing.treaty import everything, raised, sharing

    treaties = (everything(), everything("borvia", "auria"))
    start = sharing(*treaties)
    # An answer to a warning is believed only if there is one.
    start.handle(raised(T0), T0)
    begun = start.snapshot()

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        stream = Stream(STREAMS[(data[0] & 7) % len(STREAMS)])
        sent = data[1:]
        if not data[0] & 8:
            frame = wire.Frame(
                version=1, context=Context.EXERCISE, sender="borvia", recipient="auria",
                stream=stream, epoch=1, sequence=1, clauses=("borvia-auria/warn",), sent_ns=T0,
                body=sent,
            )  # fmt: skip
            sent = wire.encode(frame)
        room = sharing(*treaties)
        room.restore(begun)
        issuer = Issuer("auria", "fuzz", Context.EXERCISE)
        rooms = {
            "sharing": room,
            "picture": Picture(Issuer("auria", "picture", Context.EXERCISE), PictureSettings()),
            "warning": Warnings(
                Issuer("auria", "warning", Context.EXERCISE), WarningSettings(), ()
            ),
            "alerting": Alerting(
                Issuer("auria", "alerting", Context.EXERCISE), AlertingSettings(), (), ()
            ),
        }
        message: Any = PartnerFrame(
            **issuer.header(T0, T0), partner="borvia", stream=stream, frame=sent
        )
        queue = [message] * (2 if data[0] & 16 else 1)
        for _ in range(1_000):
            if not queue:
                break
            one = queue.pop(0)
            assert not hasattr(one, "COLUMNS") or fault(one) == ""
            for name in ROUTES.get(type(one), ()):
                if name in rooms:
                    queue += rooms[name].handle(one, T0)
        assert not queue
        for one in rooms.values():
            one.wake(T0 + S)
        if not data[0] & 32:
            return
        held = room.snapshot()
        again = sharing(*treaties)
        again.restore(held)
        assert again.snapshot() == held

    return test_one


def frame_seeds() -> list[bytes]:
    from tests.wire.test_wire import bodies, framed

    from skypact.sharing import wire

    found: list[bytes] = []
    for stream, body in bodies().values():
        number = STREAMS.index(stream)
        found += [bytes([number]) + wire.encode(body), bytes([number | 8]) + framed(stream, body)]
    return found


def plant_frames(without: Callable[..., None]) -> None:
    from skypact.sharing import federation

    without(federation, "Federation._tracks", "if why:")


def envelope() -> TestOne:
    """First byte: bit 0 raw bytes, else a content that is truly sealed; bit 1: and its frame, as long as
    the content says, truly signed; bit 2: the content key that is truly sealed is no key."""
    from hashlib import sha256

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from skypact.edge.links import envelope as module
    from tests.unit.edge.links.allies import ally, as_known

    folder = Path(mkdtemp(prefix="skypact-fuzz-"))
    auria, borvia = ally(folder / "a", "auria"), ally(folder / "b", "borvia")
    ours, theirs = as_known(auria), as_known(borvia)
    head = module.MAGIC + ours.seal_id
    key, nonce = bytes(module.KEY_BYTES), bytes(module.NONCE_BYTES)
    start, short = (
        head + module.SUITE.encrypt(one, ours.seal, module.KEY_INFO + head)
        for one in (key, key[1:])
    )

    def test_one(data: bytes) -> None:
        if not data:
            return
        sent, said = data[1:], -1
        if not data[0] & 1:
            content = sent
            if data[0] & 2 and len(sent) >= 4:
                said = int.from_bytes(sent[:4], "big") & 0xFFFF
                rest = sent[4:]
                signature = borvia.keys.sign.sign(module.SIGNED + sha256(rest[:said]).digest())
                content = theirs.sign_id + signature + said.to_bytes(4, "big") + rest
            before = (short if data[0] & 4 else start) + nonce
            sent = before + AESGCM(key).encrypt(nonce, content, before)
        elif data[0] & 2:
            sent = head + sent
        try:
            frame = module.Opener(auria.keys, theirs).open(sent)
        except module.EnvelopeRefused:
            return
        # Only what was signed is let in, and all of it.
        assert said == len(frame)

    return test_one


def envelope_seeds() -> list[bytes]:
    frame = b"a frame of some length"
    return [
        b"\x02" + len(frame).to_bytes(4, "big") + frame + bytes(8),
        b"\x00" + bytes(100), b"\x01SKY2" + bytes(250), b"\x03" + bytes(300),
        b"\x04" + bytes(100),
    ]  # fmt: skip


def plant_envelope(without: Callable[..., None]) -> None:
    from skypact.edge.links import envelope as module

    without(
        module,
        "Opener.open",
        'if len(frame) != length or content[INNER_BYTES + length :].strip(b"\\0"):',
    )


def keys() -> TestOne:
    """First byte: bit 0 an announcement as it came, else two certificates in a right one; second: where
    the first of them ends."""
    import msgspec

    from skypact.core.messages.header import Context
    from skypact.edge.links import pki
    from skypact.edge.links.frame_keys import (
        Announcement,
        KeysRefused,
        partner_keys,
        read_announcement,
    )
    from tests.unit.edge.links.allies import NOW_NS, ally

    borvia = ally(Path(mkdtemp(prefix="skypact-fuzz-")), "borvia")
    sign, seal = borvia.keys.certificates
    authority = pki.read_certificate(borvia.authority.certificate)

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        sent = data[1:]
        if not data[0] & 1:
            given = sent[1:]
            both = (given, seal) if data[0] & 2 else (sign, given)
            sent = msgspec.msgpack.encode(Announcement(version=1, sign=both[0], seal=both[1]))
        try:
            found = partner_keys(
                read_announcement(sent), authority, "borvia", Context.EXERCISE, NOW_NS
            )
        except KeysRefused:
            return
        assert found.begins_ns <= NOW_NS < found.ends_ns
        assert found.sign_id == borvia.keys.sign_id

    return test_one


def key_seeds() -> list[bytes]:
    from tests.unit.edge.links.allies import ally

    borvia = ally(Path(mkdtemp(prefix="skypact-fuzz-")), "borvia")
    sign, seal = borvia.keys.certificates
    whole = borvia.keys.announcement(asks=True)
    return [b"\x01" + whole, b"\x02\x00" + sign, b"\x00\x00" + seal, b"\x02\x00" + seal]


def plant_keys(without: Callable[..., None]) -> None:
    from skypact.edge.links import frame_keys

    without(
        frame_keys, "_proven", "except pki.UNUSABLE as error:", left="except KeyError as error:"
    )


def audit() -> TestOne:
    """First byte, bits 0 to 1: what a partner tells of its log as it came; a text that its key truly
    signed; leaves that lead to a head that it truly signed; a proof in a file. Second: where the leaves
    are cut."""
    from skypact.core.notes import signed
    from skypact.sharing.audit import exchange
    from skypact.sharing.audit.exchange import AuditBody
    from skypact.sharing.audit.leaves import LeafError
    from skypact.sharing.audit.log import Log
    from skypact.sharing.audit.merkle import Range, leaf_hash
    from skypact.sharing.audit.checkpoint import sign
    from skypact.sharing.audit.proof import ProofError, proven
    from skypact.sharing.audit.witness import Followed, judge
    from tests.unit.sharing.audit.test_witness import BY, KEY, Nothing

    def judged(body: AuditBody) -> None:
        found = judge(Followed(), body, BY, Nothing())
        assert found.followed.size >= 0
        assert found.grown or found.faults or not found.followed.size

    def test_one(data: bytes) -> None:
        if len(data) < 3:
            return
        how, sent = data[0] & 3, data[2:]
        if how == 0:
            try:
                judged(exchange.decode(sent))
            except LeafError:
                return
        elif how == 1:
            text = sent.decode("utf-8", "replace").replace("\n\n", "\n") + "\n"
            judged(AuditBody(note=signed(text, BY.name, KEY)[: exchange.NOTE_CHARACTERS_MAX]))
        elif how == 2:
            cut = max(1, data[1])
            leaves = [sent[at : at + cut] for at in range(0, len(sent), cut)]
            tree = Range()
            for leaf in leaves:
                tree.append(leaf_hash(leaf))
            note = sign(Log("skypact/auria", tree).checkpoint(), BY.name, KEY)
            judged(AuditBody(note=note, leaves=tuple(leaves)))
        else:
            try:
                proven(sent.decode("utf-8", "replace"), [BY])
            except ProofError:
                return

    return test_one


def audit_seeds() -> list[bytes]:
    from skypact.sharing.audit import exchange
    from skypact.sharing.audit.proof import proof_text
    from tests.unit.sharing.audit.test_witness import DATA, body

    told = body(DATA, 0)
    checkpoint = told.note.rpartition("\n\n")[0]
    return [
        b"\x00\x00" + exchange.encode(told),
        b"\x01\x00" + checkpoint.encode(),
        *(b"\x02\xff" + leaf for leaf in DATA),
        b"\x03\x00" + proof_text(DATA[0], 0, (bytes(32),), told.note).encode(),
    ]


def plant_audit(without: Callable[..., None]) -> None:
    from skypact.sharing.audit import checkpoint, witness

    without(checkpoint, "checkpoint_of", "if len(lines) < 4 or not lines[0]:")
    witness.checkpoint_of = checkpoint.checkpoint_of


def cards() -> TestOne:
    """First byte: bit 0 a whole card, else one value of it; bits 1 to 2: which."""
    import msgspec

    from skypact.config.cards import Card, card_text, fingerprint
    from skypact.core.errors import ConfigError
    from skypact.core.toml import decode_toml, faults
    from skypact.edge.links import pki

    keys_of = ("agreement_key", "audit_key", "authority", "nation")
    real = msgspec.to_builtins(_card())

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        text = data[1:].decode("utf-8", "replace")
        if not data[0] & 1:
            import tomli_w

            text = tomli_w.dumps({**real, keys_of[data[0] >> 1 & 3]: text})
        found = faults(text, Card, "x.toml")
        assert all(str(fault) for fault in found)
        if found:
            return
        card = decode_toml(text, Card, "x.toml")
        assert decode_toml(card_text(card), Card, "x.toml") == card
        assert len(fingerprint(card)) == 39
        try:
            pki.bound_authority(card.authority, card.nation, card.context)
        except ConfigError:
            return

    return test_one


def _card() -> Any:
    from skypact.config.signing import make_signing_keys, own_card
    from skypact.core.messages import Context
    from tests.unit.edge.links.allies import ally

    folder = Path(mkdtemp(prefix="skypact-fuzz-"))
    borvia = ally(folder, "borvia")
    make_signing_keys(folder)
    return own_card(folder, "borvia", Context.EXERCISE, borvia.authority.certificate.read_text())


def card_seeds() -> list[bytes]:
    from skypact.config.cards import card_text

    card = _card()
    values = (card.agreement_key, card.audit_key, card.authority, card.nation)
    return [
        b"\x01" + card_text(card).encode(),
        *(bytes([number << 1]) + value.encode() for number, value in enumerate(values)),
    ]


def plant_cards(without: Callable[..., None]) -> None:
    from skypact.edge.links import pki

    without(
        pki,
        "bound_authority",
        "except UNUSABLE:",
        left="except KeyError:",
    )


def agreements() -> TestOne:
    """First byte: bits 0 to 1 choose an agreement, a bloc, one value of an agreement, or lines of
    signatures."""
    import tomli_w

    from skypact.core.notes import NoteError
    from skypact.core.toml import decode_toml, faults, with_line
    from skypact.config.signatures import is_signed
    from skypact.sharing.treaty import blocs, cedar, lint, words
    from skypact.sharing.treaty.agreements import Agreement, Bloc
    from skypact.sharing.treaty.policy import compiled
    from tests.unit.sharing.audit.test_witness import BY

    base = {
        "version": 1, "owner": "borvia", "partner": "auria",
        "valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_until": datetime(2027, 1, 1, tzinfo=UTC),
    }  # fmt: skip

    def clause(text: str) -> str:
        parts = text.split(",")
        numbers = [float(p) for p in parts if p.replace(".", "").replace("-", "").isdigit()][:9]
        pairs = [numbers[i : i + 2] for i in range(0, len(numbers) - 1, 2)]
        made = {
            "id": (parts[0] or "1")[:9],
            "what": "track",
            "classes": parts[1:3],
            "area_deg": pairs,
        }
        return tomli_w.dumps({**base, "clause": [made]})

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        how, text = data[0] & 3, data[1:].decode("utf-8", "replace")
        if how == 3:
            try:
                is_signed("text\n", text, BY)
            except NoteError:
                return
        if how == 2:
            try:
                text = clause(text)
            except ValueError:
                return
        kind = Bloc if how == 1 else Agreement
        found = faults(text, kind, "x.toml")
        assert all(str(fault) for fault in found)
        if found:
            return
        one: Any = decode_toml(text, kind, "x.toml")
        if isinstance(one, Bloc):
            wrong = blocs.faults({"x.toml": one}, {"auria"})
        else:
            wrong = lint.faults({"x.toml": one}, "auria", ["borvia"])
        assert all(str(with_line(fault, text)) for fault in wrong)
        if not wrong and isinstance(one, Agreement):
            assert len(compiled(one).rules) == len(one.clauses)
            assert len(words.allows(one)) == len(one.clauses)
            assert cedar.policies(one)

    return test_one


def agreement_seeds() -> list[bytes]:
    from importlib.resources import files

    text = (files("skypact") / "data/agreement.toml").read_text()
    short = "\n".join(line for line in text.splitlines() if line and not line.startswith("#"))
    bloc = (
        'version = 1\nbloc = "coast"\nmembers = ["borvia", "cestia"]\n'
        "valid_from = 2026-12-01T00:00:00Z\nvalid_until = 2027-12-01T00:00:00Z\n"
    )
    return [
        b"\x00" + short.encode(), b"\x01" + bloc.encode(), b"\x021,drone,-30,-20,-30,-14,-35,-14",
        b"\x023,rocket,drone", "\x03— auria AAAAAA==\n".encode(),
    ]  # fmt: skip


def plant_agreements(without: Callable[..., None]) -> None:
    from skypact.sharing.treaty import lint

    without(lint, "_area", "if not clause.area_deg:")


TARGETS: dict[str, tuple[Callable[[], TestOne], Callable[[], list[bytes]], Plant]] = {
    "partner_frames": (frames, frame_seeds, plant_frames),
    "envelope": (envelope, envelope_seeds, plant_envelope),
    "announced_keys": (keys, key_seeds, plant_keys),
    "audit_log": (audit, audit_seeds, plant_audit),
    "cards": (cards, card_seeds, plant_cards),
    "agreements": (agreements, agreement_seeds, plant_agreements),
}
