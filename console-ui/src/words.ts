// Numbers and codes to the words people read.

import type { Sensor, State, WarningRow } from './protocol';

export const CLASSES = ['unknown', 'ballistic', 'cruise', 'drone', 'aircraft', 'rocket'] as const;
export const IDENTITIES = ['pending', 'unknown', 'assumed friend', 'friend', 'neutral', 'suspect', 'hostile'] as const;
export const THREATS: ReadonlySet<number> = new Set([1, 2, 3, 5]);

export const THREAT_WORDS: Record<string, string> = {
  unknown: 'Unknown threat', ballistic: 'Ballistic missile', cruise: 'Cruise missile', drone: 'Drone',
  aircraft: 'Aircraft', rocket: 'Rocket',
};

/** A state is told by colour (CSS class), shape and text. */
export const STATES: Record<State, { text: string; shape: string }> = {
  raised: { text: 'New', shape: '▲' },
  escalated: { text: 'Escalated', shape: '▲▲' },
  acknowledged: { text: 'Acknowledged', shape: '●' },
  clear_proposed: { text: 'All-clear proposed', shape: '◇' },
  cleared: { text: 'All-clear', shape: '✓' },
  superseded: { text: 'Superseded', shape: '↷' },
};

const two = (n: number) => String(Math.floor(n)).padStart(2, '0');

/** 3:07 to go, or how long ago it was due. */
export function toGo(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000);
  const text = s >= 3600 ? `${Math.floor(s / 3600)}:${two((s % 3600) / 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
  return ms >= 0 ? text : `+${text}`;
}

/** 02:14:31Z */
export function utc(ms: number): string {
  if (!ms) return '--:--:--Z';
  return new Date(ms).toISOString().slice(11, 19) + 'Z';
}

export function utcMillis(ms: number): string {
  return ms ? new Date(ms).toISOString().slice(11, 23) + 'Z' : '';
}

/** Why a sensor does not look now, '' when it does. */
export function notLooking(sensor: Sensor): string {
  if (sensor.rests_until_ms) return `outage until ${utc(sensor.rests_until_ms)}`;
  return sensor.alive ? '' : 'silent';
}

export function ago(ms: number): string {
  if (ms < 0) return '0 s';
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export function count(n: number): string {
  return n.toLocaleString('en-GB').replaceAll(',', '\u202f');
}

/** Heights below 20 km in hundreds of feet as controllers say them, above in km. */
export function height(m: number): string {
  return m >= 20_000 ? `${(m / 1000).toFixed(0)} km` : `${count(Math.round((m * 3.28084) / 100) * 100 + 0)} ft`;
}

export function speed(mps: number): string {
  return mps >= 1000 ? `${(mps / 1000).toFixed(1)} km/s` : `${Math.round(mps * 1.943844)} kt`;
}

export function course(deg: number): string {
  return `${String(Math.round(deg) % 360).padStart(3, '0')}°`;
}

export function nation(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export function position(lat: number, lon: number): string {
  const part = (v: number, width: number, plus: string, minus: string) =>
    `${Math.abs(v).toFixed(3).padStart(width + 4, '0')}° ${v >= 0 ? plus : minus}`;
  return `${part(lat, 2, 'N', 'S')}  ${part(lon, 3, 'E', 'W')}`;
}

/** The earliest time it may be anywhere, ms UTC; infinity when no place is named. */
export function firstEta(row: WarningRow): number {
  let first = Infinity;
  for (const place of row.places) first = Math.min(first, place.eta_ms);
  return first;
}

export function places(row: WarningRow): string {
  if (row.places.length === 0) return 'no place named yet';
  const sorted = row.places.toSorted((a, b) => a.eta_ms - b.eta_ms);
  const shown = sorted.slice(0, 2).map((p) => p.name).join(', ');
  return sorted.length > 2 ? `${shown} and ${sorted.length - 2} more` : shown;
}
