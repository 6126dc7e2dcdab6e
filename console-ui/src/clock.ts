// The node's clock as seen from here. The least delayed of the last samples is the best one; the
// browser's own idea of the time is never used.

const samples: number[] = [];
const KEPT = 30;
let offset = 0;

export function heard(nodeMs: number): void {
  samples.push(nodeMs - performance.now());
  if (samples.length > KEPT) samples.shift();
  offset = Math.max(...samples);
}

export function restarted(): void {
  samples.length = 0;
}

/** Node time in ms UTC; 0 until the node has said what time it is. */
export function nodeNow(): number {
  return offset ? performance.now() + offset : 0;
}

/** What this page's own clock says, for the node to compare with its own. */
export function pageTime(): number {
  return performance.now();
}
