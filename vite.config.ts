/**
 * Builds the programs that run on Node, and (`--mode main`, `--mode preload`) the two scripts of the desktop shell. The web
 * app has its own file in `renderer/`.
 */
import * as http from 'node:http';
import { defineConfig, type Plugin } from 'vite';

/**
 * The shell's scripts are no modules: a sandboxed preload cannot be one, and what must be said before Electron is ready is
 * said surely only in a script that is loaded at once. Each is one file of its own.
 */
const SHELL: readonly string[] = ['main', 'preload'];

/**
 * Whoever imports `node:http` gets all that it exports, its WebSocket and with it the whole of undici too: 25 ms of a start and
 * megabytes that nothing here needs. Taken by name, the rest stays asleep.
 */
function httpWithoutUndici(): Plugin {
  const ID = '\0node-http';
  const asleep = ['default', 'module.exports', 'WebSocket', 'CloseEvent', 'MessageEvent'];
  const names = Object.keys(http).filter((name) => !asleep.includes(name));
  return {
    name: 'http-without-undici',
    enforce: 'pre',
    resolveId: (id) => (id === 'node:http' || id === 'http' ? ID : null),
    load: (id) =>
      id === ID
        ? `const http = process.getBuiltinModule('node:http');\nexport default http;\nexport const { ${names.join(', ')} } = http;\n`
        : null,
  };
}

export default defineConfig(({ mode }) => {
  const shell = SHELL.includes(mode);
  const names = shell ? [mode] : ['hub', 'cli'];
  return {
    plugins: shell ? [] : [httpWithoutUndici()],
    // native packages stay outside; everything else is bundled, so that a cold start reads two files and not a thousand
    ssr: { noExternal: true, external: ['better-sqlite3', 'node-pty', 'ssh2', 'electron'] },
    build: {
      ssr: true,
      outDir: 'dist',
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(names.map((name) => [name, `electron/${name}.ts`])),
        output: shell
          ? { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false }
          : { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  };
});
