"""What a recipient is told, in its language: the only maker of `Notice`."""

from collections.abc import Mapping, Sequence

from skypact.core.ids import Issuer
from skypact.core.messages import Notice, NoticeArea, Stage
from skypact.warning.alerting.going import Going
from skypact.warning.alerting.held import Held
from skypact.warning.alerting.procedure import AlertingSettings, Recipient
from skypact.warning.phrases.phrases import say
from skypact.warning.settings import Place

S = 1_000_000_000
OF_USE_NS = 60 * S
"""A warning is of use until its last arrival, and at least so long."""
END_OF_USE_NS = 3_600 * S
"""An all-clear or a correction is of use for so long."""
AREAS_MAX = 200


class Telling:
    """Makes notices. places: all that this node knows, by name."""

    def __init__(self, issuer: Issuer, settings: AlertingSettings, places: Sequence[Place]) -> None:
        self._issuer = issuer
        self._sender = settings.sender or issuer.nation.capitalize()
        self._places: Mapping[str, Place] = {place.name: place for place in places}

    def notice(self, held: Held, going: Going, recipient: Recipient, now_ns: int) -> Notice:
        """Return the notice of the attempt that has begun."""
        first = held.first()
        named = going.said
        soonest = [first[name] for name in named if name in first]
        to_go_s = (soonest[0].at_ns - now_ns) / S if soonest else 0.0
        spread_s = soonest[0].spread_s if soonest else 0.0
        last_ns = max((a.at_ns + round(a.spread_s * S) for a in soonest), default=0)
        warns = going.stage in (Stage.PREPARE, Stage.TAKE_COVER)
        words = say(
            recipient.language,
            going.stage,
            held.threat_class,
            named,
            max(to_go_s, 0.0),
            spread_s,
            self._sender,
            self._issuer.context,
        )
        told = (g.told.get(going.channel, ()) for g in held.of(going.recipient))
        ids = dict.fromkeys(n for each in told for n in each)
        earlier = [n for n in ids if n != going.notice_id]
        return Notice(
            **self._issuer.header(now_ns, now_ns),
            notice_id=going.notice_id,
            event_id=held.alert_id,
            procedure=held.procedure,
            recipient=going.recipient,
            channel=going.channel,
            address=recipient.address(going.channel),
            attempt=going.attempt,
            language=recipient.language,
            stage=going.stage,
            threat_class=held.threat_class,
            title=words.title,
            text=words.text,
            speech=words.speech,
            areas=tuple(self._area(name, held, now_ns) for name in named[:AREAS_MAX]),
            references=tuple(earlier),
            answer=going.asked,
            expires_ns=max(last_ns, now_ns + OF_USE_NS) if warns else now_ns + END_OF_USE_NS,
        )

    def _area(self, name: str, held: Held, now_ns: int) -> NoticeArea:
        place, arrival = self._places.get(name), held.first().get(name)
        corners: list[list[float]] = place.corners_deg.tolist() if place else []
        to_go_s = (arrival.at_ns - now_ns) / S if arrival else 0.0
        return NoticeArea(
            name=name,
            polygon_deg=tuple((round(lat, 5), round(lon, 5)) for lat, lon in corners),
            time_to_go_s=round(min(max(to_go_s, 0.0), 86_400.0), 1),
            time_spread_s=round(arrival.spread_s if arrival else 0.0, 1),
        )
