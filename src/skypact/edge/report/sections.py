"""Sections of a report, each from the summary of a night."""

from collections.abc import Mapping, Sequence
from typing import Any

from skypact.edge.report.words import (
    NONE,
    amount,
    name,
    number,
    paragraph,
    seconds,
    share,
    size,
    table,
)

Summary = Mapping[str, Any]
ROWS_MAX = 120


def findings(summary: Summary) -> list[str]:
    """Return what came of the night in a few plain sentences."""
    nations: Mapping[str, Any] = summary["nations"]
    aimed = {n: v["warning"] for n, v in nations.items() if v["warning"]["objects"]}
    total = sum(v["objects"] for v in aimed.values())
    warned = sum(v["warned"] for v in aimed.values())
    said = [
        f"{amount(summary['objects'], 'object')} flew; {total:,} came down on defended places of "
        f"{amount(len(aimed), 'nation')}. Before {warned:,} of those, the people there had been "
        "warned."
    ]
    for nation, figures in aimed.items():
        said.append(_of_nation(nation, figures))
    alarms = sum(v["false_alarms"]["places_told"] for v in nations.values())
    minutes = sum(v["false_alarms"]["place_minutes"] for v in nations.values())
    if alarms:
        said.append(
            f"{amount(alarms, 'place')} heard a warning though nothing came down there: "
            f"{number(minutes, 1)} minutes of alarm in all."
        )
    else:
        said.append("No place heard a warning for nothing.")
    common = summary["commonality"]["held_by_all"]["median"]
    if common is not None and len(nations) > 1:
        said.append(
            f"Of what anybody saw, all {len(nations)} nations showed {share(common)} at the same "
            "time (median)."
        )
    return said


def _of_nation(nation: str, figures: Mapping[str, Any]) -> str:
    spread = figures["warning_time_s"]
    text = f"{name(nation)}: {figures['warned']:,} of {figures['objects']:,} warned of"
    if spread["median"] is not None:
        text += f", typically {seconds(spread['median'])} ahead"
        if figures["warned"] > 1:
            text += f" (from {seconds(spread['min'])} to {seconds(spread['max'])})"
        text += f"; time enough to take cover for {figures['time_for_shelter']:,}"
    never = figures["places_never_warned"]
    return text + (f". Never warned of some: {', '.join(never)}." if never else ".")


def nations_table(summary: Summary) -> str:
    """Return the main figures of each nation."""
    rows = [
        [
            name(n),
            number(v["warning"]["objects"]),
            number(v["warning"]["warned"]),
            seconds(v["warning"]["warning_time_s"]["min"]),
            seconds(v["warning"]["warning_time_s"]["median"]),
            seconds(v["warning"]["lead_after_acknowledgement_s"]["median"]),
            number(v["warning"]["time_for_shelter"]),
            number(v["false_alarms"]["places_told"]),
            number(v["false_alarms"]["place_minutes"], 1),
        ]
        for n, v in summary["nations"].items()
    ]
    head = ["Nation", "Came down", "Warned of", "Least warning", "Median", "Median, acknowledged"]
    head += ["Time for cover", "False alarms", "Minutes of them"]
    return table(head, rows)


