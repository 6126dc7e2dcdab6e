// Where the phone points, from the angles of its sensors (W3C DeviceOrientation Event, 2024): the
// top edge while it lies flat, its back while it is held up. Magnetic north, degrees.
const RAD = Math.PI / 180;
const FLAT_DEG = 45;

/** @returns {{azimuth: number, elevation: number | null}} */
export function pointing(alpha, beta, gamma) {
  const [a, b, g] = [alpha * RAD, beta * RAD, gamma * RAD];
  if (Math.abs(beta) < FLAT_DEG && Math.abs(gamma) < FLAT_DEG) {
    return { azimuth: turn(Math.atan2(-Math.cos(b) * Math.sin(a), Math.cos(b) * Math.cos(a))), elevation: null };
  }
  const east = -Math.cos(a) * Math.sin(g) - Math.sin(a) * Math.sin(b) * Math.cos(g);
  const north = -Math.sin(a) * Math.sin(g) + Math.cos(a) * Math.sin(b) * Math.cos(g);
  const up = -Math.cos(b) * Math.cos(g);
  return { azimuth: turn(Math.atan2(east, north)), elevation: Math.asin(Math.max(-1, Math.min(1, up))) / RAD };
}

function turn(angle) {
  return (angle / RAD + 360) % 360;
}
