// The alarm: two tones that repeat until every warning of this nation is acknowledged, every step that
// waits for a person is released, and every answer asked for here is given; or until it is hushed.

import { nodeNow } from './clock';
import { store } from './store.svelte';

const PERIOD_MS = 2_000;
let audio: AudioContext | undefined;

class Alarm {
  /** Browsers allow sound only after the first key or click on the page. */
  allowed = $state(false);
  sounding = $state(false);
}
export const alarm = new Alarm();

export function startAlarm(): void {
  const allow = () => {
    audio ??= new AudioContext();
    void audio.resume().then(() => (alarm.allowed = audio?.state === 'running'));
  };
  addEventListener('pointerdown', allow);
  addEventListener('keydown', allow);
  let lastAt = 0;
  setInterval(() => {
    alarm.sounding = due();
    if (!alarm.sounding || !audio || performance.now() - lastAt < PERIOD_MS) return;
    lastAt = performance.now();
    tone(audio, 880, 0, 0.22);
    tone(audio, 620, 0.28, 0.3);
  }, 200);
}

function due(): boolean {
  const { at_ms, until_ms } = store.hush;
  const hushed = nodeNow() < until_ms;
  return [...warned(), ...awaited()].some((since) => !hushed || since > at_ms);
}

/** Since when each warning waits for its acknowledgement. */
function warned(): number[] {
  return store.unacknowledged.map((row) => row.ledger.received || row.ledger.raised || (store.firstSeen.get(row.id) ?? 0));
}

/** Since when each step waits for its release, and each post here for its answer. An all-clear may wait
 * in silence: nobody is in danger by it. */
function awaited(): number[] {
  const steps = store.toRelease.filter(({ step }) => step.stage !== 'all_clear').map(({ step }) => step.since_ms);
  return [...steps, ...store.toAnswer.map(({ reach }) => reach.queued_ms)];
}

function tone(context: AudioContext, hertz: number, afterS: number, lengthS: number): void {
  const start = context.currentTime + afterS;
  const source = new OscillatorNode(context, { type: 'triangle', frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.35, start + 0.02);
  volume.gain.setValueAtTime(0.35, start + lengthS - 0.04);
  volume.gain.linearRampToValueAtTime(0, start + lengthS);
  source.connect(volume).connect(context.destination);
  source.start(start);
  source.stop(start + lengthS);
}