def threats_table(summary: Summary) -> str:
    """Return each threat with the nation it came down on, groups as one row."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for one in summary["threats"]:
        groups.setdefault((one["group"], one["nation"], one["place"]), []).append(one)
    rows: list[list[Any]] = []
    for (group, nation, place), members in list(groups.items())[:ROWS_MAX]:
        gone = sorted(m["warning_time_s"] for m in members if m.get("warning_time_s") is not None)
        first = [m["first_word_s"] for m in members if m.get("first_word_s") is not None]
        by = sorted({m["told_by"] for m in members if m.get("told_by")})
        rows.append(
            [
                group,
                members[0]["class"],
                f"{place}, {name(nation)}" if place else "no defended place",
                ", ".join(name(b) for b in by) or NONE,
                number(len(members)),
                seconds(min(m["end_s"] - m["start_s"] for m in members)),
                seconds(min(first) - members[0]["start_s"]) if first else NONE,
                seconds(gone[len(gone) // 2]) if gone else ("never" if place else NONE),
            ]
        )
    head = ["Threat", "Class", "Came down on", "Warned by", "Objects", "Flight"]
    head += ["First word after start", "Warning time"]
    more = len(groups) - ROWS_MAX
    return table(head, rows, words=4, note=f"{more} more are in the figures." if more > 0 else "")


def decisions_table(summary: Summary) -> str:
    """Return what people were told and what they decided, in order of time."""
    rows = [
        [seconds(r["at_s"]), name(r["nation"]) if r["nation"] else "", r["text"]]
        for r in summary["timeline"]
    ]
    more = len(rows) - ROWS_MAX
    note = f"{more} more are in the figures." if more > 0 else ""
    return table(["At", "Nation", "What"], rows[:ROWS_MAX], words=3, note=note)


def siap_table(summary: Summary) -> str:
    """Return the SIAP measures and GOSPA of each node."""
    rows: list[list[Any]] = []
    for nation, figures in summary["nations"].items():
        siap, gospa = figures["siap"], figures["gospa"]
        rows.append(
            [
                name(nation),
                share(siap["completeness"]),
                number(siap["ambiguity"], 3),
                share(siap["spuriousness"]),
                number(siap["position_error_m"]),
                number(siap["velocity_error_mps"], 1),
                number(3600 * siap["number_changes_per_s"], 2),
                share(siap["longest_segment"]),
                number(gospa.get("gospa_mean_m")),
                number(gospa.get("missed_mean"), 2),
                number(gospa.get("false_mean"), 2),
            ]
        )
    head = ["Nation", "Completeness", "Ambiguity", "Spurious", "Position error, m"]
    head += ["Velocity error, m/s", "New numbers an hour", "Longest segment", "GOSPA, m"]
    return table([*head, "Missed", "False"], rows)


def commonality_table(summary: Summary) -> str:
    """Return how alike the pictures of all nodes are."""
    labels = {
        "held_by_all": "shown by all nations",
        "same_number": "under one number",
        "same_number_right_class": "and with the right class",
    }
    rows = [
        [label, *(share(summary["commonality"][key][part]) for part in ("mean", "median", "p5"))]
        for key, label in labels.items()
    ]
    return table(["Of the objects that any nation shows", "Mean", "Median", "5th percentile"], rows)


def latency_table(summary: Summary) -> str:
    """Return the median of each stage of the warnings for each nation."""
    stages = ("tracked", "raised", "released", "received", "shown", "acknowledged")
    rows = [
        [
            name(nation),
            number(figures["warnings"]),
            *(seconds(figures["stages_s"][stage]["median"]) for stage in stages),
            seconds(figures["detected_to_acknowledged_s"]["median"]),
        ]
        for nation, figures in summary["latency"].items()
    ]
    return table(["Warned nation", "Warnings", *(s.capitalize() for s in stages), "Whole"], rows)


def calibration_section(summary: Summary) -> list[str]:
    """Return how well what was foretold came true."""
    figures = summary["calibration"]
    if not figures["warnings"]:
        return [paragraph("No warning was about an object of the scenario.")]
    arrival, impact = figures["arrival_error_s"], figures["impact_error_m"]
    parts = [
        paragraph(
            f"{amount(figures['warnings'], 'warning')} named a class when first raised. Brier "
            f"score of that probability: {number(figures['class_brier'], 4)} (0 is perfect, 0.25 "
            "is a coin)."
        ),
        table(
            ["Said", "Warnings", "Mean of what was said", "Was right"],
            [
                [
                    f"{row['from']:g} to {row['to']:g}",
                    row["warnings"],
                    share(row["said"]),
                    share(row["right"]),
                ]
                for row in figures["class_bins"]
            ],
        ),
        paragraph(
            f"Arrival as first foretold, against what came: median {seconds(arrival['median'])}, "
            f"from {seconds(arrival['min'])} (too early) to {seconds(arrival['max'])} (too late)."
        ),
    ]
    if figures["impacts_with_ellipse"]:
        parts.append(
            paragraph(
                f"Impact as first foretold: median {number(impact['median'])} m off; "
                f"{share(figures['impact_in_95_ellipse'])} of "
                f"{amount(figures['impacts_with_ellipse'], 'impact')} lay in the 95 % ellipse."
            )
        )
    return parts


def burden_table(summary: Summary) -> str:
    """Return what each nation gave to its partners and received."""
    rows = [
        [
            name(n),
            number(v["burden"]["warnings_given"]),
            number(v["burden"]["warnings_received"]),
            number(v["burden"]["frames_given"]),
            number(v["burden"]["frames_received"]),
            size(v["burden"]["bytes_given"]),
            size(v["burden"]["bytes_received"]),
            number(v["tracks_max"]["own"]),
            number(v["tracks_max"]["partners"]),
        ]
        for n, v in summary["nations"].items()
    ]
    head = ["Nation", "Warnings given", "Received", "Frames given", "Received", "Bytes given"]
    return table([*head, "Received", "Own tracks, most", "Of partners, most"], rows)


def prose(items: Sequence[str]) -> str:
    """Return a list of sentences."""
    return "<ul>" + "".join(f"<li>{paragraph(item)[3:-4]}</li>" for item in items) + "</ul>"
