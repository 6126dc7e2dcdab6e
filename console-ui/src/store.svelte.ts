// What the page knows. Svelte sees queues, counters and the selection; tracks stay in typed arrays.

import { flushSync } from 'svelte';
import { heard, nodeNow } from './clock';
import { Picture } from './frame';
import type { Alerts, ChannelState, Down, Feeds, Hello, Hush, Links, Notice, OrderAlert, State, Up, WarningRow } from './protocol';
import { answers, firstArrival, firstEta, isOpen } from './words';

const CLEARED_MAX = 200;
const NEWEST_MAX = 3;
const JUST_MOVED_MS = 300;
const RECENT_MS = 15_000;
const NO_FRAME_MS = 100; // a covered window gets no frames; the alarm must not wait for one
const RANK: Record<State, number> = { escalated: 0, raised: 0, acknowledged: 1, clear_proposed: 1, cleared: 2, superseded: 2 };

export type Connection = 'connecting' | 'live' | 'lost' | 'ended';

/** A warning and the earliest time it may be anywhere; infinite when no place is named. */
export type HeldWarning = WarningRow & { eta_ms: number };

class Store {
  connection = $state<Connection>('connecting');
  lostAt = $state(0);
  hello = $state.raw<Hello | null>(null);
  person = $state('');
  queue = $state.raw<HeldWarning[]>([]);
  newest = $state.raw<HeldWarning[]>([]);
  feeds = $state.raw<Feeds | null>(null);
  links = $state.raw<Links | null>(null);
  notices = $state.raw<Notice[]>([]);
  people = $state.raw<Alerts>({ kind: 'alerts', readiness: [], alerts: [], watch: [], tested: [] });
  channels = $state.raw<ChannelState[]>([]);
  hush = $state.raw<Hush>({ kind: 'hush', at_ms: 0, until_ms: 0, person: '' });
  selectedWarning = $state('');
  selectedAlert = $state('');
  selectedTrack = $state(0);
  /** At which height of a target, in m, the map shows what own sensors cover; 0: not at all. */
  coverageHeight = $state(0);
  asking = $state<Record<string, string>>({});
  message = $state('');
  pictureTick = $state(0);
  pictureAt = $state(0);
  now = $state(0);

  picture = new Picture();
  reporters: string[] = [];
  readonly texts = new Map<number, { callsign: string; address: string }>();
  readonly warnings = new Map<string, HeldWarning>();
  readonly firstSeen = new Map<string, number>();
  readonly onPicture = new Set<() => void>();
  readonly onWarnings = new Set<() => void>();
  /** Set by paint.ts: what to do when rows were drawn inside the frame that will show them. */
  drawn: () => void = () => undefined;
  drawing = false;
  private waiting = false;
  private movedAt = 0;
  private arrived: string[] = [];
  send: (ask: Up) => boolean = () => false;
  afterWatch = '';

  take(message: Down): void {
    switch (message.kind) {
      case 'hello':
        heard(message.now_ms);
        this.hello = message;
        if (message.person) this.person = message.person;
        // The node restarted and asks again; the same person still sits here.
        else if (this.person) this.send({ ask: 'watch', person: this.person });
        break;
      case 'tick':
        heard(message.now_ms);
        break;
      case 'warnings':
        this.takeWarnings(message.rows);
        break;
      case 'feeds':
        this.feeds = message;
        break;
      case 'links':
        this.links = message;
        break;
      case 'notices':
        this.notices = message.rows;
        break;
      case 'alerts':
        this.takeAlerts(message);
        break;
      case 'channels':
        this.channels = message.rows;
        break;
      case 'hush':
        this.hush = message;
        break;
      case 'texts':
        this.reporters = message.reporters;
        for (const [number, callsign, address] of message.rows) this.texts.set(number, { callsign, address });
        break;
      case 'done':
        if (message.ask === 'watch') this.watchBegun(message.person);
        else delete this.asking[message.about ?? message.warning_id];
        break;
      case 'refused':
        delete this.asking[message.about ?? message.warning_id];
        this.message = message.reason;
        break;
    }
  }

  takePicture(buffer: ArrayBuffer): void {
    if (!this.hello) return;
    this.picture = new Picture(buffer, this.hello.layout);
    this.pictureAt = this.picture.timeMs;
    this.pictureTick++;
    if (this.texts.size > 2 * this.picture.count + 2000) {
      for (const number of this.texts.keys()) if (this.picture.rowOf(number) < 0) this.texts.delete(number);
    }
    for (const run of this.onPicture) run();
  }

  private takeAlerts(message: Alerts): void {
    const waits = ({ alerts }: Alerts) => alerts.flatMap((a) => [...a.pending.map((p) => `${a.id}/${p.step}`), ...answers(a).map((r) => r.notice_id)]).join();
    if (waits(message) !== waits(this.people)) this.movedAt = performance.now();
    this.people = message;
  }

  /** A button that has just moved under the pointer is not what the person meant to press. */
  justMoved(event: MouseEvent): boolean {
    const moved = event.detail > 0 && performance.now() - this.movedAt < JUST_MOVED_MS;
    if (moved) this.message = 'What waits has just moved; press again.';
    return moved;
  }

