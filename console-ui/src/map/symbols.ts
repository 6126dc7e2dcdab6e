// The sprite sheet of track symbols. Each is made when it is first needed, on a cell of its own.
// Shape and colour tell identity (MIL-STD-2525D), the icon tells the class, a bar below tells that
// a partner reports it. (Traffic that is no threat is drawn smaller and dimmer: map/tracks.ts.)

import type { SymbolOptions } from 'milsymbol';
import { ms, numberair, numberairmissile } from 'milsymbol/parts';

export const CELL = 64;
export const COLUMNS = 16;
export const ROWS = 8;
const CLASSES = 6;
const IDENTITIES = 7;
export const HALO = CLASSES * IDENTITIES * 2;
export const SELECTED = HALO + 1;
const ENTITY = [
  ['01', '0000000000'], // unknown
  ['02', '1100000600'], // ballistic missile
  ['02', '1100000700'], // cruise missile
  ['01', '1103000000'], // unmanned aircraft
  ['01', '1101000000'], // fixed wing
  ['02', '1100000000'], // missile of no stated kind: rocket
] as const;

const LOOK: SymbolOptions = { civilianColor: false, colorMode: 'Light', outlineColor: '#0a0f14' };

ms.addIcons(numberair);
ms.addIcons(numberairmissile);

export const spriteOf = (own: boolean, identity: number, threat: number): number =>
  (own ? 0 : HALO / 2) + identity * CLASSES + threat;

export class Sheet {
  readonly canvas = document.createElement('canvas');
  changed = true;
  private readonly made = new Set<number>();
  private readonly paper: CanvasRenderingContext2D;

  constructor(private readonly exercise: boolean) {
    this.canvas.width = CELL * COLUMNS;
    this.canvas.height = CELL * ROWS;
    const paper = this.canvas.getContext('2d');
    if (!paper) throw new Error('no 2D canvas');
    this.paper = paper;
    this.ring(HALO, '#ff9d57', []);
    this.ring(SELECTED, '#6cb6ff', [10, 7]);
  }

  need(sprite: number): void {
    if (this.made.has(sprite)) return;
    this.made.add(sprite);
    const partner = sprite >= HALO / 2;
    const code = partner ? sprite - HALO / 2 : sprite;
    const symbol = this.symbol(Math.floor(code / CLASSES), code % CLASSES);
    const [x, y] = corner(sprite);
    const drawn = symbol.asCanvas(1);
    const anchor = symbol.getAnchor();
    this.paper.drawImage(drawn, Math.round(x + CELL / 2 - anchor.x), Math.round(y + CELL / 2 - anchor.y));
    if (partner) {
      this.paper.fillStyle = '#0a0f14';
      this.paper.fillRect(x + 13, y + 53, 38, 8);
      this.paper.fillStyle = '#ffffff';
      this.paper.fillRect(x + 15, y + 55, 34, 4);
    }
    this.changed = true;
  }

  private symbol(identity: number, threat: number) {
    const [set, entity] = ENTITY[threat] ?? ENTITY[0];
    const sidc = `10${this.exercise ? 1 : 0}${identity}${set}0000${entity}`;
    return new ms.Symbol(sidc, { ...LOOK, size: 30, outlineWidth: 5, padding: 2 });
  }

  private ring(sprite: number, colour: string, dash: number[]): void {
    const [x, y] = corner(sprite);
    this.paper.strokeStyle = colour;
    this.paper.lineWidth = 4;
    this.paper.setLineDash(dash);
    this.paper.beginPath();
    this.paper.arc(x + CELL / 2, y + CELL / 2, CELL / 2 - 4, 0, 2 * Math.PI);
    this.paper.stroke();
    this.paper.setLineDash([]);
  }
}

function corner(sprite: number): [number, number] {
  return [(sprite % COLUMNS) * CELL, Math.floor(sprite / COLUMNS) * CELL];
}

/** A symbol as an image for the legend. */
export function legendSymbol(identity: number, threat: number, exercise: boolean): string {
  const [set, entity] = ENTITY[threat] ?? ENTITY[0];
  return new ms.Symbol(`10${exercise ? 1 : 0}${identity}${set}0000${entity}`, { ...LOOK, size: 17, outlineWidth: 0 }).toDataURL();
}
