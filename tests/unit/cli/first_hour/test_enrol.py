from pathlib import Path

from click.testing import CliRunner

from skypact.cli import main


def said(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, ["enrol", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_two_nations_meet_and_part(tmp_path: Path) -> None:
    auria, borvia = str(tmp_path / "auria"), str(tmp_path / "borvia")
    for folder in (auria, borvia):
        nation = Path(folder).name
        assert CliRunner().invoke(main, ["init", folder, "--nation", nation]).exit_code == 0
    shown = said("show", borvia)
    assert shown.startswith("borvia, context exercise\nfingerprint ")
    fingerprint = shown.split("fingerprint ")[1].strip()
    assert "whose fingerprint was read out" in said(
        "trust", auria, f"{borvia}/card.toml", "--fingerprint", "1234", status=2
    )
    assert "partners/borvia.toml" in said("trust", auria, borvia, "--fingerprint", fingerprint)
    assert "borvia is cut off" in said(
        "cut", auria, "borvia", "--by", "Officer of the watch", "--reason", "a drill"
    )
    assert "is no partner" in said(
        "cut", auria, "cestia", "--by", "Officer of the watch", "--reason", "a drill", status=2
    )
