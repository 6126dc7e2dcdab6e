"""Scenarios with one seeded fault each: what a person gets wrong. Not a test itself.

Each is (what, the text to replace, by what, a word that the finding must contain).
"""

import re

from tests.unit.exercise.small import SMALL

MISSILE = '[[threat]]\nname = "missile"'
SENSOR = '[[nation.sensor]]\n  name = "borvia-east"'
LINK = '[[link]]\nbetween = ["borvia", "keystone"]\n'

DEFECTS: tuple[tuple[str, str, str, str], ...] = (
    ("unknown class", 'class = "ballistic"', 'class = "hypersonic"', "class"),
    ("negative detection probability", "clutter_per_scan = 0", "detection_probability = -0.1",
     "detection_probability"),
    ("probability above one", "clutter_per_scan = 0", "detection_probability = 90",
     "detection_probability"),
    ("nothing is ever detected", "clutter_per_scan = 0", "detection_probability = 0",
     "sees nothing"),
    ("misspelt key", "range_max_m", "range_maximum", "did you mean"),
    ("misspelt table", "[[place]]", "[[places]]", "place"),
    ("latitude beyond the pole", "lat_deg = -32.3", "lat_deg = -132.3", "lat_deg"),
    ("latitude as text", "lat_deg = -32.3", 'lat_deg = "32 S"', "a number"),
    ("no latitude", "  lat_deg = -32.3\n", "", "missing"),
    ("no period", "  period_s = 4\n", "", "period_s"),
    ("period of nothing", "period_s = 4", "period_s = 0", "period_s"),
    ("period longer than the night", "period_s = 4", "period_s = 400", "period_s"),
    ("near beyond far", "range_max_m = 60_000", "range_min_m = 70_000\n  range_max_m = 60_000",
     "range_max_m"),
    ("beam upside down", "elevation_sd_deg = 0.2", "elevation_min_deg = 60", "elevation_max_deg"),
    ("blocked all round", "clutter_per_scan = 0",
     "blocked = [{ from_deg = 0, to_deg = 360 }]", "blocked"),
    ("passive radar", "clutter_per_scan = 0", "passive = true", "passive"),
    ("two sensors of one name", '"borvia-east"', '"auria-west"', "twice"),
    ("two sensors of one address", "sac = 2", "sac = 1", "twice"),
    ("two nations of one name", 'name = "borvia"', 'name = "auria"', "twice"),
    ("a nation with a reserved name", '[[nation]]\nname = "auria"',
     '[[nation]]\nname = "coalition"', "not named"),
    ("no sensors at all", "[[nation.sensor]]", "[[nation.sensor]]", ""),
    ("a nation that no link reaches", LINK, "", ""),
    ("link to nobody", 'between = ["auria", "borvia"]', 'between = ["auria", "dorvia"]',
     "no nation"),
    ("link to oneself", 'between = ["auria", "borvia"]', 'between = ["auria", "auria"]',
     "two different"),
    ("the same link twice", LINK, LINK + LINK, "twice"),
    ("delay in milliseconds", LINK, LINK + "delay_s = 40\n", "delay"),
    ("jitter in milliseconds", LINK, LINK + "jitter_s = 20\n", "jitter"),
    ("loss in per cent", LINK, LINK + "loss = 5\n", "loss"),
    ("partition backwards", LINK, LINK + "partition = [{ from_s = 90, to_s = 30 }]\n", "partition"),
    ("partition after the end", LINK, LINK + "partition = [{ from_s = 900, to_s = 930 }]\n",
     "after the end"),
    ("post that nobody knows", 'post = "duty"', 'post = "officer"', "post"),
    ("nobody on duty where warnings come", "  [[nation.person]]\n  name = \"Ilse Maren\"\n"
     '  post = "duty"\n  reaction_s = 5\n', "", "duty"),
    ("two people at one post", "  reaction_s = 5\n", "  reaction_s = 5\n\n  [[nation.person]]\n"
     '  name = "B"\n  post = "duty"\n', "already"),
    ("reaction in milliseconds", "reaction_s = 5", "reaction_s = 5000", "reaction_s"),
    ("no agreement", "", "", ""),
    ("agreement of nobody", "[[agreement]]\n", '[[agreement]]\nowners = ["dorvia"]\n', "no nation"),
    ("agreement with oneself", "[[agreement]]\n",
     '[[agreement]]\nowners = ["auria"]\npartners = ["auria"]\n', "own partner"),
    ("clause id twice", 'id = "2"', 'id = "1"', "twice"),
    ("empty height band", 'what = "track"\n', 'what = "track"\nheight_min_m = 5e3\n'
     "height_max_m = 1e3\n", "height_max_m"),
    ("track clause without classes",
     'classes = ["ballistic", "cruise", "drone", "unknown"]\n', "", "no class"),
    ("unknown class in a clause", '"unknown"]', '"kite"]', "classes"),
    ("threat after the end", "start_s = 5", "start_s = 500", "before the end"),
    ("salvo that ends too late", "count = 2\n", "count = 2\ninterval_s = 300\n", "after the end"),
    ("group in one place", "spacing_m = 4000\n", "", "in one place"),
    ("spacing of one", "start_s = 5\n", "start_s = 5\nspacing_m = 500\n", "a count"),
    ("no aim", "aim = { lat_deg = -32.05, lon_deg = -20.4 }\n", "", "missing"),
    ("aim on nobody", "aim = { lat_deg = -32.05", "aim = { lat_deg = -34.05", "no [[place]]"),
    ("aim on the other side of the globe", "aim = { lat_deg = -32.05, lon_deg = -20.4 }",
     "aim = { lat_deg = 32.05, lon_deg = 160.4 }", "aim"),
    ("latitude and longitude exchanged", "launch = { lat_deg = -31.8, lon_deg = -16.5 }",
     "launch = { lat_deg = -16.5, lon_deg = -31.8 }", ""),
    ("a drone as fast as sound", "speed_mps = 50", "speed_mps = 500", "speed"),
    ("a drone in the ground", "height_m = 1500", "height_m = -150", "height_m"),
    ("one waypoint", ", { lat_deg = -31.5, lon_deg = -19.5 }]", "]", "waypoints"),
    ("a waypoint twice", "lon_deg = -19.5 }]", "lon_deg = -18.2 }]", "waypoints"),
    ("never in sight", "{ lat_deg = -31.5, lon_deg = -18.2 }",
     "{ lat_deg = -11.5, lon_deg = -18.2 }", "in sight"),
    ("no place", "", "", ""),
    ("place of nobody", 'nation = "auria"\nkind', 'nation = "dorvia"\nkind', "no nation"),
    ("place without a size", "radius_m = 20_000\n", "", "radius_m"),
    ("two places in one", '[[place]]\nname = "Cove"', '[[place]]\nname = "Aurensis"', "twice"),
    ("polygon that crosses itself",
     "[-31.3, -19.7], [-31.3, -19.3], [-31.7, -19.3], [-31.7, -19.7]",
     "[-31.3, -19.7], [-31.7, -19.3], [-31.3, -19.3], [-31.7, -19.7]", "cross"),
    ("no hub", "", "", ""),
    ("hub that is not there", "sectors = 4", 'sectors = 4\ncoordinator = "dorvia"', "no nation"),
    ("context of duty", 'context = "exercise"', 'context = "operation"', "context"),
    ("start without a zone", "2030-06-01T01:00:00Z", "2030-06-01T01:00:00", "start"),
    ("night of no length", "duration_s = 120", "duration_s = 0", "duration_s"),
    ("not TOML", 'name = "small"', 'name = "small', "TOML"),
)  # fmt: skip


def defective() -> list[tuple[str, str, str]]:
    """Return (what, the text of the scenario, a word of the finding) for each fault."""
    found: list[tuple[str, str, str]] = []
    for what, old, new, word in DEFECTS:
        text = SMALL.replace(old, new, 1) if old else SMALL
        match what:
            case "no sensors at all":
                text = re.sub(r"  \[\[nation\.sensor\]\]\n(  .*\n)+", "", text)
                text, word = text.replace("sectors = 4", 'coordinator = "keystone"'), "sensor"
            case "a nation that no link reaches":
                text = text.replace('[[link]]\nbetween = ["auria", "borvia"]\n', "")
                word = "leads to"
            case "no agreement":
                text, word = re.sub(r"\[\[agreement.*?(?=\[\[threat)", "", text, flags=re.S), "agre"
            case "no place":
                text, word = re.sub(r"\[\[place.*?(?=\[\[link)", "", text, flags=re.S), "place"
            case "no hub":
                text = text.replace('[[nation]]\nname = "keystone"\n', "", 1)
                text, word = re.sub(r'\[\[link\]\]\nbetween = .*keystone"\]\n', "", text), "hub"
            case "latitude and longitude exchanged":
                word = ""
            case _:
                pass
        found.append((what, text, word))
    return found
