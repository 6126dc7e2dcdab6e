// Web Mercator as MapLibre counts it: 0..1 from the date line and from the north edge.

export const CIRCUMFERENCE_M = 40_075_016.686;

export const mercatorX = (lonDeg: number): number => (lonDeg + 180) / 360;

export function mercatorY(latDeg: number): number {
  const s = Math.sin((Math.max(-85.05, Math.min(85.05, latDeg)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

/** Point at a distance and azimuth on the sphere: good enough to draw rings and ellipses. */
export function destination(lat: number, lon: number, azimuthDeg: number, distanceM: number): [number, number] {
  const d = distanceM / 6_371_008.8;
  const a = (azimuthDeg * Math.PI) / 180;
  const p = (lat * Math.PI) / 180;
  const sinP = Math.sin(p) * Math.cos(d) + Math.cos(p) * Math.sin(d) * Math.cos(a);
  const l = Math.atan2(Math.sin(a) * Math.sin(d) * Math.cos(p), Math.cos(d) - Math.sin(p) * sinP);
  return [lon + (l * 180) / Math.PI, (Math.asin(sinP) * 180) / Math.PI];
}

export function ellipse(lat: number, lon: number, majorM: number, minorM: number, azimuthDeg: number): [number, number][] {
  const ring: [number, number][] = [];
  for (let step = 0; step <= 72; step++) {
    const t = (step / 72) * 2 * Math.PI;
    const along = majorM * Math.cos(t);
    const across = minorM * Math.sin(t);
    const bearing = azimuthDeg + (Math.atan2(across, along) * 180) / Math.PI;
    ring.push(destination(lat, lon, bearing, Math.hypot(along, across)));
  }
  return ring;
}
