"""What the program has and what the pages say are the same."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

from skypact.cli import main
from skypact.core.messages import AnyMessage
from tests.docs.pages import ROOT, pages

COMMANDS = ROOT / "docs/reference/commands.md"
SETTINGS = ROOT / "docs/reference/settings.md"
GLOSSARY = ROOT / "docs/glossary.md"
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)")


def commands(group: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield ("skypact config check", command) for every command that can be given."""
    if isinstance(group, click.Group):
        for name, command in sorted(group.commands.items()):
            yield from commands(command, f"{path} {name}")
    else:
        yield path, group


def commands_page() -> str:
    """Return the reference of all commands, as each describes itself."""
    parts = ["# Commands\n", "Written by `make bless` from the program itself.\n"]
    for path, command in commands(main, "skypact"):
        context = click.Context(
            command, info_name=path, max_content_width=100, help_option_names=["-h", "--help"]
        )
        context.terminal_width = 100
        parts += [f"## {path}\n", f"```text\n{command.get_help(context)}\n```\n"]
    return "\n".join(parts)


def settings_page() -> str:
    """Return the reference of all settings: the configuration that `skypact init` writes."""
    data = ROOT / "src/skypact/data"
    parts = [
        "# Settings\n",
        "Written by `make bless`. This is what `skypact init` writes. A line that begins with `#`",
        "and has no space after it shows a setting with its default.\n",
        f"## node.toml\n\n```toml node.toml\n{(data / 'node.toml').read_text()}```\n",
        f"## agreements/*.toml\n\n```toml agreement\n{(data / 'agreement.toml').read_text()}```\n",
        f"## procedures/*.toml\n\n```toml procedure\n{(data / 'procedure.toml').read_text()}```\n",
        f"## people.toml\n\n```toml people\n{(data / 'people.toml').read_text()}```\n",
    ]
    return "\n".join(parts)


@pytest.mark.golden
@pytest.mark.parametrize(
    ("page", "made"),
    [(COMMANDS, commands_page), (SETTINGS, settings_page)],
    ids=["commands", "settings"],
)
def test_a_reference_page_is_up_to_date(page: Path, made: Callable[[], str], bless: bool) -> None:
    text = made()
    if bless:
        page.write_text(text)
    assert page.read_text() == text, "run `make bless` and look at the difference"


def test_every_command_is_on_a_page_that_a_person_wrote() -> None:
    written = "\n".join(page.read_text() for page in pages() if page.parent.name != "reference")
    missing = [path for path, _ in commands(main, "skypact") if path not in written]
    assert missing == []


def test_every_command_and_option_says_what_it_does() -> None:
    silent = []
    for path, command in commands(main, "skypact"):
        if not command.help:
            silent.append(path)
        silent += [
            f"{path} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.help
        ]
    assert silent == []


def test_the_glossary_has_every_message() -> None:
    text = GLOSSARY.read_text()
    missing = [kind.__name__ for kind in get_args(AnyMessage) if f"`{kind.__name__}`" not in text]
    assert missing == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    broken = [
        found[1] for found in LINK.finditer(text) if not (page.parent / found[1]).resolve().exists()
    ]
    assert broken == []
