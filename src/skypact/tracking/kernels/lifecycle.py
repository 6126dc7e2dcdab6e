"""Lifecycle: start, hit, miss, confirm, end. Existence is a log odds (integrated probabilistic
data association, Musicki, Evans 1994) and each radar's view of a track has its own probability
(visibility, after Brekke, Hem, Tokle 2021), so a radar that cannot see a target erodes nothing."""

import math
from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.index.asking import fits, gather_near
from skypact.tracking.kernels.index.filing import chain_out, file_new, rename
from skypact.tracking.kernels.layout import (
    COASTED,
    CONFIRMED,
    COUNTERS,
    FLYING,
    LAST_NUMBER,
    MERGED,
    MODELS,
    NOT_STARTED,
    ROWS,
    STARVED,
    SWEPT_NS,
    TENTATIVE,
)
from skypact.tracking.kernels.measure import covered, height_of
from skypact.tracking.kernels.motion import combine

ODDS_MAX = 8.0
SEEN, UNTRIED = 0.95, 0.5  # visibility by the radar that hit, and by one that never looked
HIDE, SHOW = 0.03, 0.02  # chance from look to look that a radar loses or gains sight
REJOIN2 = 12.6  # squared distance, position and velocity, within which tracks are one (95 %)
FILED_OFF_M = 50e3  # further than any track flies between two filings of the index
SWEEP_NS = 1_000_000_000  # plot time between two sweeps
REPORT_TURN_NS = 1_000_000_000  # position reports of one target count once a second when late
TENTATIVE_TURNS, COAST_TURNS = 1.2, 2.6  # turns of the slowest radar a track is waited for
TURNS = 62  # how many turns back hits are remembered
HIGH_PENALTY, LOW_PENALTY = 2.5, 3.0  # log odds: few real things fly there


@part
def start_models(track: Any, place: Any, height: float, plot: Any, tuning: Any) -> None:
    """Put all models of a track where its first plot is, each with its prior of velocity."""
    velocity = plot.velocity
    known = not math.isnan(velocity[0])
    high = min(max((height - 0.6 * tuning.ceiling_m) / (0.4 * tuning.ceiling_m), 0.0), 1.0)
    falls = tuning.falling_share + (0.98 - tuning.falling_share) * high
    if known:
        falls = plot.falls
    track.weight[0] = track.weight[1] = 0.4 * (1.0 - falls)
    track.weight[2] = 0.2 * (1.0 - falls)
    track.weight[3] = track.weight[4] = 0.5 * falls
    x = place.p
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    for m in range(MODELS):
        flat = tuning.speed_var if m < FLYING else tuning.falling_var
        steep = tuning.climb_var if m < FLYING else tuning.falling_var
        if known:
            flat = steep = plot.velocity_var
        for u in range(3):
            track.model_x[m, u] = x[u]
            track.model_x[m, u + 3] = velocity[u] if known else 0.0
            for v in range(3):
                track.model_cov[m, u, v] = place.noise[u, v]
                track.model_cov[m, u, v + 3] = 0.0
                up = x[u] * x[v] / r2
                track.model_cov[m, u + 3, v + 3] = (
                    flat * ((1.0 if u == v else 0.0) - up) + steep * up
                )


@part
def first_odds(site: Any, plot: Any, height: float, tuning: Any) -> float:
    """Return the log odds that a lone plot is a target."""
    if site.radar == 0:
        return 2.0 if plot.address != 0 else 0.0
    odds = math.log(tuning.new_targets / site.false_plots)
    if math.isnan(plot.polar[2]):
        return odds
    slant = plot.polar[0]
    blur = 3 * slant * math.sqrt(site.noise_var[2])
    if height > tuning.ceiling_m + blur:
        return odds - HIGH_PENALTY
    if height < -blur:
        return odds - LOW_PENALTY
    # Aircraft keep to a thin layer; false plots fill every elevation.
    share = site.elevation_span * slant / tuning.ceiling_m
    return odds + min(max(math.log(max(share, 1e-3)), 0.0), 2.0)


