"""How often somebody may post: a bucket each, and one for all."""

from collections import OrderedDict
from dataclasses import dataclass

BUCKETS_MAX = 100_000
_NS = 1_000_000_000


@dataclass
class _Bucket:
    left: float
    at_ns: int


class Limit:
    """At most `burst` at once and `per_s` in the long run, for each name. Times are ns UTC."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def allows(self, name: str, now_ns: int) -> bool:
        """Return whether `name` may post now, and count it if so."""
        bucket = self._buckets.pop(name, None) or _Bucket(self._burst, now_ns)
        # Those not heard for longest have full buckets again anyway.
        while len(self._buckets) >= BUCKETS_MAX:
            self._buckets.popitem(last=False)
        self._buckets[name] = bucket
        gained = max(now_ns - bucket.at_ns, 0) / _NS * self._per_s
        bucket.left, bucket.at_ns = min(bucket.left + gained, self._burst), now_ns
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
