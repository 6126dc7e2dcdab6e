"""The rows that the tracking kernels work on, as structured arrays: one argument a table.

M = 5 motion models. Models 0..2 fly (constant velocity, rising noise); 3..4 fall (gravity). A track
starts with both kinds; the kind that explains the plots stays.
"""

import numpy as np

MODELS = 5
FLYING = 3
TURNING = 1
TENTATIVE, CONFIRMED = 0, 1
SECTORS, OUTAGES = 8, 8  # of a sensor, at most
PASSIVE = 2  # kind of sensor: no range
STARVED, COASTED, MERGED = 1, 2, 3  # why a track ended
# Indices into the counters: tracks, the last track number, plots that found the table full; of the
# index: chains built (0: not), freshened; plot time of the latest sweep. From COUNTERS on, one a
# sensor: plot time of a look that no track has been told of yet, 0 none.
ROWS, LAST_NUMBER, NOT_STARTED, CHAINED, FRESH_NS, SWEPT_NS, COUNTERS = range(7)
# Indices into the ring of hits: how many were ever kept; one track in so many is kept; how many
# plots of the latest pass hit a track and have a pressure altitude beside a measured elevation.
NEXT, THIN, BOTH, RING = range(4)

# Tracks are rows 0..counters[ROWS], in no order; a row that ends takes in the last one.
# x, cov: state (position, velocity, ECEF, m and m/s) and covariance, all models together; model_*:
# of each model (covariance: the upper triangle), weight 0 where it is out; odds: log odds of
# existence; time_ns: of the state; first_ns, plot_ns: plot time of the first and latest hit;
# heard_ns: node time of the latest, or when it was known last that no sensor looks there.
TRACK = np.dtype(
    [
        ("time_ns", "<i8"),
        ("plot_ns", "<i8"),
        ("x", "<f8", (6,)),
        ("odds", "<f8"),
        ("hits", "<i8"),
        ("number", "<i8"),
        ("state", "<i8"),
        ("touched", "<i8"),
        ("weight", "<f8", (MODELS,)),
        ("cov", "<f8", (6, 6)),
        ("model_x", "<f8", (MODELS, 6)),
        ("model_cov", "<f8", (MODELS, 6, 6)),
        ("first_ns", "<i8"),
        ("heard_ns", "<i8"),
        ("detected_ns", "<i8"),
        ("confirmed_ns", "<i8"),
        ("address", "<i8"),
        ("callsign", "<u8"),
        ("detection", "<i8"),
    ],
    align=True,
)

# A confirmed track that has ended: its number, why, its last state.
ENDED = np.dtype([("number", "<i8"), ("why", "<i8"), ("x", "<f8", (6,))], align=True)

# What one sensor knows of one track (rows of tracks, columns of sensors): plot time of its latest
# hit and look, 0 never; turns: bit k says that it hit k turns before that; visible: probability
# that it can see it, where geometry says it might.
SIGHT = np.dtype(
    [("hit_ns", "<i8"), ("looked_ns", "<i8"), ("turns", "<i8"), ("visible", "<f8")], align=True
)

# Where the index has filed a track (same rows). What is asked most is in front, in one line of the
# cache: the neighbours in the chain of its cell (-1: none), up to which plot time it is good, the
# time of its state, how wide around a middle its plots may lie until then. The rest tells more
# exactly: velocity (the middle is where it is half way to until_ns); apart: how far, how fast, the
# state of any model is from it; cov: of the place (upper triangle) under the model least sure of
# it; growth: of the variance along any direction, by s, s2 and s3; address, 0 none.
ENTRY = np.dtype(
    [
        ("next", "<i4"),
        ("prev", "<i4"),
        ("cell", "<i8"),
        ("until_ns", "<i8"),
        ("time_ns", "<i8"),
        ("middle", "<f8", (3,)),
        ("wide", "<f8"),
        ("velocity", "<f8", (3,)),
        ("apart", "<f8", (2,)),
        ("cov", "<f8", (6,)),
        ("growth", "<f8", (3,)),
        ("address", "<i8"),
        ("spare", "<i8"),
    ],
    align=True,
)

