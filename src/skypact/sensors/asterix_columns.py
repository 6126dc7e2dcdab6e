"""Which item of which ASTERIX category says what, as columns of one table: data, no code.

A cell names one field or several; the first that a record has counts. What an edition does not
have is left out.
"""

from typing import NamedTuple


class Column(NamedTuple):
    """kind: i8 whole number, f8 quantity in the unit its name ends with, flag (any field is set),
    octal, hex or text (six-bit characters)."""

    name: str
    kind: str


# Where a record stood and when it came come first; then these.
COLUMNS = (
    Column("sac", "i8"),
    Column("sic", "i8"),
    Column("message_type", "i8"),
    Column("detection", "i8"),
    Column("simulated", "flag"),
    Column("track_number", "i8"),
    Column("mode3a", "octal"),
    Column("mode3a_doubtful", "flag"),
    Column("address", "hex"),
    Column("callsign", "text"),
    Column("lat_deg", "f8"),
    Column("lon_deg", "f8"),
    Column("x_m", "f8"),
    Column("y_m", "f8"),
    Column("range_m", "f8"),
    Column("azimuth_deg", "f8"),
    Column("range_rate_mps", "f8"),
    Column("altitude_pressure_m", "f8"),
    Column("altitude_doubtful", "flag"),
    Column("height_wgs84_m", "f8"),
    Column("height_msl_m", "f8"),
    Column("height_local_m", "f8"),
    Column("velocity_x_mps", "f8"),
    Column("velocity_y_mps", "f8"),
    Column("climb_mps", "f8"),
    Column("speed_mps", "f8"),
    Column("course_deg", "f8"),
    Column("position_sd_x_m", "f8"),
    Column("position_sd_y_m", "f8"),
    Column("nacp", "i8"),
    Column("rotation_s", "f8"),
    Column("not_operational", "i8"),
    Column("overload", "flag"),
)

Cells = dict[str, tuple[str, ...]]
_SOURCE: Cells = {"sac": ("010/SAC",), "sic": ("010/SIC",)}
_GARBLED: Cells = {
    "mode3a": ("070/MODE3A",),
    "mode3a_doubtful": ("070/V", "070/G"),
    "altitude_doubtful": ("090/V", "090/G"),
}
_LOCAL: Cells = {"x_m": ("042/X",), "y_m": ("042/Y",)}
_SURFACE: Cells = {
    "lat_deg": ("041/LAT",),
    "lon_deg": ("041/LON",),
    "velocity_x_mps": ("202/VX",),
    "velocity_y_mps": ("202/VY",),
}
_MARK: Cells = {"message_type": ("000",), "azimuth_deg": ("020",), "rotation_s": ("041",)}

TIMES: dict[int, tuple[str, ...]] = {
    1: ("141",),
    2: ("030",),
    10: ("140",),
    11: ("140",),
    20: ("140",),
    21: ("073", "071", "075", "077"),
    34: ("030",),
    48: ("140",),
    62: ("070",),
    65: ("030",),
}
"""Items of the time of day; that of CAT001 is truncated."""

LSBS = {(10, "202/VX"): 0.25, (10, "202/VY"): 0.25}
"""What the standard says (EUROCONTROL-SPEC-0149-7, 5.2.18) where the tables are wrong: 1/16."""

