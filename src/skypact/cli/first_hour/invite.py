"""`skypact invite`: links for people who report, tokens for senders of text feeds."""

from pathlib import Path

import click

from skypact.core.errors import ConfigError

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("directory", type=FOLDER)
@click.option("--count", default=1, show_default=True, help="How many links; one a person.")
@click.option("--feed", default="", help="A token for a sender of this feed instead.")
@click.option("--qr", is_flag=True, help="Show each link as a QR code as well.")
def invite(directory: Path, count: int, feed: str, qr: bool) -> None:
    """Make links with which people report from their phones, or tokens for senders.

    A link is an id drawn at random and nothing else: keep no list of who got which.
    """
    from skypact.config import load
    from skypact.edge.intake.tokens import load_key, new_token

    found = load(directory)
    posted = {f.name: f.format for f in found.config.posted}
    if feed and feed not in posted:
        raise ConfigError("no feed of that name has the source https:", path="--feed", key=feed)
    if not feed and "sightings" not in posted.values():
        raise ConfigError(
            "no [[feed]] has the source https: and the format sightings", path=str(directory)
        )
    settings, key = found.config.intake, load_key(found.keys)
    url = settings.url or f"https://{settings.host}:{settings.port}"
    for _ in range(count):
        token = new_token(key, feed)
        if feed:
            click.echo(f"POST {url}/feeds/{feed}  Authorization: Bearer {token}")
            continue
        link = f"{url}/#{token}"
        click.echo(f"{token.partition('.')[0]}  {link}")
        if qr:
            click.echo(qr_text(link))


def qr_text(link: str) -> str:
    """Return a QR code for a terminal."""
    import io

    import segno

    out = io.StringIO()
    segno.make(link, error="m").terminal(out, compact=True)
    return out.getvalue()
