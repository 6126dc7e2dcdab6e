// The map: base, sites, threats, tracks, and what a click finds.

import 'maplibre-gl/dist/maplibre-gl.css';
import { AttributionControl, type ExpressionSpecification, type GeoJSONSource, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import type { Feature, FeatureCollection } from 'geojson';
import { nodeNow } from '../clock';
import type { Hello, WarningRow } from '../protocol';
import { store } from '../store.svelte';
import { CLASSES, THREATS, height, notLooking, speed } from '../words';
import { ellipse } from './mercator';
import { loadCoverage, loadStyle } from './style';
import { Sheet } from './symbols';
import { TrackLayer } from './tracks';

const LABELS_MAX = 60;
const REACH_PX = 16;
setWorkerUrl('/maplibre-worker.mjs');

const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features });
const point = (lon: number, lat: number, properties: Record<string, unknown>): Feature => ({
  type: 'Feature', properties, geometry: { type: 'Point', coordinates: [lon, lat] },
});

export class Situation {
  private readonly map: MapLibre;
  private readonly layer: TrackLayer;
  private readonly places: ReadonlyMap<string, [number, number]>;
  private ready = false;
  private marked = '';
  private coverage: FeatureCollection | undefined;

  static async open(container: HTMLElement, hello: Hello, pointer: (lat: number, lon: number) => void): Promise<Situation> {
    const [style] = await Promise.all([loadStyle(), document.fonts.load('12px "Noto Sans Variable"')]);
    const map = new MapLibre({
      container, style, center: [hello.view.lon, hello.view.lat], zoom: hello.view.zoom, minZoom: 1.5, maxZoom: 12, fadeDuration: 0,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, renderWorldCopies: false,
    });
    return new Situation(map, hello, pointer);
  }

  private constructor(map: MapLibre, private readonly hello: Hello, pointer: (lat: number, lon: number) => void) {
    this.map = map;
    this.layer = new TrackLayer(new Sheet(hello.context !== 'operation'));
    this.places = new Map(hello.sites.filter((s) => s.kind === 'place').map((s) => [s.name, [s.lon_deg, s.lat_deg]]));
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    map.addControl(new ScaleControl({ unit: 'nautical' }), 'bottom-right');
    map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-right');
    map.addControl(new AttributionControl({ compact: true, customAttribution: 'Base map: Natural Earth. Borders are not authoritative.' }), 'bottom-right');
    map.getCanvas().setAttribute('aria-label', 'Map of the air picture; every track is also a row under Tracks');
    map.once('load', () => this.start());
    map.on('mousemove', ({ lngLat }) => pointer(lngLat.lat, lngLat.lng));
    map.on('click', ({ point: at }) => this.select(at.x, at.y));
  }

