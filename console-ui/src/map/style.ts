// The offline base map: the world (Natural Earth 1:50m), the node's own overlay, a graticule.

import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Feature, FeatureCollection, MultiLineString } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

export const FONT = ['Noto Sans Variable'];
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
const polygons: FilterSpecification = ['==', ['geometry-type'], 'Polygon'];
const lines: FilterSpecification = ['==', ['geometry-type'], 'LineString'];
const points: FilterSpecification = ['==', ['geometry-type'], 'Point'];

async function json<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

function graticule(step: number): Feature<MultiLineString> {
  const coordinates: [number, number][][] = [];
  for (let lon = -180; lon < 180; lon += step) coordinates.push([[lon, -80], [lon, 80]]);
  for (let lat = -80; lat <= 80; lat += step) coordinates.push([[-180, lat], [180, lat]]);
  return { type: 'Feature', properties: { step }, geometry: { type: 'MultiLineString', coordinates } };
}

const label = (size: ExpressionSpecification | number, colour: string) => ({
  layout: { 'text-field': ['get', 'name'] as ExpressionSpecification, 'text-font': FONT, 'text-size': size, 'text-padding': 4 },
  paint: { 'text-color': colour, 'text-halo-color': '#0a0f14', 'text-halo-width': 1.4 },
});

/** Where own sensors see: loaded when first asked for, it is the same until the node starts again. */
export function loadCoverage(): Promise<FeatureCollection> {
  return json<FeatureCollection>('/coverage.geojson');
}

export async function loadStyle(): Promise<StyleSpecification> {
  const [world, overlay] = await Promise.all([
    json<Topology<{ countries: GeometryCollection; land: GeometryCollection }>>('/world.json'),
    json<FeatureCollection>('/overlay.geojson'),
  ]);
  const borders = mesh(world, world.objects.countries, (a, b) => a !== b);
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: feature(world, world.objects.land) as FeatureCollection, tolerance: 0.4 },
      borders: { type: 'geojson', data: { type: 'Feature', properties: {}, geometry: borders }, tolerance: 0.4 },
      graticule: { type: 'geojson', data: { type: 'FeatureCollection', features: [graticule(10), graticule(2)] } },
      overlay: { type: 'geojson', data: overlay, tolerance: 0.2 },
      sites: { type: 'geojson', data: EMPTY },
      coverage: { type: 'geojson', data: EMPTY, tolerance: 0.1 },
      ranges: { type: 'geojson', data: EMPTY },
      threats: { type: 'geojson', data: EMPTY },
      labels: { type: 'geojson', data: EMPTY },
    },
    layers: [...base(), ...sites(), ...threats()],
  };
}