@part
def start(
    table: Any,
    sights: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    site: Any,
    s: int,
    plot: Any,
    place: Any,
    now_ns: int,
    arrived_ns: int,
    tuning: Any,
) -> None:
    """Start a tentative track from a plot; when the table is full, count that it was not."""
    i = counters[ROWS]
    if i >= table.size:
        counters[NOT_STARTED] += 1
        return
    counters[ROWS] += 1
    track = table[i]
    height = height_of(place.p[0], place.p[1], place.p[2])
    start_models(track, place, height, plot, tuning)
    combine(track)
    track.number, track.state, track.hits = 0, TENTATIVE, 1
    track.odds = first_odds(site, plot, height, tuning)
    track.time_ns = track.first_ns = track.plot_ns = plot.time_ns
    track.heard_ns, track.detected_ns, track.confirmed_ns = now_ns, arrived_ns, 0
    for c in range(sights.shape[1]):
        sight = sights[i, c]
        sight.visible, sight.hit_ns, sight.looked_ns, sight.turns = UNTRIED, 0, 0, 0
    sight = sights[i, s]
    sight.visible, sight.hit_ns, sight.looked_ns = SEEN, plot.time_ns, plot.time_ns
    sight.turns = 1
    track.address, track.callsign = plot.address, plot.callsign
    track.detection = plot.detection
    track.touched = 0
    file_new(table, entries, heads, counters, i, tuning)


