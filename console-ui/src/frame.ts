// Reads binary picture frames by the layout that the node greeted us with (console/frame.py).

import type { Column } from './protocol';

export const OWN = 1;
export const COASTING = 2;
type Values = Uint32Array | Int32Array | Uint16Array | Int16Array | Uint8Array;

const READERS = {
  u4: (b: ArrayBuffer, at: number, n: number) => new Uint32Array(b, at, n),
  i4: (b: ArrayBuffer, at: number, n: number) => new Int32Array(b, at, n),
  u2: (b: ArrayBuffer, at: number, n: number) => new Uint16Array(b, at, n),
  i2: (b: ArrayBuffer, at: number, n: number) => new Int16Array(b, at, n),
  u1: (b: ArrayBuffer, at: number, n: number) => new Uint8Array(b, at, n),
} as const;

export class Picture {
  readonly count: number;
  readonly timeMs: number;
  private readonly columns = new Map<string, { values: Values; scale: number }>();
  private rows: Map<number, number> | undefined;

  constructor(buffer?: ArrayBuffer, layout: Column[] = []) {
    if (!buffer) {
      this.count = 0;
      this.timeMs = 0;
      return;
    }
    const head = new DataView(buffer);
    if (head.getUint32(0, false) !== 0x534b5031) throw new Error('not a picture frame');
    this.count = head.getUint32(4, true);
    this.timeMs = head.getFloat64(8, true);
    let at = 16;
    for (const column of layout) {
      const values = READERS[column.dtype](buffer, at, this.count);
      this.columns.set(column.name, { values, scale: column.scale });
      at += Math.ceil(values.byteLength / 4) * 4;
    }
    if (at !== buffer.byteLength) throw new Error('picture frame and layout differ');
  }

  /** Raw integers of a column. */
  raw(name: string): Values {
    return this.columns.get(name)?.values ?? new Uint8Array(0);
  }

  /** One value in the column's unit. */
  value(name: string, row: number): number {
    const column = this.columns.get(name);
    return column ? (column.values[row] ?? 0) * column.scale : 0;
  }

  scale(name: string): number {
    return this.columns.get(name)?.scale ?? 1;
  }

  /** Row of a system track number, -1 when it is not in the picture. */
  rowOf(number: number): number {
    if (!this.rows) {
      this.rows = new Map();
      const numbers = this.raw('number');
      for (let row = 0; row < this.count; row++) this.rows.set(numbers[row] ?? 0, row);
    }
    return this.rows.get(number) ?? -1;
  }
}
