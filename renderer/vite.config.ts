/** Build of the web face: one page, hashed assets, nothing inline, so that the strictest content security policy holds. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { shellList } from './shell-list.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  // Both relative to the root.
  publicDir: '../resources/web',
  plugins: [react(), shellList()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // A data: URL in a style sheet or an <img> would need a wider policy.
    assetsInlineLimit: 0,
    // The preload helper of Vite adds <link> elements only; the polyfill would be an inline script.
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // The service worker has a name of its own that never changes: browsers look for its next version there.
      input: { index: `${import.meta.dirname}/index.html`, sw: `${import.meta.dirname}/sw.ts` },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        codeSplitting: {
          groups: [
            // zod is told not to probe for `eval` before the first schema is made; a chunk keeps the order of its own
            // modules, chunks among themselves do not keep that of the source.
            {
              name: 'words',
              test: /\/zod\/|\/shared\/contract\/(?!define)|\/app\/(?:no-eval|schemas)\.ts$/,
              includeDependenciesRecursively: false,
            },
            // A file an icon is twenty more requests before the first pane, six at a time: all of them are seven kilobytes.
            { name: 'icons', test: /node_modules\/lucide-react\// },
            { name: 'react', test: /node_modules\/(?:react|react-dom|scheduler|zustand|wouter|regexparam)\// },
          ],
        },
      },
    },
  },
});
