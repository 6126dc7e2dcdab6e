import asyncio
import time
from pathlib import Path

import pytest

from skypact.edge import warming
from skypact.edge.warming import compile_first


def cold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    monkeypatch.setenv("SKYPACT_CACHE", str(tmp_path))
    monkeypatch.setattr(warming, "PROGRAM", program)
    monkeypatch.setattr(warming, "is_cold", lambda: True)


def test_what_is_kept_is_not_compiled_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cold(monkeypatch, tmp_path, "raise SystemExit('must not run')")
    monkeypatch.setattr(warming, "is_cold", lambda: False)
    said: list[str] = []
    asyncio.run(compile_first(said.append))
    assert said == []


def test_a_cold_machine_is_told_and_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark = tmp_path / "compiled"
    cold(monkeypatch, tmp_path, f"open({str(mark)!r}, 'w').close()")
    said: list[str] = []
    asyncio.run(compile_first(said.append))
    assert mark.exists()
    assert ["once for this machine" in line for line in said] == [True, False]


def test_a_failure_leaves_the_kernels_to_their_first_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cold(monkeypatch, tmp_path, "raise SystemExit(3)")
    said: list[str] = []
    asyncio.run(compile_first(said.append))
    assert len(said) == 1


def test_the_compiler_ends_with_its_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(99)"
    cold(monkeypatch, tmp_path, program)

    def written() -> None:
        while not mark.exists() or not mark.read_text():
            time.sleep(0.01)

    async def run() -> int:
        compiling = asyncio.create_task(compile_first(lambda _: None))
        await asyncio.to_thread(written)
        compiling.cancel()
        await asyncio.gather(compiling, return_exceptions=True)
        return int(mark.read_text())

    assert not Path(f"/proc/{asyncio.run(run())}").exists()
