// Tells the node when a warning was really on the screen: the element exists, is neither scrolled
// away nor covered, the page is visible, and a frame that contains it has been painted. The age
// is measured here, so the browser's clock does not matter.

import { pageTime } from './clock';
import { store } from './store.svelte';

const AT_ONCE = 64;
const waiting = new Map<HTMLElement, string>();
const painted = new Map<string, number>();
const told = new Set<string>();
let scheduled = false;

/** Svelte attachment for the element that shows a warning. */
export function shows(id: string) {
  return (node: HTMLElement) => {
    if (told.has(id)) return undefined;
    waiting.set(node, id);
    if (!store.drawing) schedule();
    return () => waiting.delete(node);
  };
}

export function schedule(): void {
  if (scheduled || waiting.size === 0) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    look();
  });
}

/** To be called inside the frame that will show what is waiting. */
function look(): void {
  const seen = [...waiting].filter(([node]) => inView(node));
  if (seen.length === 0) return;
  afterPaint(() => {
    const now = performance.now();
    for (const [node, id] of seen) {
      waiting.delete(node);
      if (told.has(id)) continue;
      told.add(id);
      painted.set(id, now);
    }
    // In a task of its own: sending wakes others, who would hold up whatever else stamps this paint.
    setTimeout(flushPainted);
  });
}

/** A task queued inside a frame runs after that frame was painted; an urgent one as the first. */
function afterPaint(task: () => void): void {
  if ('scheduler' in window) {
    void scheduler.postTask(task, { priority: 'user-blocking' });
    return;
  }
  const after = new MessageChannel();
  after.port1.onmessage = task;
  after.port2.postMessage(0);
}
store.drawn = look;

export function flushPainted(): void {
  while (painted.size > 0) {
    const now = performance.now();
    const some = [...painted].slice(0, AT_ONCE);
    const rows = some.map(([id, at]): [string, number] => [id, Math.min(600_000, Math.max(0, now - at))]);
    if (!store.send({ ask: 'shown', rows, sent_ms: pageTime() })) return;
    for (const [id] of some) painted.delete(id);
  }
}

/** The middle of the row is what a person sees there: not scrolled away, not covered. */
function inView(node: HTMLElement): boolean {
  if (document.visibilityState !== 'visible' || !node.isConnected) return false;
  const box = node.getBoundingClientRect();
  if (box.height === 0) return false;
  const there = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return there !== null && node.contains(there);
}

document.addEventListener('visibilitychange', schedule);
document.addEventListener('scroll', schedule, { capture: true, passive: true });
