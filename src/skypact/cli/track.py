"""`skypact track`: the tracker alone, for one recording."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skypact.cli.progress import progress

if TYPE_CHECKING:
    from skypact.edge.tables.truth import Truth
    from skypact.edge.tables.write import TrackRows

NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("recording", type=OLD_FILE)
@click.option("--out", type=NEW_FILE, help="Tracks go here: .npz, .csv, .parquet or .geojson.")
@click.option(
    "--sensors",
    type=OLD_FILE,
    help="Where the sensors stand and how well they see: .toml, .csv or .parquet; a scenario has "
    "its own.",
)
@click.option("--plot", "picture", type=NEW_FILE, help="Draw a map of plots and tracks: .svg.")
@click.option(
    "--score",
    "truth",
    type=OLD_FILE,
    help="Compare with the truth in this file: .npz scenario, .csv or .parquet.",
)
@click.option(
    "--cutoff",
    "cutoff_m",
    type=click.FloatRange(min=0, min_open=True),
    default=3000.0,
    show_default=True,
    help="With --score: metres beyond which a track is on nothing.",
)
def track(
    recording: Path,
    out: Path | None,
    sensors: Path | None,
    picture: Path | None,
    truth: Path | None,
    cutoff_m: float,
) -> None:
    """Turn the plots of RECORDING into tracks and print one line of JSON.

    RECORDING is a table of plots (.csv, .parquet), an ASTERIX recording (.ast, .pcap) or a scenario
    of the tracking benchmark (.npz). Columns and units are in docs/reference/track-files.md.

    \b
    skypact track plots.csv --sensors sensors.toml --out tracks.csv
    skypact track night.pcap --sensors sensors.toml --out tracks.geojson --plot night.svg
    skypact track scenario.npz --score scenario.npz

    The line says how many plots there were (detections), how fast they were worked (cpu_s,
    det_per_cpu_s), what was refused and why, and, with --score, how good the tracks are: GOSPA and
    OSPA in metres, and the SIAP measures under the association rule of Stone Soup.
    """
    if out is None and picture is None and truth is None:
        raise click.UsageError("nothing to do: give --out, --plot or --score")
    from skypact.edge.track_file import track_file

    answer = _truth(truth)
    with progress(recording.name) as tell:
        done = track_file(
            recording,
            out,
            sensors_path=sensors,
            times_s=None if answer is None or recording.suffix == ".npz" else answer.times_s,
            tell=tell,
        )
    if picture is not None:
        from skypact.edge.chart.chart import draw_run

        draw_run(done.run, picture, recording.name)
    report = done.report
    if answer is not None:
        report["score"] = score_tracks(answer, done.run.rows, cutoff_m)
    click.echo(json.dumps(report))


def _truth(path: Path | None) -> "Truth | None":
    if path is None:
        return None
    from skypact.edge.tables.truth import read_truth

    return read_truth(path)


def score_tracks(truth: "Truth", rows: "TrackRows", cutoff_m: float) -> dict[str, Any]:
    """Return the figures of `exercise.score` for tracks, in the frame of the truth."""
    from skypact.exercise.score import States, score

    position_m = (rows.position_ecef_m - truth.origin_ecef_m) @ truth.rotation.T
    velocity_mps = rows.velocity_ecef_mps @ truth.rotation.T
    known_m, known_mps = truth.position_m, truth.velocity_mps
    if truth.plane:
        for vectors in (position_m, velocity_mps, known_m, known_mps):
            vectors[:, 2] = 0.0
    return score(
        States(truth.time_s, truth.number, known_m, known_mps),
        States(rows.time_s, rows.number, position_m, velocity_mps),
        truth.times_s,
        counted=truth.counted,
        cutoff_m=cutoff_m,
    )
