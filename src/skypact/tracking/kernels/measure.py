"""Measurement: where a plot says its target is, and whether a radar could have given one.

A plot becomes a place once a pass: a point with a covariance in ECEF and the density of false plots
there (converted measurements, Lerro, Bar-Shalom 1993; the bias of the conversion is below 10 m at
radar accuracies). What a plot leaves open is taken from the track it is compared with.
"""

import math
from typing import Any

from skypact.core.jit import part

SEMI_MAJOR = 6378137.0
SEMI_MINOR = 6356752.314245179
REPORT_DENSITY = 1e-13  # false position reports, per m3
FALSE_HEIGHTS_M = 15e3  # false pressure heights spread over this much
FALSE_RATES = math.log(500.0)  # false range rates spread over so many m/s
OPEN_SD_RAD = 1.0  # what an elevation that was not measured is known to
TURN = 2.0 * math.pi
HORIZON = 4120.0  # m over a 4/3 Earth, by the square root of each height in m


@part
def height_of(px: float, py: float, pz: float) -> float:
    """Return the height above WGS84 along the geocentric vertical (within 1 m below 200 km)."""
    r2 = px * px + py * py + pz * pz
    r = math.sqrt(r2)
    s2 = pz * pz / r2
    a2, b2 = SEMI_MAJOR * SEMI_MAJOR, SEMI_MINOR * SEMI_MINOR
    return r - SEMI_MAJOR * SEMI_MINOR / math.sqrt(b2 * (1.0 - s2) + a2 * s2)


@part
def wrap(angle_rad: float) -> float:
    """Return the angle in -pi..pi."""
    return angle_rad - 2 * math.pi * math.floor((angle_rad + math.pi) / (2 * math.pi))


@part
def fill_noise(place: Any) -> None:
    """Fill the covariance of a place from its axes and their standard deviations."""
    for u in range(3):
        for v in range(u, 3):
            value = 0.0
            for k in range(3):
                value += place.sd[k] * place.sd[k] * place.axes[k, u] * place.axes[k, v]
            place.noise[u, v] = place.noise[v, u] = value


@part
def point_at(site: Any, slant: float, azimuth: float, elevation: float, place: Any) -> None:
    """Put a place where a radar's coordinates are; axes: outward, clockwise, upward."""
    sa, ca, se, ce = math.sin(azimuth), math.cos(azimuth), math.sin(elevation), math.cos(elevation)
    rot = site.rotation
    for c in range(3):
        east, north, up = rot[0, c], rot[1, c], rot[2, c]
        place.axes[0, c] = sa * ce * east + ca * ce * north + se * up
        place.axes[1, c] = ca * east - sa * north
        place.axes[2, c] = ce * up - sa * se * east - ca * se * north
        place.p[c] = site.position[c] + slant * place.axes[0, c]


@part
def elevation_at(site: Any, slant: float, height: float) -> float:
    """Return the elevation at which a radar sees a height at a slant range."""
    lift = (height - site.height - slant * slant / 12.74e6) / slant
    return math.asin(min(max(lift, -0.9), 0.9))


@part
def place_polar(site: Any, plot: Any, tuning: Any, place: Any) -> None:
    """Place a radar plot; full: its height is measured, else guessed as wide as aircraft fly."""
    slant, azimuth, elevation = max(plot.polar[0], 1.0), plot.polar[1], plot.polar[2]
    density = site.false_density
    measured, known = not math.isnan(elevation), not math.isnan(plot.altitude)
    place.full = 1 if measured or known else 0
    place.sd[0], place.sd[2] = math.sqrt(site.noise_var[0]), slant * math.sqrt(site.noise_var[2])
    if not measured:
        height = tuning.ceiling_m / 3
        if known:
            share = 1.0 + tuning.pressure_share
            height = share * plot.altitude + tuning.pressure_offset
        place.sd[2] = math.sqrt(tuning.pressure_var) if known else tuning.ceiling_m / 4
        density *= site.elevation_span / FALSE_HEIGHTS_M
        elevation = elevation_at(site, slant, height)
        if known:  # once more, with the ellipsoid's own height
            point_at(site, slant, azimuth, elevation, place)
            off = height - height_of(place.p[0], place.p[1], place.p[2])
            elevation += off / slant
    point_at(site, slant, azimuth, elevation, place)
    flat = math.cos(elevation)
    place.sd[1] = slant * flat * math.sqrt(site.noise_var[1])
    place.floor = math.log(density / (slant * slant * flat if measured else slant))
    fill_noise(place)


@part
def place_report(plot: Any, place: Any) -> None:
    """Place a position report."""
    place.full = 1
    for u in range(3):
        place.p[u] = plot.position[u]
        place.sd[u] = math.sqrt(plot.noise_var[u])
        for v in range(3):
            place.axes[u, v] = plot.rotation[u, v]
    place.floor = math.log(REPORT_DENSITY)
    fill_noise(place)


