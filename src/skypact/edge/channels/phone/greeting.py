"""Whether the one who answered may be a machine: a long greeting without a pause. Pure."""

LOUD = 0.01
"""Share of full scale above which a packet holds a voice."""
PAUSE_S = 1.0


class Greeting:
    """Listens to what is said after the answer. People say a word or two and wait; machines go on.

    Only the first utterance counts: people who speak later do so because they heard something."""

    def __init__(self, long_s: float) -> None:
        """long_s: a first utterance as long as this is a machine's, as far as can be told."""
        self._long_s = long_s
        self._began_s: float | None = None
        self._heard_s: float | None = None
        self._over = False
        self.long = False

    def take(self, loudness: float, now_s: float) -> None:
        """Take the loudness of a packet, 0..1."""
        if self._over or loudness < LOUD:
            return
        if self._heard_s is not None and now_s - self._heard_s > PAUSE_S:
            self._over = True
            return
        self._began_s = now_s if self._began_s is None else self._began_s
        self._heard_s = now_s
        self.long |= now_s - self._began_s >= self._long_s