# What questions of one area share: a row filed near it, its middle and how wide it is; within: of
# one question, which of them are.
BALL = np.dtype(
    [("middle", "<f8", (3,)), ("wide", "<f8"), ("row", "<i8"), ("within", "<i8")], align=True
)

# A sensor; radar: 1, a passive one (no range) PASSIVE, the last row, for all position reports, 0.
# position ECEF; rotation from ECEF to east, north, up; noise_var: of range, azimuth, elevation;
# false_density: false plots a scan per m rad rad of its polar space, elevation_span: the rad over
# which they spread; delay: seconds a metre that what it senses takes to it, light none; rate_var:
# noise variance of range rate, 0 when it measures none; mast, ground: height of the antenna over
# the ground around it, and of that over the ellipsoid; sectors: how many rows of `blocked` are in
# use (azimuth it begins at, -pi..pi, width, elevation below which nothing is seen); outages: from,
# to; resting: 1 in one of them.
SITE = np.dtype(
    [
        ("radar", "<i8"),
        ("position", "<f8", (3,)),
        ("rotation", "<f8", (3, 3)),
        ("range_min", "<f8"),
        ("range_max", "<f8"),
        ("elevation_min", "<f8"),
        ("elevation_max", "<f8"),
        ("height", "<f8"),
        ("noise_var", "<f8", (3,)),
        ("detects", "<f8"),
        ("false_plots", "<f8"),
        ("false_density", "<f8"),
        ("elevation_span", "<f8"),
        ("period_ns", "<i8"),
        ("delay", "<f8"),
        ("rate_var", "<f8"),
        ("mast", "<f8"),
        ("ground", "<f8"),
        ("sectors", "<i8"),
        ("blocked", "<f8", (SECTORS, 3)),
        ("outages_ns", "<i8", (OUTAGES, 2)),
        ("resting", "<i8"),
    ],
    align=True,
)

# One plot. Of a radar: polar (range, azimuth, elevation), range rate and altitude, NaN where not
# measured. A position report: position ECEF, rotation to east, north, up there, noise_var along
# these. velocity ECEF (NaN: not known) and its variance along each axis, from a report or by a
# launch seen from space; falls: how likely such a plot is of something ballistic. Filled in by a
# pass: track, the number of the confirmed track that surely gave the plot (0: none), place and
# pace, where that track then was and its velocity.
PLOT = np.dtype(
    [
        ("time_ns", "<i8"),
        ("polar", "<f8", (3,)),
        ("rate", "<f8"),
        ("altitude", "<f8"),
        ("position", "<f8", (3,)),
        ("rotation", "<f8", (3, 3)),
        ("noise_var", "<f8", (3,)),
        ("velocity", "<f8", (3,)),
        ("velocity_var", "<f8"),
        ("falls", "<f8"),
        ("address", "<i8"),
        ("callsign", "<u8"),
        ("detection", "<i8"),
        ("track", "<i8"),
        ("place", "<f8", (3,)),
        ("pace", "<f8", (3,)),
    ],
    align=True,
)

# How the plots of a sensor come in: plot time it has looked up to, how far behind that its plots
# still arrive, up to when they have come; how late its time stamps are; noise_var: of range,
# azimuth, elevation as the settings say.
FEED = np.dtype(
    [
        ("newest_ns", "<i8"),
        ("behind_ns", "<i8"),
        ("settled_ns", "<i8"),
        ("shift_ns", "<i8"),
        ("noise_var", "<f8", (3,)),
    ],
    align=True,
)

