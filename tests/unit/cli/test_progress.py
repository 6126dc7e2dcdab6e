import io
import sys

import pytest

from skypact.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_and_a_file_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, seen in ((Terminal, "100%"), (io.StringIO, "")):
        stream = kind()
        monkeypatch.setattr(sys, "stderr", stream)
        with progress("night.pcap") as tell:
            tell(0.25)
            tell(0.5)
        assert seen in stream.getvalue()
        assert bool(stream.getvalue()) == bool(seen)
