import { mount } from 'svelte';
import { startAlarm } from './alarm.svelte';
import './app.css';
import App from './App.svelte';
import { nodeNow } from './clock';
import { connect } from './link';
import { store } from './store.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
startAlarm();
connect();

/** All countdowns turn together, on the node's whole seconds. */
function tick(): void {
  const now = nodeNow();
  store.now = now;
  setTimeout(tick, 1_000 - (now % 1_000) + 5);
}
setTimeout(tick, 100);
