import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// All panels with sample answers, for development and for looking at them; nothing of it is shipped.
export default defineConfig({
  plugins: [svelte({ configFile: '../../svelte.config.js' })],
  root: 'src/harness',
  build: {
    outDir: process.env.HARNESS ?? '../../node_modules/.harness',
    emptyOutDir: true,
    target: 'es2022',
  },
});