CELLS: dict[int, Cells] = {
    1: {
        **_SOURCE,
        **_GARBLED,
        **_LOCAL,
        "detection": ("020/SSRPSR",),
        "simulated": ("020/SIM", "020/TST"),
        "track_number": ("161",),
        "range_m": ("040/RHO",),
        "azimuth_deg": ("040/THETA",),
        "range_rate_mps": ("120",),
        "altitude_pressure_m": ("090/HGT",),
        "speed_mps": ("200/GSP",),
        "course_deg": ("200/HDG",),
    },
    2: {**_SOURCE, **_MARK},
    10: {
        **_SOURCE,
        "message_type": ("000",),
        **_GARBLED,
        **_LOCAL,
        **_SURFACE,
        "simulated": ("020/SIM", "020/TST"),
        "track_number": ("161/TRK",),
        "mode3a": ("060/MODE3A",),
        "mode3a_doubtful": ("060/V", "060/G"),
        "address": ("220",),
        "callsign": ("245/CHR",),
        "range_m": ("040/RHO",),
        "azimuth_deg": ("040/TH",),
        "altitude_pressure_m": ("090/FL",),
        "height_local_m": ("091",),
        "speed_mps": ("200/GSP",),
        "course_deg": ("200/TRA",),
        "position_sd_x_m": ("500/DEVX",),
        "position_sd_y_m": ("500/DEVY",),
        "not_operational": ("550/NOGO",),
        "overload": ("550/OVL",),
    },
    11: {
        **_SOURCE,
        "message_type": ("000",),
        **_LOCAL,
        **_SURFACE,
        "simulated": ("170/SIM",),
        "track_number": ("161/FTN",),
        "mode3a": ("060/MOD3A",),
        "address": ("380/ADR",),
        "callsign": ("245/TID",),
        "altitude_pressure_m": ("090", "093/CTBA"),
        "height_msl_m": ("092",),
        "climb_mps": ("215",),
        "position_sd_x_m": ("500/APC/X",),
        "position_sd_y_m": ("500/APC/Y",),
    },
    20: {
        **_SOURCE,
        **_GARBLED,
        **_LOCAL,
        **_SURFACE,
        "simulated": ("020/SIM", "020/TST"),
        "track_number": ("161/TRN",),
        "address": ("220",),
        "callsign": ("245/CHR",),
        "altitude_pressure_m": ("090/FL",),
        "height_wgs84_m": ("105",),
        "height_local_m": ("110",),
        "position_sd_x_m": ("500/SDP/X",),
        "position_sd_y_m": ("500/SDP/Y",),
    },
    21: {
        **_SOURCE,
        "simulated": ("040/SIM", "040/TST"),
        "track_number": ("161/TRNUM",),
        "mode3a": ("070/MODE3A",),
        "address": ("080",),
        "callsign": ("170",),
        "lat_deg": ("131/LAT", "130/LAT"),
        "lon_deg": ("131/LON", "130/LON"),
        "altitude_pressure_m": ("145",),
        "height_wgs84_m": ("140",),
        "climb_mps": ("157/GVR", "155/BVR"),
        "speed_mps": ("160/GS",),
        "course_deg": ("160/TA",),
        "nacp": ("090/NACP",),
    },
    34: {**_SOURCE, **_MARK, "not_operational": ("050/COM/NOGO",)},
    48: {
        **_SOURCE,
        **_GARBLED,
        **_LOCAL,
        "detection": ("020/TYP",),
        "simulated": ("020/SIM", "020/TST"),
        "track_number": ("161/TRN",),
        "address": ("220",),
        "callsign": ("240",),
        "range_m": ("040/RHO",),
        "azimuth_deg": ("040/THETA",),
        "range_rate_mps": ("120/CAL/CAL",),
        "altitude_pressure_m": ("090/FL",),
        "height_msl_m": ("110/3DH",),
        "speed_mps": ("200/GSP",),
        "course_deg": ("200/HDG",),
    },
    62: {
        **_SOURCE,
        "simulated": ("080/SIM",),
        "track_number": ("040",),
        "mode3a": ("060/MODE3A",),
        "mode3a_doubtful": ("060/V", "060/G"),
        "address": ("380/ADR",),
        "callsign": ("380/ID", "245/CHR"),
        "lat_deg": ("105/LAT",),
        "lon_deg": ("105/LON",),
        "x_m": ("100/X",),
        "y_m": ("100/Y",),
        "altitude_pressure_m": ("136", "135/CTB"),
        "height_wgs84_m": ("130",),
        "velocity_x_mps": ("185/VX",),
        "velocity_y_mps": ("185/VY",),
        "climb_mps": ("220",),
        "position_sd_x_m": ("500/APC/X",),
        "position_sd_y_m": ("500/APC/Y",),
    },
    65: {
        **_SOURCE,
        "message_type": ("000",),
        "not_operational": ("040/NOGO",),
        "overload": ("040/OVL",),
    },
}
