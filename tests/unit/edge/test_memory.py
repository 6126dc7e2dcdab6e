import mmap
import subprocess
import sys
from pathlib import Path

from skypact.edge.memory import give_back, mappings

SMAPS = """\
7f00-8f00 r-xp 00000000 fe:00 12   /usr/lib/a b.so
Rss:                 100 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
9000-a000 r--p 00000000 fe:00 12   /usr/lib/relocated.so
Private_Dirty:         8 kB
Anonymous:             8 kB
b000-c000 rw-p 00000000 00:00 0    [heap]
Anonymous:          4000 kB
d000-e000 rw-p 00000000 fe:00 3    /tmp/data
Anonymous:             0 kB
f000-f800 r--p 00000000 00:00 0
Anonymous:             0 kB
"""

FAULTS = """
import resource, sys
import numpy as np
from skypact.edge.memory import keep_freed

if sys.argv[1] == "kept":
    assert keep_freed()
for _ in range(20):
    np.ones(500_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    [np.ones(500_000) for _ in range(5)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def rss_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssFile:")).split()[1])


def test_only_what_is_as_on_disk_may_go() -> None:
    found = list(mappings(SMAPS))
    assert [held.file for held in found] == [
        "/usr/lib/a b.so", "/usr/lib/relocated.so", "[heap]", "/tmp/data", "",
    ]  # fmt: skip
    assert [held.can_go for held in found] == [True, False, False, False, False]
    assert (found[0].start, found[0].end) == (0x7F00, 0x8F00)


def test_memory_falls_and_everything_still_works(tmp_path: Path) -> None:
    path = tmp_path / "big"
    content = bytes(range(256)) * 32_768
    path.write_bytes(content)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as held:
        assert held[:] == content
        before = rss_kb()
        assert give_back() > 8_000_000
        assert rss_kb() < before - 8_000
        assert held[:] == content


def faults(how: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", FAULTS, how], capture_output=True, check=True, text=True, timeout=60
    )
    return int(run.stdout)


def test_freed_memory_is_used_again_without_asking_the_system() -> None:
    """In a process of its own: it stays as it was told."""
    assert faults("kept") < faults("given back") / 3
