"""Events as TAK clients send them, and a strategy for any event."""

from hypothesis import strategies as st

from skypact.sensors.cot.event import Element, Event

NOW_NS = 1_900_000_000_123_000_000

ATAK = (
    b'<event version="2.0" uid="ANDROID-1" type="a-f-G-U-C" how="m-g"'
    b' time="2030-03-17T17:46:40.123Z" start="2030-03-17T17:46:40.123Z"'
    b' stale="2030-03-17T17:47:40.123Z">'
    b'<point lat="-32.1" lon="-20.4" hae="12.5" ce="4.9" le="9999999.0"/><detail>'
    b'<takv os="29" version="4.5" device="PHONE" platform="ATAK-CIV"/>'
    b'<contact callsign="ALPHA" endpoint="*:-1:stcp"/><uid Droid="ALPHA"/>'
    b'<__group role="Team Member" name="Cyan"/><status battery="71"/>'
    b'<track course="271.5" speed="1.25"/>'
    b"<remarks>two &amp; three</remarks></detail></event>"
)

texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20)
degrees = st.integers(-900_000_000, 900_000_000).map(lambda n: n / 1e7)
tenths = st.integers(0, 99_999).map(lambda n: n / 10)
moments = st.integers(0, 4_102_444_800_000).map(lambda ms: ms * 1_000_000)
contacts = st.builds(
    lambda callsign, endpoint: Element("contact", (("callsign", callsign), ("endpoint", endpoint))),
    names,
    names,
)
tracks = st.builds(
    lambda speed, course: Element("track", (("speed", str(speed)), ("course", str(course)))),
    tenths,
    tenths,
)
events = st.builds(
    Event,
    uid=names,
    kind=names,
    how=texts,
    time_ns=moments,
    start_ns=moments,
    stale_ns=moments,
    lat_deg=degrees,
    lon_deg=degrees,
    hae_m=tenths,
    ce_m=tenths,
    le_m=tenths,
    elements=st.tuples(contacts, tracks),
    rest=texts.map(
        lambda text: "<remarks>" + "".join(c for c in text if c not in "<>&") + "</remarks>"
    ),
    opex=texts,
    qos=texts,
    access=texts,
)
