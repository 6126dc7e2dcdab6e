"""Every block on every page runs: shell as one story a page, Python, TOML, JSON."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from skypact.core.jit import cache_folder
from skypact.core.toml import faults
from tests.docs.pages import FENCE, Block, all_blocks, blocks, pages

# Blocks marked `no-run` with their reason; each is a promise that nothing checks, so they are few.
NOT_RUN = {
    ("README.md", "starts the demo until Ctrl-C"),
    ("README.md", "runs all tests"),
    ("docs/tutorial.md", "runs until Ctrl-C"),
    ("docs/how-to/systemd.md", "needs root and a running systemd"),
}
PAGE_LIMIT_S = 400
LANGUAGES = {"sh", "toml", "json", "python", "text", "mermaid", "ini"}


def stories() -> dict[str, list[Block]]:
    """Return the shell blocks that are to be run, with the outputs shown, of each page."""
    found: dict[str, list[Block]] = {}
    for page in pages():
        for block in blocks(page):
            runs = block.language == "sh" and not block.note.startswith("no-run")
            if runs or (block.language, block.note) == ("text", "output"):
                found.setdefault(block.page, []).append(block)
    return found


def not_shown(expected: str, said: str) -> list[str]:
    """Return the lines of `expected` that `said` has not, in order; ... stands for anything."""
    missing, at = [], 0
    for line in expected.splitlines():
        parts = [re.escape(part) for part in line.split("...")]
        found = re.compile(r".*".join(parts)).search(said, at) if line.strip() else None
        if found:
            at = found.end()
        elif line.strip():
            missing.append(line)
    return missing


def test_blocks_that_do_not_run_are_listed() -> None:
    marked = {
        (block.page, block.note.removeprefix("no-run").strip(" :"))
        for block in all_blocks("sh")
        if block.note.startswith("no-run")
    }
    assert marked <= NOT_RUN


def test_every_block_says_its_language() -> None:
    odd = [str(b) for page in pages() for b in blocks(page) if b.language not in LANGUAGES]
    assert odd == []


@pytest.mark.e2e
@pytest.mark.parametrize("page", sorted(stories()))
def test_the_shell_blocks_of_a_page_run(page: str, tmp_path: Path) -> None:
    """All blocks of a page are one script in an empty folder, with the `skypact` under test."""
    story = stories()[page]
    script = ["set -euo pipefail"]
    for block in story:
        script += [f"echo '--- {block}' >&2", block.text if block.language == "sh" else ""]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        # Compiled once for all pages, not in every page's new home.
        "SKYPACT_CACHE": str(cache_folder().parents[1]),
    }
    process = subprocess.Popen(
        ["bash"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate("\n".join(script), timeout=PAGE_LIMIT_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, said
    for before, block in itertools.pairwise(story):
        if block.language == "text":
            part = said.partition(f"--- {before}\n")[2].partition(f"--- {block}\n")[0]
            assert not_shown(block.text, part) == [], part


def toml_kind(note: str) -> type:
    """Return the Struct that a TOML block is decoded by."""
    if note == "agreement":
        from skypact.sharing.treaty.agreements import Agreement

        return Agreement
    if note == "procedure":
        from skypact.warning.alerting.procedure import Procedure

        return Procedure
    if note == "people":
        from skypact.warning.alerting.procedure import AlertingSettings

        return AlertingSettings
    if note == "scenario":
        from skypact.exercise.scenario import Scenario

        return Scenario
    if note == "sensors":
        from skypact.edge.tables.sensors import PlotSensorFile

        return PlotSensorFile
    if note == "bloc":
        from skypact.sharing.treaty.agreements import Bloc

        return Bloc
    assert note in ("", "node.toml"), f"a TOML block is of another kind: {note}"
    from skypact.config.settings import NodeConfig

    return NodeConfig


@pytest.mark.parametrize("block", all_blocks("toml"), ids=str)
def test_a_toml_block_is_understood(block: Block) -> None:
    """A block may leave out whole tables, nothing else may be wrong."""
    if block.note == "package":
        from skypact.config.third_party import GROUP

        assert tomllib.loads(block.text)["project"]["entry-points"].keys() == {GROUP}
        return
    found = [
        error
        for error in faults(block.text, toml_kind(block.note), block.page)
        if not (error.key == "" and error.message.endswith("is missing"))
    ]
    assert found == [], "\n".join(map(str, found))
    assert tomllib.loads(block.text) or not block.text.strip()


@pytest.mark.parametrize("block", all_blocks("json"), ids=str)
def test_a_json_block_is_json(block: Block) -> None:
    for line in block.text.splitlines() if block.note == "lines" else [block.text]:
        json.loads(line)


@pytest.mark.parametrize("block", all_blocks("python"), ids=str)
def test_a_python_block_runs(block: Block, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PAGE_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_reader_of_pages_finds_blocks() -> None:
    """A reader that found nothing would make every test above pass."""
    text = "# x\n\n```sh no-run why\nls\n```\n\n- item\n\n  ```toml agreement\n  a = 1\n  ```\n"
    found = [(m["info"], m["body"]) for m in FENCE.finditer(text)]
    assert found == [("sh no-run why", "ls\n"), ("toml agreement", "  a = 1\n")]
    assert all_blocks("sh")
    assert all_blocks("toml")


def test_an_output_that_is_not_shown_is_found() -> None:
    assert not_shown("wrote a...b\n\nnext", "x wrote a123b y\nthen next\n") == []
    assert not_shown("next\nwrote", "wrote\nnext\n") == ["wrote"]
    assert not_shown("a...b", "a\nb") == ["a...b"]
