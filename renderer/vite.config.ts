/** Build of the web face: one page, hashed assets, nothing inline, so that the strictest content security policy holds. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { shellList } from './shell-list.ts';

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** The module and all that must be there before it runs. */
function needed(graph: Graph, id: string, all = new Set<string>()): ReadonlySet<string> {
  if (all.has(id)) return all;
  all.add(id);
  for (const each of graph.getModuleInfo(id)?.importedIds ?? []) needed(graph, each, all);
  return all;
}
const START = `${import.meta.dirname}/main.tsx`;
const SESSION = `${import.meta.dirname}/app/SessionPage.tsx`;
const PANE = `${import.meta.dirname}/rooms/terminal/Pane.tsx`;
let sets: Readonly<Record<'start' | 'pane' | 'session', ReadonlySet<string>>> | null = null;

/**
 * What every screen needs in one file; what a session's screen needs beyond it in two: what draws terminals, and the rest. Cut
 * as the graph falls it is some fifty, and asking for one and starting it takes a phone longer than what is in most of them.
 */
function together(id: string, graph: Graph): string | null {
  sets ??= { start: needed(graph, START), pane: needed(graph, PANE), session: needed(graph, SESSION) };
  if (id === START || id === SESSION) return null;
  if (sets.start.has(id)) return 'start';
  // Each of these is whole in what it needs, so that no file waits for one that waits for it.
  return sets.pane.has(id) ? 'terminal' : sets.session.has(id) ? 'parts' : null;
}

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
            { name: together, debugName: 'together', includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
});
