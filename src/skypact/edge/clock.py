"""The only clock of a live node: monotonic, anchored to UTC, never going back."""

import time

SLEW_PPM_MAX = 500
STEP_NS = 500_000_000
AGE_NS_MAX = 10_000_000_000


def age_ns(utc_ns: int) -> int:
    """Return how long ago the operating system stamped something, within 0 and 10 s."""
    return min(max(time.time_ns() - utc_ns, 0), AGE_NS_MAX)


class Clock:
    """UTC in int ns that cannot jump: it starts at UTC and follows it at no more than 500 ppm."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()
        self._disciplined_ns = time.monotonic_ns()
        self._reported_ns = 0

    def now_ns(self) -> int:
        """Return the node's time."""
        return time.monotonic_ns() + self._offset_ns

    def discipline(self) -> int:
        """Follow UTC a little; return the step in ns if UTC has newly jumped away, else 0.

        Call it about once a second. A jump is reported once and then slewed like any drift, so
        no deadline moves with it.
        """
        monotonic_ns = time.monotonic_ns()
        behind_ns = time.time_ns() - monotonic_ns - self._offset_ns
        slew_ns = (monotonic_ns - self._disciplined_ns) * SLEW_PPM_MAX // 1_000_000
        self._disciplined_ns = monotonic_ns
        self._offset_ns += max(-slew_ns, min(slew_ns, behind_ns))
        if abs(behind_ns - self._reported_ns) > STEP_NS:
            self._reported_ns = behind_ns
            return behind_ns
        if abs(behind_ns) < STEP_NS:
            self._reported_ns = 0
        return 0