@part
def turn_taken(sight: Any, period_ns: int, before_ns: int) -> bool:
    """Say whether the sensor hit the track in the turn so long before its latest hit."""
    turn = (before_ns + period_ns // 2) // max(period_ns, 1)
    return turn <= TURNS and (sight.turns >> turn) & 1 == 1


@part
def note_turn(sight: Any, period_ns: int, time_ns: int) -> None:
    """Remember a hit, the latest or one of an earlier turn."""
    since = time_ns - sight.hit_ns
    turn = (abs(since) + period_ns // 2) // max(period_ns, 1)
    if sight.hit_ns == 0 or (since > 0 and turn > TURNS):
        sight.turns, sight.hit_ns = 1, time_ns
    elif since > 0:
        sight.turns = ((sight.turns << turn) & ((1 << TURNS) - 1)) | 1
        sight.hit_ns = time_ns
    elif turn <= TURNS:
        sight.turns |= 1 << turn


@part
def note_hit(track: Any, sight: Any, site: Any, plot: Any, gain: float, now_ns: int) -> None:
    """Book a plot as a hit of a track."""
    track.odds = min(track.odds + gain, ODDS_MAX)
    track.hits += 1
    track.plot_ns = max(track.plot_ns, plot.time_ns)
    track.heard_ns = now_ns
    note_turn(sight, REPORT_TURN_NS if site.radar == 0 else site.period_ns, plot.time_ns)
    sight.looked_ns = max(sight.looked_ns, plot.time_ns)
    sight.visible = 1.0 - HIDE
    track.detection |= plot.detection
    if plot.address != 0:
        track.address = plot.address
    if plot.callsign != 0:
        track.callsign = plot.callsign
    track.touched = 1


@part
def rejoins(lost: Any, track: Any, tuning: Any) -> float:
    """Return how well a new track goes on where a lost one left off: a squared distance, infinite
    when it does not."""
    dt = 1e-9 * (track.time_ns - lost.time_ns)
    if lost.number == 0 or lost.plot_ns >= track.first_ns or dt <= 0.0:
        return math.inf
    if lost.address != 0 and track.address != 0 and lost.address != track.address:
        return math.inf
    noise = tuning.noise[FLYING - 1]  # it may have turned hard
    # Mean variance along an axis of place and velocity, and what ties them: where the velocity is
    # unchanged the place cannot be far off.
    place, pace, tie = noise * dt**3 / 3, noise * dt, noise * dt * dt / 2
    off2 = turn2 = both = 0.0
    for c in range(3):
        off = track.x[c] - lost.x[c] - dt * lost.x[c + 3]
        turn = track.x[c + 3] - lost.x[c + 3]
        off2, turn2, both = off2 + off * off, turn2 + turn * turn, both + off * turn
        cross, speed = lost.cov[c, c + 3], lost.cov[c + 3, c + 3]
        place += (lost.cov[c, c] + 2 * dt * cross + dt * dt * speed + track.cov[c, c]) / 3
        pace += (speed + track.cov[c + 3, c + 3]) / 3
        tie += (cross + dt * speed + track.cov[c, c + 3]) / 3
    far2 = (pace * off2 - 2 * tie * both + place * turn2) / (place * pace - tie * tie)
    return far2 if far2 < REJOIN2 else math.inf


@part
def confirm(
    table: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    i: int,
    place: Any,
    balls: Any,
    now_ns: int,
    tuning: Any,
) -> None:
    """Confirm a track that exists surely enough; it takes the number of a lost track that it goes
    on from, else a new one. balls: room for all tracks."""
    track = table[i]
    if track.state != TENTATIVE or track.odds < tuning.confirm_odds:
        return
    track.state, track.confirmed_ns = CONFIRMED, now_ns
    n = gather_near(entries, heads, place, tuning.gate2, balls)
    best, old = math.inf, -1
    for k in range(n):
        j = balls[k].row
        if j == i or not fits(entries[j], place, 0, track.time_ns, tuning.gate2):
            continue
        far2 = rejoins(table[j], track, tuning)
        # Of equals the older number, whatever the order of the rows.
        if far2 < best or (far2 == best and old >= 0 and table[j].number < table[old].number):
            best, old = far2, j
    if old < 0:
        counters[LAST_NUMBER] += tuning.number_step
        track.number = counters[LAST_NUMBER]
        return
    lost = table[old]
    track.number, track.detected_ns = lost.number, lost.detected_ns
    track.confirmed_ns = lost.confirmed_ns
    lost.number, lost.state, lost.odds = 0, TENTATIVE, -math.inf  # ends at the next sweep


@part
def note_miss(track: Any, sight: Any, site: Any) -> None:
    """A radar looked and gave no plot: the target is not there, or not visible, or unlucky."""
    missed = 1.0 - site.detects * sight.visible
    track.odds += math.log(missed)
    visible = sight.visible * (1.0 - site.detects) / missed
    sight.visible = visible * (1.0 - HIDE) + (1.0 - visible) * SHOW


@part
def miss_looks(
    table: Any, sights: Any, entries: Any, rows: int, site: Any, s: int, seen_ns: int, whole: bool
) -> None:
    """Book the looks of radar s that brought no plot.

    whole: this was a full turn at one instant. Else plots come in pieces as the beam turns, and
    a track is missed when well over a period has gone since the beam last passed it.
    """
    period = site.period_ns
    patience = period // 2 if whole else period + period // 6
    # Where it was filed, seconds ago at most, tells most tracks out of reach from little memory.
    reach = math.inf if site.sectors > 0 or site.resting != 0 else site.range_max + FILED_OFF_M
    at = site.position
    for i in range(rows):
        x = entries[i].middle
        dx, dy, dz = x[0] - at[0], x[1] - at[1], x[2] - at[2]
        if dx * dx + dy * dy + dz * dz > reach * reach:
            continue
        track, sight = table[i], sights[i, s]
        since = seen_ns - sight.looked_ns
        never = sight.looked_ns == 0
        if not never and since < patience:
            continue
        if not covered(track.x, 1e-9 * (seen_ns - track.time_ns), site):
            if site.sectors > 0 or site.resting != 0:
                sight.looked_ns = 0  # once it can be seen again, the beam is yet to pass it
            continue
        if whole or not never:
            note_miss(track, sight, site)
        late = not whole and not never and since < 2 * period
        sight.looked_ns = sight.looked_ns + period if late else seen_ns


@part
def miss_pending(table: Any, sights: Any, entries: Any, sites: Any, counters: Any) -> None:
    """Book the looks of the radars whose plots come in pieces, for all tracks at once."""
    for s in range(sites.size - 1):
        seen_ns = counters[COUNTERS + s]
        if seen_ns > 0:
            miss_looks(table, sights, entries, counters[ROWS], sites[s], s, seen_ns, False)
            counters[COUNTERS + s] = 0


@part
def in_the_dark(track: Any, sites: Any, seen_ns: int) -> bool:
    """Say whether no radar looks where a track would be now."""
    dt = 1e-9 * (seen_ns - track.time_ns)
    dark = True
    for s in range(sites.size - 1):
        dark = dark and not covered(track.x, dt, sites[s])
    return dark


@part
def slowest_s(sight: Any, sites: Any) -> float:
    """Return the longest period of the radars that have hit a track; sight: one a sensor."""
    longest_ns = 0
    for s in range(sites.size - 1):
        if sight[s].hit_ns != 0:
            longest_ns = max(longest_ns, sites[s].period_ns)
    return 1e-9 * longest_ns


@part
def fate(track: Any, sight: Any, sites: Any, seen_ns: int, now_ns: int, tuning: Any) -> int:
    """Return why a track should end now, 0 when it should not; sight: one a sensor.

    Where no radar looks, a confirmed track lives on until its place is of no use. What only slow
    radars see is waited for longer.
    """
    quiet_s, coast_s = 1e-9 * (seen_ns - track.plot_ns), tuning.coast_s + tuning.slack_s
    if track.odds < tuning.delete_odds:
        return MERGED if track.odds == -math.inf else STARVED
    if track.state == TENTATIVE:
        quiet_s -= tuning.slack_s
        if quiet_s > tuning.tentative_s and quiet_s > TENTATIVE_TURNS * slowest_s(sight, sites):
            return STARVED
        return 0
    if quiet_s > 0.5 * coast_s:
        coast_s = max(coast_s, COAST_TURNS * slowest_s(sight, sites) + tuning.slack_s)
        if in_the_dark(track, sites, seen_ns):
            track.heard_ns = now_ns
            return COASTED if quiet_s > tuning.dark_s or useless(track, seen_ns, tuning) else 0
        if quiet_s > coast_s:
            return COASTED
    return COASTED if useless(track, seen_ns, tuning) else 0


@part
def useless(track: Any, seen_ns: int, tuning: Any) -> bool:
    """Say whether a track could by now be anywhere in a wide stretch."""
    dt = max(1e-9 * (seen_ns - track.time_ns), 0.0)
    cov, size, noise = track.cov, 0.0, 0.0
    for m in range(MODELS):
        noise += track.weight[m] * tuning.noise[m]
    for c in range(3):
        size += cov[c, c] + 2 * dt * cov[c, c + 3] + dt * dt * cov[c + 3, c + 3]
    return size + 2 * noise * dt**3 / 3 > tuning.coast_var


@part
def remove(table: Any, sights: Any, entries: Any, heads: Any, counters: Any, i: int) -> None:
    """Remove a row; the last one takes its place."""
    chain_out(entries, heads, i)
    counters[ROWS] -= 1
    b = counters[ROWS]
    if i != b:
        table[i] = table[b]
        for c in range(sights.shape[1]):
            sights[i, c] = sights[b, c]
        rename(entries, heads, i, b)


@part
def sweep(
    table: Any,
    sights: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    sites: Any,
    seen_ns: int,
    now_ns: int,
    tuning: Any,
    ended: Any,
) -> int:
    """Remove the tracks that end, once a second; fill ENDED rows, from the last row on to the
    first, of the confirmed ones, and return how many these are."""
    if seen_ns - counters[SWEPT_NS] < SWEEP_NS:
        return 0
    gone = 0
    counters[SWEPT_NS] = seen_ns
    miss_pending(table, sights, entries, sites, counters)
    for i in range(counters[ROWS] - 1, -1, -1):
        track = table[i]
        why = fate(track, sights[i], sites, seen_ns, now_ns, tuning)
        if why == 0:
            continue
        if track.state == CONFIRMED:
            ended[gone].number, ended[gone].why = track.number, why
            for c in range(6):
                ended[gone].x[c] = track.x[c]
            gone += 1
        remove(table, sights, entries, heads, counters, i)
    return gone
