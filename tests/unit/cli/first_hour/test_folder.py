"""The commands of the first hour, through the command line that a person types."""

from pathlib import Path

from click.testing import CliRunner

from skypact.cli import main


def skypact(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


def test_a_new_node_is_written_and_checked(tmp_path: Path) -> None:
    node = tmp_path / "auria"
    status, said = skypact("init", node, "--nation", "auria", "--context", "test")
    assert status == 0, said
    assert f"wrote {node / 'node.toml'}" in said
    status, said = skypact("config", "check", node)
    assert (status, said) == (0, f"{node}: no fault found\n")


def test_a_fault_is_told_with_file_and_line(tmp_path: Path) -> None:
    node = tmp_path / "auria"
    skypact("init", node, "--nation", "auria")
    text = (node / "node.toml").read_text().replace("period_s = 4.0", "perod_s = 4.0", 1)
    (node / "node.toml").write_text(text)
    line = text[: text.index("perod_s")].count("\n") + 1
    status, said = skypact("config", "check", node)
    assert status == 1
    assert f'{node}/node.toml:{line}: feed[0].perod_s: is not a setting; did you mean "per' in said


def test_a_second_init_is_refused_in_one_sentence(tmp_path: Path) -> None:
    skypact("init", tmp_path / "auria", "--nation", "auria")
    status, said = skypact("init", tmp_path / "auria", "--nation", "auria")
    assert status == 2
    assert (
        said == f"skypact: {tmp_path}/auria: is not empty; a new node needs a folder of its own\n"
    )


def test_there_and_back(tmp_path: Path) -> None:
    skypact("init", tmp_path / "auria", "--nation", "auria")
    status, said = skypact("backup", tmp_path / "auria", tmp_path / "auria.tar")
    assert status == 0, said
    status, said = skypact("restore", tmp_path / "auria.tar", tmp_path / "back")
    assert status == 0, said
    for name in ("node.toml", "keys/authority.key", "agreements/example.toml.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / "auria" / name).read_bytes()
    status, said = skypact("restore", tmp_path / "auria.tar", tmp_path / "back")
    assert (status, "is not empty" in said) == (2, True)
