"""Identities between nations: by their own clause, durable, each version once."""

import msgspec
import pytest

from skypact.core.messages import (
    ConflictResolved,
    FrameRefused,
    Identity,
    IdentityProposed,
    IdentitySet,
    PartnerIdentity,
    ReleaseWithheld,
    ResumeAgreement,
    Stream,
    SuspendAgreement,
    ThreatClass,
)
from skypact.sharing import wire
from tests.unit.picture.flights import T0, S
from tests.unit.picture.identity.claimed import SEEN, claim
from tests.unit.sharing.treaty import (
    ISSUER,
    agreement,
    arrived,
    clause,
    everything,
    of,
    only,
    opened,
    releases,
    sharing,
)

FRIEND = Identity.FRIEND


def identity_only(owner="auria", partner="borvia", **given):
    return agreement(clause("identity", id="id", **given), owner=owner, partner=partner)


def ours(kind=IdentitySet, threat=ThreatClass.AIRCRAFT, now_ns=T0, **given):
    base = {"claim_id": "auria-1", "nation": "auria", "person": "Ilse Maren", "area": "centre"}
    said = claim(given.pop("identity", FRIEND), **{**base, **given})
    return kind(**ISSUER.header(now_ns, now_ns), claim=said, threat_class=threat)


def proposed(**given):
    base = {"nation": "auria", "decider": "borvia", "number": 105, "identity": FRIEND}
    more = {"evidence": (SEEN,), "person": "Jo Brandt", "reason": "seen"}
    return IdentityProposed(
        **ISSUER.header(T0, T0), **{**base, **more, "threat_class": ThreatClass.DRONE, **given}
    )


def sent(messages, partner="borvia"):
    return releases(messages, Stream.WARNING, partner)


def test_an_agreement_on_everything_else_tells_no_identity() -> None:
    room = sharing(everything())
    assert sent(room.handle(ours(), T0)) == []
    (said,) = [m for m in of(room.wake(T0 + S), ReleaseWithheld) if m.what == "identity"]
    assert (said.partner, said.reason) == ("borvia", "no clause covers its class")


def test_a_clause_of_its_own_lets_it_go_on_the_durable_stream() -> None:
    room = sharing(identity_only(), everything(partner="cestia"))
    out = room.handle(ours(), T0)
    (release,) = sent(out)
    frame, body = opened(release)
    assert (frame.clauses, release.stream) == (("auria-borvia/id",), Stream.WARNING)
    assert (body.track, body.identity, body.area, body.evidence) == (105, FRIEND, "centre", (SEEN,))
    assert body.person == ""
    assert "auria-1" not in release.frame.decode("latin1")
    assert sent(out, "cestia") == []


def test_the_person_is_told_only_where_the_clause_says_so() -> None:
    room = sharing(identity_only(show_person=True))
    (release,) = sent(room.handle(ours(), T0))
    assert opened(release)[1].person == "Ilse Maren"


@pytest.mark.parametrize("kind", [IdentitySet, ConflictResolved])
def test_it_arrives_as_what_the_partner_holds(kind) -> None:
    treaties = (identity_only(), identity_only(owner="borvia", partner="auria"))
    auria, borvia = sharing(*treaties), sharing(*treaties, nation="borvia")
    event = ours(kind, resolves=("0123456789abcdef",))
    (release,) = sent(auria.handle(event, T0))
    heard = only(borvia.handle(arrived(release, T0), T0), PartnerIdentity)
    assert heard.claim.claim_id.startswith("auria/")
    same = msgspec.structs.replace(heard.claim, claim_id="auria-1", person="Ilse Maren")
    assert same == event.claim
    assert heard.claim.mark == event.claim.mark


def test_a_new_version_and_an_end_have_the_same_reference() -> None:
    room = sharing(identity_only())
    first = opened(sent(room.handle(ours(), T0))[0])[1]
    second = opened(sent(room.handle(ours(version=2, track=90), T0))[0])[1]
    end = opened(sent(room.handle(ours(version=3, ended=True), T0))[0])[1]
    assert len({b.reference for b in (first, second, end)}) == 1
    assert [b.version for b in (first, second, end)] == [1, 2, 3]
    assert sent(room.wake(T0 + S)) == []