function base(): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': '#0b141d' } },
    { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': '#1a2530' } },
    { id: 'overlay-land', type: 'fill', source: 'overlay', filter: polygons, paint: { 'fill-color': '#1c2833' } },
    { id: 'grid', type: 'line', source: 'graticule', filter: ['==', ['get', 'step'], 10], paint: { 'line-color': '#1b2a37', 'line-width': 1 } },
    { id: 'grid-fine', type: 'line', source: 'graticule', minzoom: 5, filter: ['==', ['get', 'step'], 2], paint: { 'line-color': '#152230', 'line-width': 1 } },
    { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': '#41566a', 'line-width': 0.8 } },
    { id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': '#41566a', 'line-width': 0.7, 'line-dasharray': [4, 3] } },
    { id: 'overlay-coast', type: 'line', source: 'overlay', filter: polygons, paint: { 'line-color': '#4d657b', 'line-width': 1.2 } },
    { id: 'overlay-lines', type: 'line', source: 'overlay', filter: lines, paint: { 'line-color': '#5b7186', 'line-width': 1, 'line-dasharray': [4, 3] } },
    {
      id: 'overlay-areas', type: 'symbol', source: 'overlay', filter: polygons,
      layout: { ...label(['case', ['==', ['downcase', ['get', 'name']], ['get', 'nation']], 16, 11], '').layout, 'text-letter-spacing': 0.25, 'text-transform': 'uppercase', 'text-variable-anchor': ['center', 'bottom', 'top'], 'text-radial-offset': 1.4 },
      paint: { 'text-color': '#7d93a7', 'text-halo-color': '#0a0f14', 'text-halo-width': 1 },
    },
    { id: 'overlay-dots', type: 'circle', source: 'overlay', filter: points, paint: { 'circle-radius': 2.2, 'circle-color': '#8da2b5' } },
    {
      id: 'overlay-names', type: 'symbol', source: 'overlay', filter: points, minzoom: 4.5,
      layout: { ...label(12, '').layout, 'text-variable-anchor': ['bottom', 'top', 'left', 'right'], 'text-radial-offset': 0.5 },
      paint: { 'text-color': '#93a7b9', 'text-halo-color': '#0a0f14', 'text-halo-width': 1.2 },
    },
  ];
}

const threatened: ExpressionSpecification = ['boolean', ['get', 'threatened'], false];

const looking: ExpressionSpecification = ['boolean', ['get', 'looking'], false];

function sites(): LayerSpecification[] {
  return [
    { id: 'coverage', type: 'fill', source: 'coverage', filter: looking, paint: { 'fill-color': '#6cb6ff', 'fill-opacity': 0.07, 'fill-antialias': false } },
    { id: 'coverage-edge', type: 'line', source: 'coverage', filter: looking, paint: { 'line-color': '#5f9bd6', 'line-width': 1.1, 'line-opacity': 0.8 } },
    { id: 'coverage-gone', type: 'line', source: 'coverage', filter: ['!', looking], paint: { 'line-color': '#8b9aa8', 'line-width': 1.2, 'line-dasharray': [5, 4] } },
    { id: 'ranges', type: 'line', source: 'ranges', paint: { 'line-color': '#3d5a73', 'line-width': 1, 'line-dasharray': [2, 3] } },
    {
      id: 'site-marks', type: 'symbol', source: 'sites',
      layout: { 'icon-image': ['concat', ['get', 'kind'], ['case', threatened, '-threatened', '']], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ];
}

function threats(): LayerSpecification[] {
  return [
    { id: 'impact', type: 'fill', source: 'threats', filter: polygons, paint: { 'fill-color': '#ff9d57', 'fill-opacity': 0.16 } },
    { id: 'impact-edge', type: 'line', source: 'threats', filter: polygons, paint: { 'line-color': '#ff9d57', 'line-width': 1.6 } },
    { id: 'threat-lines', type: 'line', source: 'threats', filter: lines, paint: { 'line-color': '#ff9d57', 'line-width': 1.6, 'line-dasharray': [3, 3], 'line-opacity': 0.85 } },
    {
      id: 'site-names', type: 'symbol', source: 'sites', minzoom: 4,
      layout: {
        'text-field': ['get', 'text'], 'text-font': FONT, 'text-size': ['case', threatened, 14, 12], 'symbol-sort-key': ['case', threatened, 0, 1],
        'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-radial-offset': 1, 'text-padding': 3,
      },
      paint: { 'text-color': ['case', threatened, '#ffc79b', '#c9d6e2'], 'text-halo-color': '#0a0f14', 'text-halo-width': 1.6 },
    },
    {
      id: 'labels', type: 'symbol', source: 'labels',
      layout: {
        'text-field': ['get', 'text'], 'text-font': FONT, 'text-size': 12, 'text-line-height': 1.15, 'text-justify': 'auto',
        'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-radial-offset': 1.9, 'symbol-sort-key': ['get', 'rank'], 'text-padding': 1,
      },
      paint: { 'text-color': '#f3e6c8', 'text-halo-color': '#0a0f14', 'text-halo-width': 1.8 },
    },
  ];
}
