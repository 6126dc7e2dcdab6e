// The track layer: instanced sprites and velocity leaders in one own WebGL2 layer. Positions are
// relative to an origin, because 32-bit Mercator alone is only good to a few metres; the vertex
// shader moves every track on between the node's updates.

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { nodeNow } from '../clock';
import { COASTING, OWN, type Picture } from '../frame';
import { THREATS } from '../words';
import { CIRCUMFERENCE_M, mercatorX, mercatorY } from './mercator';
import { COLUMNS, HALO, ROWS, SELECTED, type Sheet, spriteOf } from './symbols';

const FLOATS = 7; // x, y, vx, vy (Mercator, per second), sprite, size px, brightness
const LEADER_S = 120;
const TRAFFIC_BRIGHTNESS = 0.66;
const AHEAD_MAX_S = 4; // no further on without news from the node

const SPRITE_VERTEX = `#version 300 es
uniform mat4 u_matrix; uniform vec2 u_viewport; uniform float u_ahead;
in vec4 a_state; in vec3 a_look;
out vec2 v_texel; out float v_bright;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec4 p = u_matrix * vec4(a_state.xy + a_state.zw * u_ahead, 0.0, 1.0);
  p.xy += (corner - 0.5) * vec2(1.0, -1.0) * 2.0 * a_look.y / u_viewport * p.w;
  gl_Position = p;
  float sprite = a_look.x;
  vec2 cell = vec2(mod(sprite, ${COLUMNS}.0), floor(sprite / ${COLUMNS}.0));
  v_texel = (cell + corner) / vec2(${COLUMNS}.0, ${ROWS}.0);
  v_bright = a_look.z;
}`;
const SPRITE_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_sheet; in vec2 v_texel; in float v_bright; out vec4 colour;
void main() {
  vec4 c = texture(u_sheet, v_texel);
  float grey = dot(c.rgb, vec3(0.3, 0.59, 0.11)) * 0.5;
  colour = v_bright == 0.0 ? vec4(vec3(grey), c.a) * 0.9 : vec4(c.rgb * v_bright, c.a);
}`;
const LEADER_VERTEX = `#version 300 es
uniform mat4 u_matrix; uniform vec2 u_viewport; uniform float u_ahead;
in vec4 a_state; in vec3 a_look;
out float v_bright;
void main() {
  vec2 along = vec2(gl_VertexID & 1, (gl_VertexID >> 1) * 2 - 1);
  vec2 start = a_state.xy + a_state.zw * u_ahead;
  vec4 p = u_matrix * vec4(start, 0.0, 1.0);
  vec4 q = u_matrix * vec4(start + a_state.zw * ${LEADER_S}.0, 0.0, 1.0);
  vec2 d = (q.xy / q.w - p.xy / p.w) * u_viewport;
  float span = length(d);
  vec2 side = span > 1.0 ? vec2(-d.y, d.x) / span : vec2(0.0);
  vec4 r = mix(p, q, along.x);
  r.xy += side * along.y * (0.6 + 0.5 * step(26.0, a_look.y)) * 2.0 / u_viewport * r.w;
  gl_Position = r;
  v_bright = a_look.z;
}`;
const LEADER_FRAGMENT = `#version 300 es
precision mediump float;
in float v_bright; out vec4 colour;
void main() { colour = mix(vec4(0.30, 0.34, 0.38, 0.6), vec4(0.86, 0.90, 0.70, 0.9), v_bright); }`;

interface Program { program: WebGLProgram; matrix: WebGLUniformLocation | null; viewport: WebGLUniformLocation | null; ahead: WebGLUniformLocation | null }

export class TrackLayer implements CustomLayerInterface {
  readonly id = 'tracks';
  readonly type = 'custom' as const;
  private map: MapLibre | undefined;
  private sprites: Program | undefined;
  private leaders: Program | undefined;
  private buffer: WebGLBuffer | null = null;
  private vao: WebGLVertexArrayObject | null = null;
  private texture: WebGLTexture | null = null;
  private data = new Float32Array(0);
  private rings = 0;
  private count = 0;
  private uploaded = false;
  private timeMs = 0;
  private fastest = 0;
  private origin: [number, number] | undefined;

  constructor(private readonly sheet: Sheet) {}

  /** Take a new picture; `warned` have a halo, `selected` has a dashed one. */
  update(picture: Picture, warned: ReadonlySet<number>, selected: number): void {
    const n = picture.count;
    if (this.data.length < (n + warned.size + 1) * FLOATS) this.data = new Float32Array((n + warned.size + 64) * 2 * FLOATS);
    this.timeMs = picture.timeMs;
    this.fastest = 0;
    const marks: [number, number][] = [...warned].map((number) => [number, HALO]);
    if (selected) marks.push([selected, SELECTED]);
    // Rings lie first, so that they are drawn below the symbols.
    let at = 0;
    for (const [number, ring] of marks) {
      const row = picture.rowOf(number);
      if (row >= 0) this.put(at++, picture, row, ring);
    }
    this.rings = at;
    for (let row = 0; row < n; row++) this.put(at++, picture, row, -1);
    this.count = at;
    this.uploaded = false;
  }

  /** Pixels that the fastest track moves in a second at this zoom: how often to draw. */
  pixelsPerSecond(zoom: number): number {
    return this.fastest * 512 * 2 ** zoom;
  }

  private put(at: number, picture: Picture, row: number, ring: number): void {
    const lat = picture.value('lat', row);
    const x = mercatorX(picture.value('lon', row));
    const y = mercatorY(lat);
    this.origin ??= [x, y];
    const course = (picture.value('course', row) * Math.PI) / 180;
    const pace = picture.value('speed', row) / (CIRCUMFERENCE_M * Math.cos((lat * Math.PI) / 180));
    const flags = picture.value('flags', row);
    const threat = picture.value('threat_class', row);
    const size = THREATS.has(threat) ? 34 : 23;
    let sprite = ring;
    if (ring < 0) {
      sprite = spriteOf((flags & OWN) !== 0, picture.value('identity', row), threat);
      this.sheet.need(sprite);
      this.fastest = Math.max(this.fastest, pace);
    }
    const d = this.data;
    const o = at * FLOATS;
    d[o] = x - this.origin[0];
    d[o + 1] = y - this.origin[1];
    d[o + 2] = pace * Math.sin(course);
    d[o + 3] = -pace * Math.cos(course);
    d[o + 4] = sprite;
    d[o + 5] = ring < 0 ? size : size + 16;
    d[o + 6] = ring >= 0 ? 1 : flags & COASTING ? 0 : THREATS.has(threat) ? 1 : TRAFFIC_BRIGHTNESS;
  }

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.sprites = link(gl, SPRITE_VERTEX, SPRITE_FRAGMENT);
    this.leaders = link(gl, LEADER_VERTEX, LEADER_FRAGMENT);
    this.buffer = gl.createBuffer();
    this.texture = gl.createTexture();
    this.vao = gl.createVertexArray();
    this.sheet.changed = true;
    this.uploaded = false;
  }

  onRemove(_map: MapLibre, gl: WebGL2RenderingContext): void {
    gl.deleteBuffer(this.buffer);
    gl.deleteTexture(this.texture);
    gl.deleteVertexArray(this.vao);
  }

  render(gl: WebGL2RenderingContext, options: CustomRenderMethodInput): void {
    if (!this.map || !this.sprites || !this.leaders || !this.origin || this.count === 0) return;
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (!this.uploaded) {
      gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, this.count * FLOATS), gl.DYNAMIC_DRAW);
      this.uploaded = true;
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (this.sheet.changed) this.uploadSheet(gl);
    const matrix = moved(options.defaultProjectionData.mainMatrix as ArrayLike<number>, this.origin);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    this.draw(gl, this.leaders, matrix, this.rings);
    this.draw(gl, this.sprites, matrix, 0);
    gl.bindVertexArray(null);
  }

  private draw(gl: WebGL2RenderingContext, p: Program, matrix: Float32Array, from: number): void {
    const ahead = Math.max(0, Math.min(AHEAD_MAX_S, (nodeNow() - this.timeMs) / 1000));
    gl.useProgram(p.program);
    gl.uniformMatrix4fv(p.matrix, false, matrix);
    const canvas = this.map?.getCanvas();
    gl.uniform2f(p.viewport, canvas?.clientWidth ?? 1, canvas?.clientHeight ?? 1);
    gl.uniform1f(p.ahead, ahead);
    for (const [name, size, offset] of [['a_state', 4, 0], ['a_look', 3, 16]] as const) {
      const where = gl.getAttribLocation(p.program, name);
      gl.enableVertexAttribArray(where);
      gl.vertexAttribPointer(where, size, gl.FLOAT, false, FLOATS * 4, from * FLOATS * 4 + offset);
      gl.vertexAttribDivisor(where, 1);
    }
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count - from);
  }

  private uploadSheet(gl: WebGL2RenderingContext): void {
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.sheet.canvas);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.sheet.changed = false;
  }
}

/** The matrix that takes positions relative to `origin`, worked out in doubles. */
function moved(m: ArrayLike<number>, [x, y]: [number, number]): Float32Array {
  const out = Float32Array.from(m);
  for (let row = 0; row < 4; row++) out[12 + row] = (m[row] ?? 0) * x + (m[4 + row] ?? 0) * y + (m[12 + row] ?? 0);
  return out;
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('WebGL2 is lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return {
    program,
    matrix: gl.getUniformLocation(program, 'u_matrix'),
    viewport: gl.getUniformLocation(program, 'u_viewport'),
    ahead: gl.getUniformLocation(program, 'u_ahead'),
  };
}