  private start(): void {
    for (const kind of ['place', 'sensor', 'place-threatened', 'sensor-threatened']) this.map.addImage(kind, mark(kind), { pixelRatio: 2 });
    this.map.addLayer(this.layer, 'site-names');
    // A defended place is labelled once, with its own mark.
    const elsewhere: ExpressionSpecification = ['!', ['in', ['get', 'name'], ['literal', [...this.places.keys()]]]];
    for (const id of ['overlay-dots', 'overlay-names']) this.map.setFilter(id, ['all', ['==', ['geometry-type'], 'Point'], elsewhere]);
    this.source('ranges', this.hello.sites.filter((s) => s.range_m > 0).map((s) => ({
      type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: ellipse(s.lat_deg, s.lon_deg, s.range_m, s.range_m, 0) },
    })));
    this.ready = true;
    this.refresh();
    store.onPicture.add(() => this.refresh());
    store.onWarnings.add(() => this.refresh());
    this.turn();
    this.map.getContainer().querySelector('.maplibregl-compact-show')?.classList.remove('maplibregl-compact-show');
    this.map.once('idle', () => (document.body.dataset['ready'] = '1'));
  }

  /** Draw again as often as the fastest track moves a pixel, at least every second. */
  private turn(): void {
    if (document.visibilityState === 'visible') this.map.triggerRepaint();
    const pace = this.layer.pixelsPerSecond(this.map.getZoom());
    setTimeout(() => this.turn(), Math.max(100, Math.min(1_000, 1_000 / Math.max(pace, 1e-3))));
  }

  refresh(): void {
    if (!this.ready) return;
    const open = store.queue.filter((row) => !row.over);
    const warned = new Set(open.filter((row) => row.state !== 'clear_proposed').map((row) => row.track));
    this.layer.update(store.picture, warned, store.selectedTrack);
    this.source('labels', this.labels(warned));
    const first = new Map(open.toReversed().map((row) => [row.track, row])); // the most urgent of each track
    this.source('threats', [...first.values()].slice(-50).flatMap((row) => this.threat(row)));
    this.sites(new Set(open.slice(0, 200).flatMap((row) => row.places.map((p) => p.name))));
    this.map.triggerRepaint();
  }

  /** Move so that a track, or all open threats and their places, can be seen. */
  show(numbers: number[], places: string[]): void {
    const points: [number, number][] = places.flatMap((name) => this.places.get(name) ?? []).length
      ? places.flatMap((name) => { const at = this.places.get(name); return at ? [at] : []; })
      : [];
    for (const number of numbers) {
      const at = this.where(number);
      if (at) points.push(at);
    }
    const [first] = points;
    if (!first) return;
    const lons = points.map((p) => p[0]);
    const lats = points.map((p) => p[1]);
    this.map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 90, maxZoom: 8, animate: false });
  }

  /** Fixed sites and what own sensors cover, drawn again only when something about them has changed. */
  private sites(threatened: ReadonlySet<string>): void {
    const height = store.coverageHeight;
    const gone = height ? this.gone() : new Map<string, string>();
    const key = JSON.stringify([[...threatened].toSorted(), height, [...gone]]);
    if (key === this.marked) return;
    this.marked = key;
    this.source('sites', this.hello.sites.map((s) => {
      const why = s.kind === 'sensor' ? gone.get(s.name) : undefined;
      return point(s.lon_deg, s.lat_deg, { text: why ? `${s.name}\n${why}` : s.name, kind: s.kind, threatened: threatened.has(s.name) });
    }));
    this.map.setLayoutProperty('ranges', 'visibility', height ? 'none' : 'visible');
    void this.cover(height, gone);
  }

  /** Own sensors that do not look now, and why. */
  private gone(): Map<string, string> {
    const heard = new Map(store.feeds?.sensors.map((sensor) => [sensor.name, notLooking(sensor)]));
    const own = this.hello.sites.filter((s) => s.kind === 'sensor').map((s): [string, string] => [s.name, heard.get(s.name) ?? 'silent']);
    return new Map(own.filter(([, why]) => why));
  }

  private async cover(height: number, gone: ReadonlyMap<string, string>): Promise<void> {
    try {
      if (height) this.coverage ??= await loadCoverage();
    } catch (error) {
      store.message = `Coverage cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (height !== store.coverageHeight) return;
    const shown = this.coverage?.features.filter((f) => f.properties?.['height_m'] === height) ?? [];
    this.source('coverage', shown.map((f) => ({ ...f, properties: { ...f.properties, looking: !gone.has(String(f.properties?.['sensor'])) } })));
  }

  private labels(warned: ReadonlySet<number>): Feature[] {
    const p = store.picture;
    const numbers = p.raw('number');
    const classes = p.raw('threat_class');
    const found: { row: number; rank: number }[] = [];
    for (let row = 0; row < p.count; row++) {
      const number = numbers[row] ?? 0;
      if (number === store.selectedTrack) found.push({ row, rank: 0 });
      else if (warned.has(number)) found.push({ row, rank: 1 });
      else if (THREATS.has(classes[row] ?? 0)) found.push({ row, rank: 2 });
    }
    found.sort((a, b) => a.rank - b.rank || (numbers[a.row] ?? 0) - (numbers[b.row] ?? 0));
    return found.slice(0, LABELS_MAX).map(({ row, rank }) => {
      const number = numbers[row] ?? 0;
      const name = store.texts.get(number)?.callsign || CLASSES[classes[row] ?? 0] || '';
      const text = `${number} ${name}\n${height(p.value('height', row))}  ${speed(p.value('speed', row))}`;
      return point(p.value('lon', row), p.value('lat', row), { text, rank });
    });
  }

  private threat(row: WarningRow): Feature[] {
    const features: Feature[] = [];
    if (row.impact) {
      const { lat, lon, semi_major_m, semi_minor_m, azimuth_deg } = row.impact;
      features.push({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ellipse(lat, lon, semi_major_m, semi_minor_m, azimuth_deg)] } });
    }
    const from = this.where(row.track);
    const first = row.places.toSorted((a, b) => a.eta_ms - b.eta_ms)[0];
    const to = row.impact ? ([row.impact.lon, row.impact.lat] as const) : first && this.places.get(first.name);
    if (from && to && row.state !== 'clear_proposed') features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [from, [...to]] } });
    return features;
  }

  private where(number: number): [number, number] | undefined {
    const row = store.picture.rowOf(number);
    return row < 0 ? undefined : [store.picture.value('lon', row), store.picture.value('lat', row)];
  }

  private select(x: number, y: number): void {
    const p = store.picture;
    const age = Math.max(0, Math.min(4, (nodeNow() - p.timeMs) / 1000));
    let best = REACH_PX;
    let found = 0;
    for (let row = 0; row < p.count; row++) {
      const step = (p.value('speed', row) * age) / 111_195;
      const course = (p.value('course', row) * Math.PI) / 180;
      const lat = p.value('lat', row) + step * Math.cos(course);
      const lon = p.value('lon', row) + (step * Math.sin(course)) / Math.cos((lat * Math.PI) / 180);
      const at = this.map.project([lon, lat]);
      const away = Math.hypot(at.x - x, at.y - y);
      if (away < best) {
        best = away;
        found = p.raw('number')[row] ?? 0;
      }
    }
    store.selectedTrack = found;
    const row = store.queue.find((item) => item.track === found && !item.over);
    if (found && row) store.selectedWarning = row.id;
    this.refresh();
  }

  private source(id: string, features: Feature[]): void {
    void this.map.getSource<GeoJSONSource>(id)?.setData(collection(features));
  }
}

/** Marks of fixed sites: a square for a defended place, a triangle for a sensor. */
function mark(kind: string): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 32;
  const paper = canvas.getContext('2d', { willReadFrequently: true });
  if (!paper) throw new Error('no 2D canvas');
  const threatened = kind.endsWith('-threatened');
  paper.strokeStyle = threatened ? '#ff9d57' : '#c9d6e2';
  paper.fillStyle = threatened ? '#5a2f0c' : '#0a0f14';
  paper.lineWidth = threatened ? 4 : 2.5;
  paper.beginPath();
  if (kind.startsWith('place')) paper.rect(7, 7, 18, 18);
  else for (const [x, y] of [[16, 6], [26, 25], [6, 25]] as const) paper.lineTo(x, y);
  paper.closePath();
  paper.fill();
  paper.stroke();
  return paper.getImageData(0, 0, 32, 32);
}
