import { pointing } from "./compass.js";

const KEY = "skypact-observer";
const CELL_DEG = 0.01;
const COMPASS_WAIT_MS = 3000;
const TRIES = 3;
const RETRY_MS = 2000;
const BY_HAND = "Ready. Type the direction and press.";
const WORDS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
const element = (id) => document.getElementById(id);
const now = { token: takeToken(), place: null, azimuth: null, elevation: null, busy: false };

function takeToken() {
  const said = location.hash.slice(1);
  if (said) {
    localStorage.setItem(KEY, said);
    // The token must not stay in the address bar, where it is shown and shared.
    history.replaceState(null, "", location.pathname);
  }
  return said || localStorage.getItem(KEY) || "";
}

function say(text) {
  element("state").textContent = text;
}

function coarse(angle) {
  return Math.round((Math.floor(angle / CELL_DEG + 1e-9) + 0.5) * CELL_DEG * 1000) / 1000;
}

function refresh() {
  const known = now.azimuth !== null;
  element("heading").textContent = known
    ? `${WORDS[Math.round(now.azimuth / 45) % 8]} ${Math.round(now.azimuth) % 360}°`
    : "–";
  element("send").disabled = now.busy || !known || now.place === null || !now.token;
}

function byCompass(event) {
  const heading = event.webkitCompassHeading;
  if (typeof heading === "number" && heading >= 0) {
    now.azimuth = heading;
    now.elevation = null;
  } else if ((event.absolute || event.type === "deviceorientationabsolute") && event.alpha !== null) {
    const found = pointing(event.alpha, event.beta ?? 0, event.gamma ?? 0);
    now.azimuth = found.azimuth;
    now.elevation = found.elevation;
  } else {
    return;
  }
  if (!element("by-hand").hidden) {
    element("by-hand").hidden = true;
    if (now.place !== null && !now.busy) ready();
  }
  refresh();
}

function byHand() {
  const degrees = element("degrees").valueAsNumber;
  now.azimuth = degrees >= 0 && degrees <= 360 ? degrees : null;
  now.elevation = null;
  refresh();
}

async function askForCompass() {
  const kind = window.DeviceOrientationEvent;
  if (kind && typeof kind.requestPermission === "function") {
    // Only after a touch, says this maker.
    document.body.addEventListener("click", () => kind.requestPermission(), { once: true });
  }
  for (const name of ["deviceorientationabsolute", "deviceorientation"]) {
    window.addEventListener(name, byCompass);
  }
  setTimeout(typeIt, COMPASS_WAIT_MS);
}

function askForPlace() {
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      now.place = {
        lat_deg: coarse(coords.latitude),
        lon_deg: coarse(coords.longitude),
        accuracy_m: Math.min(Math.round(coords.accuracy), 5000),
      };
      if (element("state").dataset.waiting) ready();
      refresh();
    },
    () => say("Your phone does not say where you are. Allow it to, and open this page again."),
    { enableHighAccuracy: false, maximumAge: 60000 },
  );
}

function ready() {
  delete element("state").dataset.waiting;
  say(element("by-hand").hidden ? "Ready. Point and press." : BY_HAND);
}

function typeIt() {
  if (now.azimuth !== null) return;
  element("by-hand").hidden = false;
  if (now.place !== null) say(BY_HAND);
}

async function send() {
  now.busy = true;
  refresh();
  say("Sending.");
  const what = document.querySelector("input[name=what]:checked").value;
  const report = { what, azimuth_deg: now.azimuth, ...now.place };
  if (now.elevation !== null) report.elevation_deg = now.elevation;
  say(await post(JSON.stringify(report)));
  now.busy = false;
  refresh();
}

async function post(body) {
  for (let left = TRIES; left > 0; left--) {
    try {
      const answer = await fetch("report", {
        method: "POST",
        headers: { authorization: `Bearer ${now.token}`, "content-type": "application/json" },
        body,
      });
      if (answer.status === 204) return `Reported at ${new Date().toLocaleTimeString()}. Thank you.`;
      if (answer.status !== 503) return await answer.text();
    } catch {
      say("No connection. Trying again.");
    }
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
  return "It could not be sent. Try again.";
}

element("send").addEventListener("click", send);
element("degrees").addEventListener("input", byHand);
if (now.token) {
  element("state").dataset.waiting = "1";
  say("Waiting for your place. Allow this page to know it.");
  askForCompass();
  askForPlace();
} else {
  say("Open the link you were given once more: this phone has no number yet.");
}
document.body.dataset.ready = "1";