@part
def place_plot(site: Any, plot: Any, tuning: Any, place: Any) -> None:
    """Fill the place of a plot of any sensor."""
    place.rate, place.rate_var = math.nan, site.rate_var
    if site.radar == 0:
        place_report(plot, place)
    elif site.radar == 2:  # nowhere, until compared with a track
        place.full = 0
    else:
        place_polar(site, plot, tuning, place)
        if site.rate_var > 0.0 and not math.isnan(plot.rate):
            place.rate = plot.rate
            place.floor -= FALSE_RATES
            for c in range(3):
                place.origin[c] = site.position[c]


@part
def distance_to(site: Any, x: Any) -> float:
    """Return how far a state is from a sensor."""
    dx, dy, dz = x[0] - site.position[0], x[1] - site.position[1], x[2] - site.position[2]
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@part
def place_bearing(site: Any, plot: Any, slant: float, elevation: float, place: Any) -> None:
    """Place a bearing as far away as the target it is compared with; of the distance, and of the
    elevation where none was measured, it says nothing."""
    measured = not math.isnan(plot.polar[2])
    if measured:
        elevation = plot.polar[2]
    flat = math.cos(elevation)
    point_at(site, slant, plot.polar[1], elevation, place)
    place.sd[0] = slant * OPEN_SD_RAD
    place.sd[1] = slant * flat * math.sqrt(site.noise_var[1])
    place.sd[2] = slant * (math.sqrt(site.noise_var[2]) if measured else OPEN_SD_RAD)
    density = site.false_density / (slant * slant * flat)
    if not measured:  # false bearings have no elevation either
        density *= site.elevation_span * slant / (math.sqrt(2 * math.pi) * place.sd[2])
    place.floor = math.log(density / (math.sqrt(2 * math.pi) * place.sd[0]))
    fill_noise(place)


@part
def place_near(site: Any, plot: Any, px: float, py: float, pz: float, place: Any) -> None:
    """Place a bearing, or a radar plot without height, for comparing it with a target at p: a plot
    lies at the target's elevation, which it says nothing about."""
    dx, dy, dz = px - site.position[0], py - site.position[1], pz - site.position[2]
    up = site.rotation[2, 0] * dx + site.rotation[2, 1] * dy + site.rotation[2, 2] * dz
    away = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    elevation = math.asin(min(max(up / away, -0.99), 0.99))
    place.full = 0
    if site.radar == 2:
        place_bearing(site, plot, away, elevation, place)
        return
    slant, flat = max(plot.polar[0], 1.0), math.cos(elevation)
    point_at(site, slant, plot.polar[1], elevation, place)
    place.sd[0] = math.sqrt(site.noise_var[0])
    place.sd[1] = slant * flat * math.sqrt(site.noise_var[1])
    place.sd[2] = slant * OPEN_SD_RAD
    # The likelihood holds a density along the open axis too: that of its wide guess.
    open_density = 1.0 / (math.sqrt(2 * math.pi) * place.sd[2])
    density = site.false_density * site.elevation_span
    place.floor = math.log(density * open_density / (slant * flat))
    if not math.isnan(place.rate):
        place.floor -= FALSE_RATES
    fill_noise(place)


@part
def hidden(site: Any, azimuth: float, elevation: float) -> bool:
    """Say whether something stands in the way of a radar, at an azimuth of -pi..pi."""
    for k in range(site.sectors):
        off = azimuth - site.blocked[k, 0]
        if off < 0.0:
            off += TURN
        if off <= site.blocked[k, 1] and elevation < site.blocked[k, 2]:
            return True
    return False


@part
def covered(x: Any, dt: float, site: Any) -> bool:
    """Say whether a radar looks where the state x is dt seconds on and could see it there (4/3
    Earth horizon)."""
    if site.resting != 0:
        return False
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    dx, dy, dz = px - site.position[0], py - site.position[1], pz - site.position[2]
    slant2 = dx * dx + dy * dy + dz * dz
    if slant2 > site.range_max * site.range_max:
        return False
    slant = math.sqrt(slant2)
    if slant < site.range_min:
        return False
    rot = site.rotation
    up = rot[2, 0] * dx + rot[2, 1] * dy + rot[2, 2] * dz
    elevation = math.asin(up / max(slant, 1.0))
    if elevation < site.elevation_min or elevation > site.elevation_max:
        return False
    if site.sectors > 0:
        east = rot[0, 0] * dx + rot[0, 1] * dy + rot[0, 2] * dz
        north = rot[1, 0] * dx + rot[1, 1] * dy + rot[1, 2] * dz
        if hidden(site, math.atan2(east, north), elevation):
            return False
    height = max(height_of(px, py, pz) - site.ground, 0.0)
    return slant <= HORIZON * (math.sqrt(max(site.mast, 0.0)) + math.sqrt(height))