  private takeWarnings(rows: WarningRow[]): void {
    for (const row of rows) {
      if ((this.warnings.get(row.id)?.version ?? -1) > row.version) continue;
      if (!this.firstSeen.has(row.id)) {
        this.firstSeen.set(row.id, nodeNow());
        if (row.may_acknowledge) this.arrived.push(row.id);
      }
      if (!row.may_acknowledge && row.state !== 'clear_proposed') delete this.asking[row.id];
      this.warnings.set(row.id, { ...row, eta_ms: firstEta(row) });
    }
    if (this.waiting) return;
    this.waiting = true;
    // All that arrives before a frame is drawn in it, once, however many warnings there are.
    const late = setTimeout(() => this.redraw(), NO_FRAME_MS);
    requestAnimationFrame(() => {
      if (!this.waiting) return;
      clearTimeout(late);
      this.drawing = true;
      this.redraw();
      this.drawing = false;
      this.drawn();
    });
  }

  private redraw(): void {
    if (!this.waiting) return;
    this.waiting = false;
    flushSync(() => this.sort());
    setTimeout(() => {
      for (const run of this.onWarnings) run();
    });
  }

  private sort(): void {
    const sorted = [...this.warnings.values()].sort(
      (a, b) =>
        RANK[a.state] - RANK[b.state] ||
        Number(b.may_acknowledge) - Number(a.may_acknowledge) ||
        (a.over ? b.assessed_ms - a.assessed_ms : a.eta_ms - b.eta_ms) ||
        (a.id < b.id ? -1 : 1),
    );
    const open = sorted.filter((row) => !row.over).length;
    for (const old of sorted.splice(open + CLEARED_MAX)) {
      this.warnings.delete(old.id);
      this.firstSeen.delete(old.id);
    }
    this.queue = sorted;
    this.sortNewest();
  }

  /** The last to arrive stay on top until acknowledged; a burst shows up to three of them. */
  private sortNewest(): void {
    const recent = nodeNow() - RECENT_MS;
    this.arrived = this.arrived
      .slice(-NEWEST_MAX * 20)
      .filter((id) => this.warnings.get(id)?.may_acknowledge)
      .filter((id, at, all) => at === all.length - 1 || (this.firstSeen.get(id) ?? 0) > recent);
    this.newest = this.arrived.slice(-NEWEST_MAX).reverse().flatMap((id) => this.warnings.get(id) ?? []);
  }

  private watchBegun(person: string): void {
    this.person = person;
    this.message = '';
    const waiting = this.afterWatch;
    this.afterWatch = '';
    if (waiting) this.acknowledge(waiting);
  }

  /** Acknowledge in the name of the person on watch; asks for the name first if need be. */
  acknowledge(id: string): void {
    const row = this.warnings.get(id);
    if (!row?.may_acknowledge || this.asking[id]) return;
    this.selectedWarning = id;
    if (!this.person) {
      this.afterWatch = id;
      this.message = 'Say who is on watch; the acknowledgement carries that name.';
      document.querySelector<HTMLElement>('[data-watch-field]')?.focus();
      return;
    }
    this.ask('acknowledge', id);
  }

  releaseAllClear(id: string): void {
    if (!this.person) {
      this.message = 'Say who is on watch; the all-clear carries that name.';
      return;
    }
    this.ask('all_clear', id);
  }

  private ask(ask: 'acknowledge' | 'all_clear', id: string): void {
    this.sendAs(id, { ask, warning_id: id });
  }

  /** Order something about an alert or a roster; returns whether it left. */
  order(about: string, ask: OrderAlert): boolean {
    if (this.asking[about]) return false;
    if (!this.person) {
      this.message = 'Say who is on watch; what you order carries that name.';
      document.querySelector<HTMLElement>('[data-watch-field]')?.focus();
      return false;
    }
    return this.sendAs(about, ask);
  }

  private sendAs(about: string, ask: Up & { ask: string }): boolean {
    const sent = this.send(ask);
    if (sent) this.asking[about] = ask.ask;
    else this.message = 'Not connected to the node: nothing was recorded. Use another post.';
    return sent;
  }

  /** Warnings that this nation has not acknowledged. */
  unacknowledged = $derived(this.queue.filter((row) => row.may_acknowledge));
  open = $derived(this.queue.filter((row) => !row.over).length);
  /** Alerts, those that are not ended first, by their first arrival. */
  alerts = $derived(
    this.people.alerts.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || (isOpen(a) ? firstArrival(a) - firstArrival(b) : 0)),
  );
  /** Steps that wait for a person, the longest first. */
  toRelease = $derived(
    this.people.alerts
      .filter(isOpen)
      .flatMap((alert) => alert.pending.map((step) => ({ alert, step })))
      .sort((a, b) => a.step.since_ms - b.step.since_ms),
  );
  /** What was told to a post by this console and awaits its answer. */
  toAnswer = $derived(this.people.alerts.flatMap((alert) => answers(alert).map((reach) => ({ alert, reach }))));
  /** What rules propose for bases, and states that nobody has said again. */
  proposed = $derived(this.people.readiness.filter((base) => base.proposed !== null || base.expired));
  nobody = $derived(this.people.watch.filter((one) => !one.who));
}

export const store = new Store();
