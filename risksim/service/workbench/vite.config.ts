import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// What is built lies in the package, so that whoever installs risksim needs no Node. Names carry a hash of the content:
// a browser may keep them for ever, and the frame of the page finds them in manifest.json.
export default defineConfig({
  plugins: [svelte()],
  base: '/static/workbench/',
  build: {
    outDir: '../static/workbench',
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: 'src/main.ts',
      // Vega changes only when it is renewed: a page of its own in the cache, untouched by changes of ours.
      output: { codeSplitting: { groups: [{ name: 'vega', test: /node_modules[\\/](?:vega|d3-)/ }] } },
    },
  },
  server: { host: '127.0.0.1' },
  // Only what hangs fails for its time: a busy machine may take ten times as long as a free one.
  test: { testTimeout: 60_000, hookTimeout: 60_000 },
});
