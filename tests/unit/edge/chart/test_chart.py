import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from skypact.core.errors import ConfigError
from skypact.core.geodesy import ecef_from_enu, enu_axes
from skypact.core.site import SensorSite
from skypact.edge.chart.chart import draw_run, map_of
from skypact.edge.runs.run import Run
from skypact.edge.tables.write import TrackRows
from skypact.tracking.sites import site_rows

HOME = (np.radians(48.0), np.radians(20.0), 0.0)
SITE = SensorSite(
    name="north <1>", sac=1, sic=2, lat_deg=48.0, lon_deg=20.0, height_m=0.0, period_s=5.0
)  # fmt: skip


def run(count: int = 2, sd_m: float = 500.0) -> Run:
    """Return tracks flying east, 20 km apart; all but the first end half-way."""
    axes = enu_axes(*HOME[:2])
    time_s, number, place = [], [], []
    for track in range(1, count + 1):
        for k in range(20 if track == 1 else 8):
            time_s.append(5.0 * k)
            number.append(track)
            place.append([1e3 * k, 20e3 * track, 9e3])
    rows = len(number)
    covariance = np.zeros((rows, 6, 6))
    covariance[:, :3, :3] = axes.T @ np.diag([sd_m**2, sd_m**2, 1e4]) @ axes
    position = ecef_from_enu(np.array(place).reshape(-1, 3), HOME)
    velocity = np.tile(200.0 * axes[0], (rows, 1))
    numbers = np.array(number, np.int64)
    frame = (np.zeros(3), np.eye(3))
    made = TrackRows(np.array(time_s), numbers, position, velocity, covariance, *frame)
    sites = site_rows((SITE,))
    plots = np.concatenate([position, [[np.nan] * 3]])
    return Run(made, {}, sites[:-1], ("north <1>",), lambda: plots)


def test_the_map_is_svg_and_says_what_it_shows() -> None:
    text = map_of(run(), 'night "<&>"')
    root = ElementTree.fromstring(text)
    words = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    for expected in ('night "<&>"', "0 s to 95 s", "28 plots", "2 tracks", "1 held at the end"):
        assert expected in words
    assert "1 ended before" in words
    assert "north <1>" in words


def test_an_ellipse_is_the_95_percent_of_the_covariance() -> None:
    text = map_of(run(1, sd_m=500.0), "x")
    width = float(re.findall(r"v5h([\d.]+)v-5", text)[0])
    scale = width / (1e3 * float(re.findall(r">([\d.]+) km<", text)[0]))
    oval = re.findall(r'<path d="M([^"]*)Z" fill="#c44e00" fill-opacity="0.12"', text)[0]
    points = np.array([[float(v) for v in pair.split()] for pair in oval.split(" L")])
    radius = np.ptp(points, axis=0) / 2 / scale
    np.testing.assert_allclose(radius, 500 * np.sqrt(5.991), rtol=0.05)


def test_an_arrow_points_where_the_track_goes() -> None:
    turns = [int(turn) for turn in re.findall(r"rotate\((-?\d+)\)\"/></g>", map_of(run(1), "x"))]
    assert any(abs(turn - 90) <= 1 for turn in turns)


def test_a_track_that_was_silent_has_a_gap() -> None:
    whole = run(1)
    keep = np.ones(whole.rows.time_s.size, bool)
    keep[5:13] = False
    names = ("time_s", "number", "position_m", "velocity_mps", "covariance")
    rows = whole.rows._replace(**{name: getattr(whole.rows, name)[keep] for name in names})
    line = r'<path d="(M[^"]*)" fill="none"><title>track 1'
    assert re.findall(line, map_of(whole, "x"))[0].count("M") == 1
    assert re.findall(line, map_of(whole._replace(rows=rows), "x"))[0].count("M") == 2


def test_nothing_at_all_is_a_map_too() -> None:
    text = map_of(run(0), "x")
    ElementTree.fromstring(text)
    assert "no track" in text
    bare = run(0)._replace(
        sites=site_rows(())[:-1], names=(), plots_ecef_m=lambda: np.zeros((0, 3))
    )
    ElementTree.fromstring(map_of(bare, "x"))


def test_dates_are_utc() -> None:
    late = run(1)
    late = late._replace(rows=late.rows._replace(time_s=late.rows.time_s + 1_700_000_000.0))
    assert "2023-11-14 22:13:20 to 2023-11-14 22:14:55 UTC" in map_of(late, "x")


def test_many_plots_are_thinned_and_said_to_be() -> None:
    dice = np.random.default_rng(1)
    plots = ecef_from_enu(dice.uniform(-3e4, 3e4, (200_000, 3)) * [1, 1, 0], HOME)
    text = map_of(run()._replace(plots_ecef_m=lambda: plots), "x")
    assert text.count("h0") <= 20_100
    assert "200,000 plots" in text
    assert "drawn:" in text


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    draw_run(run(), tmp_path / "a.svg", "x")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    with pytest.raises(ConfigError, match=r"goes to \.svg"):
        draw_run(run(), tmp_path / "a.png", "x")
    with pytest.raises(ConfigError, match="cannot be written"):
        draw_run(run(), tmp_path / "none" / "a.svg", "x")
