declare module 'milsymbol/parts' {
  import type { SymbolOptions } from 'milsymbol';
  interface Drawn {
    asCanvas(factor?: number): HTMLCanvasElement;
    toDataURL(): string;
    getAnchor(): { x: number; y: number };
    getSize(): { width: number; height: number };
  }
  export const ms: {
    addIcons(part: unknown): void;
    Symbol: new (sidc: string, options?: SymbolOptions) => Drawn;
  };
  export const numberair: unknown;
  export const numberairmissile: unknown;
}
