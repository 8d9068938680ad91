/** Builds the programs that run on Node: the hub and the command line. The web app has its own file in `renderer/`. */
import { defineConfig } from 'vite';

export default defineConfig({
  // native packages stay outside; everything else is bundled, so that a cold start reads two files and not a thousand
  ssr: { noExternal: true, external: ['better-sqlite3', 'node-pty'] },
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: false,
    rollupOptions: {
      input: { hub: 'electron/hub.ts', cli: 'electron/cli.ts' },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
    },
  },
});
