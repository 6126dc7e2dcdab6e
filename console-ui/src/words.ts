// Numbers and codes to the words people read.

import type { Alert, ChannelState, Outcome, Pending, Reach, Reached, Sensor, Stage, State, WarningRow } from './protocol';

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

export const ALERT_STATES: Record<Alert['state'], { text: string; shape: string }> = {
  active: { text: 'Active', shape: '▲' },
  over: { text: 'Over, all-clear waits', shape: '◇' },
  cleared: { text: 'All-clear given', shape: '✓' },
  cancelled: { text: 'Taken back', shape: '↷' },
};
export const STAGE_WORDS: Record<Stage, string> = {
  prepare: 'prepare', take_cover: 'take cover', all_clear: 'all-clear', correction: 'correction', test: 'test',
};
export const REACHED: Record<Reached, { shape: string; steps: number }> = {
  queued: { shape: '○', steps: 1 }, sent: { shape: '◔', steps: 2 }, delivered: { shape: '◑', steps: 3 },
  heard: { shape: '◕', steps: 4 }, acknowledged: { shape: '●', steps: 5 },
  rejected: { shape: '✕', steps: 0 }, expired: { shape: '✕', steps: 0 }, failed: { shape: '✕', steps: 0 },
};
const WAYS: Record<string, string> = { cap: 'CAP feed', digital: 'digital link' };

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

/** Heights below 20 km in hundreds of feet as controllers say them, above in km; none that a radar cannot tell from the ground. */
export function height(m: number): string {
  if (m >= 20_000) return `${(m / 1000).toFixed(0)} km`;
  const feet = Math.round((m * 3.28084) / 100) * 100;
  return feet > 0 ? `${count(feet)} ft` : 'low';
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

/** Whether anything about an alert can still be decided. */
export function isOpen(alert: Alert): boolean {
  return alert.state === 'active' || alert.state === 'over';
}

/** What was told by the console and awaits an answer. */
export function answers(alert: Alert): Reach[] {
  return alert.reaches.filter((reach) => reach.channel === 'console' && reach.asked && reach.outcome === 'open');
}

/** The first predicted arrival, ms UTC; infinity when nothing is on its way any more. */
export function firstArrival(alert: Alert): number {
  return Math.min(Infinity, ...alert.places.flatMap((place) => place.arrival_ms || []));
}

export function way(channel: string): string {
  return WAYS[channel] ?? channel;
}

/** What a reach has come to; an outcome says more than the way's last state. */
export function cameTo(reach: Reach): { text: string; shape: string; bad: boolean } {
  const said: Record<Outcome, string> = {
    open: REACHED[reach.state].steps === 0 ? `${reach.state}, tried again` : reach.asked ? `${reach.state}, answer awaited` : reach.state, informed: reach.state, acknowledged: 'acknowledged',
    escalated: `${reach.state}, next in line told`, failed: 'failed: nobody is left', stopped: 'stopped, no longer needed',
  };
  const bad = reach.outcome === 'failed' || reach.outcome === 'escalated' || (reach.outcome !== 'stopped' && REACHED[reach.state].steps === 0);
  const shape = reach.outcome === 'acknowledged' ? '●' : reach.outcome === 'stopped' ? '■' : reach.outcome === 'failed' ? '✕' : REACHED[reach.state].shape;
  return { text: said[reach.outcome], shape, bad };
}

/** "3 told: 1 acknowledged, 1 awaited, 1 failed"; empty when nobody is told yet. */
export function tally(alert: Alert): string {
  const number = (wanted: (reach: Reach) => boolean) => alert.reaches.filter(wanted).length;
  const parts = [
    [number((r) => r.outcome === 'acknowledged'), 'acknowledged'],
    [number((r) => r.outcome === 'informed'), 'informed'],
    [number((r) => r.outcome === 'open'), 'under way'],
    [number((r) => r.outcome === 'escalated'), 'passed to the next'],
    [number((r) => r.outcome === 'failed'), 'failed'],
    [number((r) => r.outcome === 'stopped'), 'stopped'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, text]) => `${n} ${text}`);
  return said.length ? `${alert.reaches.length} told: ${said.join(', ')}` : 'nobody is told yet';
}

/** Seconds from one stage to another, '' when one of them was not reached. */
export function after(fromMs: number, toMs: number): string {
  if (!fromMs || !toMs) return '';
  const s = (toMs - fromMs) / 1000;
  return s < 100 ? s.toFixed(1) : `${Math.round(s)}`;
}

export function released(step: Pending): string {
  const by = step.released_by.length ? ` (${step.released_by.join(', ')})` : '';
  return `${step.released_by.length} of ${step.persons}${by}`;
}

/** What is wrong with a channel now, '' when it can be used. */
export function channelFault(channel: ChannelState, now: number): string {
  if (now > channel.late_ms) return 'silent';
  return channel.up ? '' : 'dead';
}
