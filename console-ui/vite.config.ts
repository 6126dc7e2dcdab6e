import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const NOTICES = [
  ['maplibre-gl', 'LICENSE.txt'],
  ['milsymbol', 'LICENSE'],
  ['svelte', 'LICENSE.md'],
  ['topojson-client', 'LICENSE'],
  ['world-atlas', 'LICENSE'],
  ['@fontsource-variable/noto-sans', 'LICENSE'],
];

/** Files that are shipped beside the bundle as they are: the map's worker and the world. */
function beside(): Plugin {
  const files: Record<string, string> = {
    'maplibre-worker.mjs': 'node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs',
    'world.json': 'node_modules/world-atlas/countries-50m.json',
  };
  return {
    name: 'beside',
    apply: 'build',
    generateBundle() {
      for (const [fileName, path] of Object.entries(files)) {
        const text = readFileSync(here(path), 'utf-8').replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n');
        this.emitFile({ type: 'asset', fileName, source: text });
      }
      const notices = NOTICES.map(([name, file]) => {
        const text = readFileSync(here(`node_modules/${name}/${file}`), 'utf-8').trim();
        return `${name}\n${'='.repeat(name.length)}\n${text}\n`;
      });
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: notices.join('\n\n') });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), beside()],
  resolve: { alias: { 'milsymbol/parts': here('node_modules/milsymbol/index.mjs') } },
  build: {
    outDir: here('../src/skypact/console/static'),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
        codeSplitting: {
          groups: [
            { name: 'vendor-map', test: /node_modules\/(maplibre-gl|@maplibre|@mapbox|topojson-client)/ },
            { name: 'vendor-symbols', test: /node_modules\/milsymbol/ },
            { name: 'vendor', test: /node_modules\/(svelte|esm-env|clsx)/ },
          ],
        },
      },
    },
  },
});
