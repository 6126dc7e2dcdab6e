"""Text to sound by espeak-ng, a program of its own; what was said once is kept."""

import asyncio
import io
import shutil
import wave
from collections import OrderedDict

import numpy as np

from skypact.core.messages import NoticeFailure
from skypact.edge.channels.phone.sound import at_8_khz, pcmu
from skypact.edge.channels.way import NotSentError

PROGRAM = "espeak-ng"
LETTERS_MAX = 4_000
KEPT_BYTES_MAX = 32 * 1024 * 1024  # over an hour of speech
AT_ONCE = 2
DEADLINE_S = 10.0
WORDS_A_MINUTE = 150


class Voice:
    """Renders speech. The same text in the same language is rendered once, also when many calls
    ask for it at the same time."""

    def __init__(self, program: str = PROGRAM, kept_bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._program, self._kept_bytes_max = program, kept_bytes_max
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._making: dict[tuple[str, str], asyncio.Task[bytes]] = {}
        self._kept_bytes = 0
        self.rendered = 0

    async def say(self, language: str, text: str) -> bytes:
        """Return a text as PCMU at 8 kHz; raises NotSentError."""
        key = (language, text[:LETTERS_MAX])
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(*key))
            making.add_done_callback(lambda _: self._making.pop(key, None))
        # Who stops waiting leaves the others their sound.
        return await asyncio.shield(making)

    async def check(self) -> None:
        """Raise NotSentError when the program is not there."""
        if shutil.which(self._program) is None:
            raise NotSentError(NoticeFailure.UNREACHABLE, f"{self._program} is not installed")

    async def _make(self, language: str, text: str) -> bytes:
        async with self._turn:
            sound = await self._render(language, text)
        self.rendered += 1
        self._kept[language, text] = sound
        self._kept_bytes += len(sound)
        while self._kept_bytes > self._kept_bytes_max and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest)
        return sound

    async def _render(self, language: str, text: str) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                self._program,
                *("-v", language.lower(), "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise NotSentError(
                NoticeFailure.UNREACHABLE, f"{self._program} cannot be run: {error.strerror}"
            ) from error
        try:
            async with asyncio.timeout(DEADLINE_S):
                said, complaint = await process.communicate(text.encode())
        except TimeoutError as error:
            raise NotSentError(
                NoticeFailure.UNREACHABLE, f"{self._program} took over {DEADLINE_S:.0f} s"
            ) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode or not said:
            why = complaint.decode(errors="replace").strip()[:200]
            raise NotSentError(NoticeFailure.REFUSED, f"{self._program}: {why or 'no sound'}")
        return _coded(said)


def _coded(data: bytes) -> bytes:
    # A WAV written to a pipe says no true length; all behind the header counts.
    with wave.open(io.BytesIO(data)) as file:
        rate_hz, at = file.getframerate(), data.index(b"data") + 8
    whole = len(data) - (len(data) - at) % 2
    return pcmu(at_8_khz(np.frombuffer(data[at:whole], "<i2"), rate_hz))
