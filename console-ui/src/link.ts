// The websocket to the node: reconnects by itself and notices silence.

import { pageTime, restarted } from './clock';
import { flushPainted } from './paint';
import type { Down, Up } from './protocol';
import { store } from './store.svelte';

const SILENT_MS = 6_000;
let socket: WebSocket | undefined;
let heardAt = 0;
let failures = 0;

export function connect(): void {
  store.send = send;
  open();
  setInterval(() => {
    const silent = performance.now() - heardAt > SILENT_MS;
    if (socket && silent && socket.readyState <= WebSocket.OPEN) {
      lose();
      socket.close();
    }
  }, 1_000);
}

function open(): void {
  const web = new WebSocket(`ws://${location.host}/stream`);
  web.binaryType = 'arraybuffer';
  socket = web;
  heardAt = performance.now();
  web.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    heardAt = performance.now();
    if (data instanceof ArrayBuffer) {
      store.takePicture(data);
      send({ ask: 'got', picture: true, sent_ms: pageTime() });
      return;
    }
    const message = JSON.parse(data) as Down;
    if (message.kind === 'hello') {
      restarted();
      failures = 0;
      store.connection = 'live';
    }
    store.take(message);
    if (message.kind === 'hello') flushPainted();
    if (message.kind === 'tick') send({ ask: 'got', picture: false, sent_ms: pageTime() });
  };
  web.onclose = () => {
    if (socket !== web) return;
    lose();
    failures++;
    setTimeout(() => void again(), Math.min(4_000, 250 * 2 ** failures));
  };
}

async function again(): Promise<void> {
  const answer = await fetch('/icon.svg', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer?.status === 401) store.connection = 'ended';
  open();
}

function lose(): void {
  if (store.connection === 'live') store.lostAt = performance.now();
  if (store.connection !== 'ended') store.connection = 'lost';
  store.asking = {};
}

function send(ask: Up): boolean {
  if (socket?.readyState !== WebSocket.OPEN || store.connection !== 'live') return false;
  socket.send(JSON.stringify(ask));
  return true;
}
