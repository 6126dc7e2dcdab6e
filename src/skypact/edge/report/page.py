"""The page: the summary of a night as one HTML file that needs nothing else."""

from collections.abc import Mapping
from html import escape
from typing import Any

from skypact.edge.report import figures, sections
from skypact.edge.report.frames import map_frames
from skypact.edge.report.words import amount, paragraph, seconds

STYLE = """
@page { size: A4; margin: 16mm 14mm; }
body { font: 15px/1.5 "Helvetica Neue", Helvetica, Arial, sans-serif; color: #1f2933;
  max-width: 860px; margin: 0 auto; padding: 24px; }
h1 { font-size: 26px; line-height: 1.25; margin: 8px 0 4px; }
h2 { font-size: 19px; margin: 34px 0 8px; border-bottom: 1px solid #cbd2d9; padding-bottom: 4px; }
.mark { background: #fff3c4; border: 1px solid #8d6b00; padding: 6px 12px; font-weight: 600; }
.lead { font-size: 16px; }
.note { color: #52606d; font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; margin: 10px 0; }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #e4e7eb;
  vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid #7b8794; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; display: block; margin: 6px 0; }
.frames { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
li { margin: 3px 0; }
@media print { body { padding: 0; font-size: 11pt; } h2 { break-after: avoid; }
  svg, tr { break-inside: avoid; } .new { break-before: page; } }
"""
METHOD = (
    "The nodes of this exercise run the same code as nodes on duty; only the clock, the sensors, "
    "the links and the people are simulated. Everything here follows from the scenario and the "
    "seed.",
    "An object comes down on a defended place when its path ends inside the place or within 2 km "
    "of it. Nothing is shot down in an exercise: what flies arrives.",
    "Warning time: from the first word at a post of the nation that names the place, to the end of "
    "the object's path. A warning about another object of the same group counts, from the start of "
    "this one on. Lead: from a person's acknowledgement instead.",
    "A false alarm is a place that was told to expect something while no object that came down "
    "there was in the air. Its minutes run until the warning is over, or the exercise.",
    "A warning is taken to be about the object nearest to its track (within 20 km) when it was "
    "first told; where the node shows no such track, about the one whose arrival it foretells.",
    "Pictures are compared with the truth every few seconds; an object counts while a radar of any "
    "nation has it in sight, so what a nation is not told counts as missed. Tracks that name an "
    "aircraft are civil and are set aside. SIAP measures follow Votruba et al. 2001 under the "
    "association rule of Stone Soup, cut at 3 km; GOSPA has order 2 and the same cut. Without "
    "objects completeness is 0, ambiguity 1, spuriousness 0.",
    "Sensors: detection by range for the cross-section, elevation limits and the horizon of an "
    "Earth with 4/3 of its radius. Ballistic arcs have two-body attraction, J2 and drag; the "
    "boost is not played. Classes are generic and model no real system. No terrain unless the "
    "scenario gives it.",
)


def page(summary: Mapping[str, Any]) -> str:
    """Return the report of a night."""
    title = str(summary["title"]).removeprefix("EXERCISE:").strip()
    nations = summary["nations"]
    played = f"{seconds(summary['simulated_s'])} of it were played, with seed {summary['seed']}."
    body = [
        paragraph("EXERCISE. Nothing in this report happened.", "mark"),
        f"<h1>{escape(title[:1].upper() + title[1:], quote=False)}</h1>",
        paragraph(
            "A hypothetical night, played through the air-warning systems of "
            f"{amount(len(nations), 'nation')} that share what they agreed to share. This page "
            f"says who would have been warned of what, and how long before it came. {played}",
            "note",
        ),
        paragraph(str(summary.get("about", "")), "lead"),
        "<h2>What came of it</h2>",
        sections.prose(sections.findings(summary)),
        "<h2>Warning time by nation</h2>",
        figures.warning_times(nations),
        paragraph(
            "Bar: median time between the first warning and the arrival. Line: least and greatest.",
            "note",
        ),
        sections.nations_table(summary),
        *_night(summary),
        *_systems(summary),
        *_method(summary),
    ]
    return document(f"EXERCISE: {title}", body)


def document(title: str, body: list[str]) -> str:
    """Return a whole HTML file."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title, quote=False)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _night(summary: Mapping[str, Any]) -> list[str]:
    return [
        "<h2 class=new>What happened when</h2>",
        figures.timeline(summary["timeline"], list(summary["nations"]), summary["simulated_s"]),
        paragraph(
            "Grey triangle: something takes off. Red cross: it comes down. Violet bar: a link "
            "fails or is back. Orange: people are told. Green: a person decides.",
            "note",
        ),
        "<h2>What each nation saw</h2>",
        '<div class="frames">',
        *map_frames(summary),
        "</div>",
        paragraph("Squares: defended places. Triangles: radars.", "note"),
        "<h2>Threat by threat</h2>",
        sections.threats_table(summary),
        "<h2>Told and decided</h2>",
        sections.decisions_table(summary),
    ]


def _systems(summary: Mapping[str, Any]) -> list[str]:
    return [
        "<h2 class=new>How good each picture was</h2>",
        sections.siap_table(summary),
        paragraph(
            "Completeness: share of what some radar sees that this nation shows. Ambiguity: tracks "
            "an object, 1 is best. Spurious: share of tracks on nothing. GOSPA: one figure for all "
            "errors together, smaller is better.",
            "note",
        ),
        "<h2>How much the pictures have in common</h2>",
        sections.commonality_table(summary),
        "<h2>Where the time of a warning goes</h2>",
        figures.stages(summary["latency"]),
        sections.latency_table(summary),
        paragraph("Each stage counts from the one before; medians over warnings.", "note"),
        "<h2>How far what was foretold came true</h2>",
        *sections.calibration_section(summary),
        "<h2>What each nation gave and received</h2>",
        sections.burden_table(summary),
    ]


def _method(summary: Mapping[str, Any]) -> list[str]:
    parts = ["<h2 class=new>Method and assumptions</h2>", sections.prose(METHOD)]
    if summary.get("findings"):
        parts += ["<h2>What the author of the scenario expects</h2>"]
        parts += [sections.prose(list(summary["findings"]))]
    if summary.get("sources"):
        parts += ["<h2>Sources of the scenario</h2>", sections.prose(list(summary["sources"]))]
    took = ""
    if "wall_s" in summary:
        took = f" Took {seconds(summary['wall_s'])} of a clock on the wall."
    again = (
        f"Scenario {summary['scenario']}, seed {summary['seed']}, Skypact {summary['version']}."
        f"{took} The same three give the same night again."
    )
    return [*parts, paragraph(again, "note")]
