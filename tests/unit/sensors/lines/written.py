"""A good line of each kind, as JSON and as CSV, for the tests of lines."""

from typing import NamedTuple

START_S = 1_790_000_000


class Written(NamedTuple):
    form: str
    kind: str
    json: bytes
    csv: bytes


PLOT = Written(
    "lines",
    "plot",
    b'{"kind":"plot","sensor":"r1","time":1790000000.25,"range_m":20000,"azimuth_deg":-90,'
    b'"elevation_deg":2,"range_rate_mps":-150,"altitude_pressure_m":3000,"address":"3c660c",'
    b'"mode3a":"7000","callsign":"dlh12","detection":"both"}',
    b"plot,r1,1790000000.25,20000,-90,2,-150,3000,3c660c,7000,dlh12,both",
)
POSITION = Written(
    "lines",
    "position",
    b'{"kind":"position","time":"2026-09-21T14:13:20.25Z","lat_deg":-32.5,"lon_deg":-18.25,'
    b'"position_sd_m":50,"height_wgs84_m":900,"course_deg":90,"speed_mps":100,"climb_mps":-2,'
    b'"address":"00000f"}',
    b"position,2026-09-21T14:13:20.25Z,-32.5,-18.25,50,900,,90,100,-2,00000f",
)
BEARING = Written(
    "lines",
    "bearing",
    b'{"kind":"bearing","sensor":"r1","time":1790000000.25,"azimuth_deg":359.5,"elevation_deg":10}',
    b"bearing,r1,1790000000.25,359.5,10",
)
SIGHTING = Written(
    "sightings",
    "sighting",
    b'{"source":"a1","time":1790000000.25,"lat_deg":-32,"lon_deg":-18,"azimuth_deg":10,'
    b'"azimuth_sd_deg":8,"elevation_deg":20,"place_sd_m":320,"what":"drone","magnetic":true,'
    b'"signal_speed_mps":340}',
    b"sighting,a1,1790000000.25,-32,-18,10,8,20,320,drone,true,340",
)
LAUNCH = Written(
    "launches",
    "launch",
    b'{"sensor":"orbit","time":"2026-09-21T14:13:20.25+00:00","lat_deg":30,"lon_deg":45,'
    b'"major_sd_m":4000,"minor_sd_m":2000,"major_azimuth_deg":30,"time_sd_s":2,"confidence":0.9,'
    b'"azimuth_deg":270}',
    b"launch,orbit,1790000000.25,30,45,4000,2000,30,2,0.9,270",
)
ALL = (PLOT, POSITION, BEARING, SIGHTING, LAUNCH)
