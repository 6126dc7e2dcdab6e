// What the node sends. Kept in step with console/service.py and console/views.py.

export type State = 'raised' | 'acknowledged' | 'escalated' | 'clear_proposed' | 'cleared' | 'superseded';
export const STAGES = ['detected', 'tracked', 'raised', 'released', 'received', 'shown', 'acknowledged'] as const;

export interface Place { name: string; nation: string; eta_ms: number; spread_s: number }
export interface Impact { lat: number; lon: number; semi_major_m: number; semi_minor_m: number; azimuth_deg: number }
export interface WarningRow {
  id: string; origin: string; nation: string; track: number; threat: string; probability: number;
  state: State; version: number; places: Place[]; assessed_ms: number; impact: Impact | null;
  reason: string; acknowledge_by_ms: number; acknowledged_by: string; cleared_by: string;
  ledger: Record<(typeof STAGES)[number], number>;
  over: boolean; may_acknowledge: boolean; may_release: boolean;
}
export interface Site { name: string; kind: 'place' | 'sensor'; nation: string; lat_deg: number; lon_deg: number; range_m: number }
export interface Column { name: string; dtype: 'u4' | 'i4' | 'u2' | 'i2' | 'u1'; scale: number; unit: string }
export interface Hello {
  kind: 'hello'; now_ms: number; nation: string; display_name: string; context: 'operation' | 'exercise' | 'test';
  person: string; roster: string[]; typed_names: boolean; coast_after_s: number;
  view: { lat: number; lon: number; zoom: number }; sites: Site[]; layout: Column[];
}
export interface Feed {
  name: string; format: string; alive: boolean; last_ms: number; records: number; refused: number;
  unknown: number; doubled: number; dropped: number; last_refusals: string[];
}
export interface Sensor { name: string; alive: boolean; last_ms: number; rotation_s: number; rests_until_ms: number }
export interface Feeds { kind: 'feeds'; observed_ms: number; feeds: Feed[]; sensors: Sensor[] }
export interface PartnerLink {
  partner: string; alive: boolean; last_heard_ms: number; tracks_in: number; tracks_out: number; gaps: number; outbox: number; suspended: string[];
}
export interface Links { kind: 'links'; observed_ms: number; absent: string; links: PartnerLink[] }
export interface ChannelState { channel: string; up: boolean; reason: string; since_ms: number; checked_ms: number; late_ms: number }
export type Stage = 'prepare' | 'take_cover' | 'all_clear' | 'correction' | 'test';
export type Reached = 'queued' | 'sent' | 'delivered' | 'heard' | 'acknowledged' | 'rejected' | 'expired' | 'failed';
export type Outcome = 'open' | 'informed' | 'acknowledged' | 'escalated' | 'failed' | 'stopped';
export interface AlertPlace { name: string; stage: Stage; arrival_ms: number; spread_s: number }
export interface Pending { step: string; stage: Stage; persons: number; released_by: string[]; since_ms: number }
export interface Reach {
  step: string; stage: Stage; who: string; channel: string; attempt: number; state: Reached; outcome: Outcome;
  asked: boolean; notice_id: string; person: string; evidence: string;
  queued_ms: number; sent_ms: number; delivered_ms: number; heard_ms: number; ended_ms: number;
}
export interface Alert {
  id: string; procedure: string; nation: string; class: string; state: 'active' | 'over' | 'cleared' | 'cancelled';
  raised_ms: number; observed_ms: number; places: AlertPlace[]; warnings: string[]; pending: Pending[]; reaches: Reach[];
  ended_by: string[]; reason: string;
}
export interface Roster { roster: string; who: string; until_ms: number; next: string; overridden_by: string }
export interface Tested { who: string; channel: string; at_ms: number; state: Reached; evidence: string }
export interface Base {
  name: string; states: string[]; state: string; since_ms: number; until_ms: number; expired: boolean; person: string; reason: string;
  proposed: { state: string; reason: string } | null; history: { state: string; at_ms: number; person: string; reason: string }[];
}
export interface Alerts { kind: 'alerts'; readiness: Base[]; alerts: Alert[]; watch: Roster[]; tested: Tested[] }
export interface Notice { kind: string; about: string; text: string; count: number }
export interface Hush { kind: 'hush'; at_ms: number; until_ms: number; person: string }
export type Down =
  | Hello | Feeds | Links | Hush | Alerts
  | { kind: 'channels'; rows: ChannelState[] }
  | { kind: 'tick'; now_ms: number }
  | { kind: 'warnings'; rows: WarningRow[] }
  | { kind: 'notices'; rows: Notice[] }
  | { kind: 'texts'; reporters: string[]; rows: [number, string, string][] }
  | { kind: 'done'; ask: string; warning_id: string; about?: string; person: string }
  | { kind: 'refused'; ask: string; warning_id: string; about?: string; reason: string };

/** What a person orders about an alert or a roster; the name is the seat's. */
export type OrderAlert = { ask: 'alert' } & (
  | { order: 'release'; alert_id: string; step: string }
  | { order: 'answer'; alert_id: string; notice_id: string }
  | { order: 'cancel'; alert_id: string; reason: string; post: string }
  | { order: 'classify'; warning_id: string; held: 'unknown' | 'drill' | 'attack'; reason: string }
  | { order: 'readiness'; base: string; state: string; reason: string }
  | { order: 'override'; roster: string; recipient: string; for_s: number }
);

export type Up =
  | { ask: 'watch'; person: string }
  | { ask: 'acknowledge'; warning_id: string }
  | { ask: 'all_clear'; warning_id: string }
  | { ask: 'shown'; rows: [string, number][]; sent_ms: number }
  | { ask: 'hush' }
  | OrderAlert
  | { ask: 'got'; picture: boolean; sent_ms: number };