def test_what_another_nation_holds_is_never_passed_on() -> None:
    room = sharing(identity_only())
    assert sent(room.handle(ours(ConflictResolved, nation="cestia"), T0)) == []
    assert sent(room.handle(proposed(nation="cestia"), T0)) == []


def test_an_end_of_what_was_never_told_is_no_news() -> None:
    room = sharing(identity_only())
    assert sent(room.handle(ours(ended=True), T0)) == []


def test_what_was_held_back_is_told_in_its_newest_version() -> None:
    room = sharing(identity_only(classes=("aircraft",)))
    command = {"agreement": "auria-borvia", "person": "I", "reason": "drill"}
    room.handle(SuspendAgreement(**ISSUER.header(T0, T0), **command), T0)
    assert sent(room.handle(ours(), T0)) == []
    assert sent(room.handle(ours(version=2, identity=Identity.HOSTILE), T0)) == []
    room.handle(ResumeAgreement(**ISSUER.header(T0, T0), **command), T0)
    (release,) = sent(room.wake(T0 + S))
    assert (opened(release)[1].version, opened(release)[1].identity) == (2, Identity.HOSTILE)
    assert sent(room.wake(T0 + 2 * S)) == []


def test_an_object_that_is_classed_anew_is_kept_right_for_who_knows_it() -> None:
    room = sharing(identity_only(classes=("aircraft",)))
    assert sent(room.handle(ours(), T0))
    drone = ours(version=2, threat=ThreatClass.DRONE, identity=Identity.HOSTILE)
    (release,) = sent(room.handle(drone, T0))
    assert opened(release)[1].identity is Identity.HOSTILE


def test_a_proposal_goes_to_the_nation_that_decides_and_to_no_other() -> None:
    treaties = (identity_only(), identity_only(owner="auria", partner="cestia"))
    auria = sharing(*treaties)
    out = auria.handle(proposed(), T0)
    (release,) = sent(out)
    assert sent(out, "cestia") == []
    borvia = sharing(*treaties, nation="borvia")
    heard = only(borvia.handle(arrived(release, T0), T0), IdentityProposed)
    assert (heard.nation, heard.decider, heard.number) == ("auria", "borvia", 105)
    assert (heard.identity, heard.person, heard.reason) == (FRIEND, "", "seen")
    assert sent(auria.handle(proposed(decider="auria"), T0)) == []


def test_a_proposal_without_a_clause_is_held_back() -> None:
    room = sharing(everything())
    assert sent(room.handle(proposed(), T0)) == []
    assert "identity" in {m.what for m in of(room.wake(T0 + S), ReleaseWithheld)}


def test_an_identity_from_the_future_is_refused() -> None:
    treaties = (identity_only(), identity_only(owner="borvia", partner="auria"))
    auria, borvia = sharing(*treaties), sharing(*treaties, nation="borvia")
    (release,) = sent(auria.handle(ours(since_ns=T0 + 61 * S), T0))
    out = borvia.handle(arrived(release, T0), T0)
    assert only(out, FrameRefused).reason == "an identity from the future"


def test_no_body_has_a_field_for_what_stays_at_home() -> None:
    fields = {f.encode_name for f in msgspec.structs.fields(wire.IdentityBody)}
    assert not fields & {"claim_id", "nation", "lat_rad", "lon_rad", "history"}


def test_a_restart_tells_nothing_twice_and_forgets_nothing() -> None:
    room, copy = sharing(identity_only()), sharing(identity_only())
    room.handle(ours(), T0)
    copy.restore(room.snapshot())
    assert sent(copy.wake(T0 + S)) == []
    (release,) = sent(copy.handle(ours(version=2), T0 + S))
    assert (release.sequence, opened(release)[1].version) == (2, 2)