# Settings as the kernels need them; odds are logarithms; floor: the least log density of false
# plots anywhere, as in PLACE. Set anew by each pass: slack_s, how much longer than those of its
# sensor the plots of others may take; pressure_*: height above WGS84 is pressure altitude + offset
# + share of it, with this variance.
TUNING = np.dtype(
    [
        ("gate2", "<f8"),
        ("late_s", "<f8"),
        ("coast_s", "<f8"),
        ("dark_s", "<f8"),
        ("tentative_s", "<f8"),
        ("slack_s", "<f8"),
        ("confirm_odds", "<f8"),
        ("delete_odds", "<f8"),
        ("new_targets", "<f8"),
        ("noise", "<f8", (MODELS,)),
        ("vertical", "<f8"),
        ("manoeuvre_s", "<f8"),
        ("speed_var", "<f8"),
        ("climb_var", "<f8"),
        ("falling_var", "<f8"),
        ("falling_share", "<f8"),
        ("ceiling_m", "<f8"),
        ("pressure_offset", "<f8"),
        ("pressure_share", "<f8"),
        ("pressure_var", "<f8"),
        ("coast_var", "<f8"),
        ("rotation", "<f8"),
        ("floor", "<f8"),
        ("number_step", "<i8"),
    ],
    align=True,
)

# A predicted track (time_ns -1: none yet); share: of models b (rows) in models a by mixing. Of the
# plot it was last compared with, a model each: pht = P h', inverse = S inverse (upper triangle),
# z = innovation, value = likelihood; rate_*: gain, innovation and its variance (0: none) of the
# range rate once the place is known; pair: which it was.
GUESS = np.dtype(
    [
        ("time_ns", "<i8"),
        ("pair", "<i8"),
        ("weight", "<f8", (MODELS,)),
        ("x", "<f8", (MODELS, 6)),
        ("cov", "<f8", (MODELS, 6, 6)),
        ("share", "<f8", (FLYING, FLYING)),
        ("pht", "<f8", (MODELS, 6, 3)),
        ("inverse", "<f8", (MODELS, 6)),
        ("z", "<f8", (MODELS, 3)),
        ("det", "<f8", (MODELS,)),
        ("d2", "<f8", (MODELS,)),
        ("value", "<f8", (MODELS,)),
        ("rate_gain", "<f8", (MODELS, 6)),
        ("rate_z", "<f8", (MODELS,)),
        ("rate_s", "<f8", (MODELS,)),
    ],
    align=True,
)

# Where a plot says its target is: point p (ECEF), unit axes and the standard deviation along each,
# their covariance, floor: log density of false plots there, per m3; full: 0 when the height is
# only guessed; rate: range rate seen from origin, NaN none.
PLACE = np.dtype(
    [
        ("p", "<f8", (3,)),
        ("axes", "<f8", (3, 3)),
        ("sd", "<f8", (3,)),
        ("noise", "<f8", (3, 3)),
        ("floor", "<f8"),
        ("full", "<i8"),
        ("rate", "<f8"),
        ("rate_var", "<f8"),
        ("origin", "<f8", (3,)),
    ],
    align=True,
)

# A hit kept for registration. raw: range, azimuth, elevation as the sensor gave them (elevation
# NaN: not measured), of a report its ECEF position; noise_var: of these (of a report:
# east, north, up); place, pace: of the track.
HIT = np.dtype(
    [
        ("time_ns", "<i8"),
        ("track", "<i8"),
        ("sensor", "<i8"),
        ("raw", "<f8", (3,)),
        ("noise_var", "<f8", (3,)),
        ("place", "<f8", (3,)),
        ("pace", "<f8", (3,)),
    ],
    align=True,
)

# A hit without its sensor's bias: x ECEF; axes: away from the sensor, across, up (of a report:
# east, north, up); lever: metres that a unit along each axis is; cov of x; pace of the track, 0
# unknown.
POINT = np.dtype(
    [
        ("time_ns", "<i8"),
        ("track", "<i8"),
        ("sensor", "<i8"),
        ("x", "<f8", (3,)),
        ("axes", "<f8", (3, 3)),
        ("lever", "<f8", (3,)),
        ("cov", "<f8", (3, 3)),
        ("raw", "<f8", (3,)),
        ("pace", "<f8", (3,)),
    ],
    align=True,
)
