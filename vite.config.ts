/**
 * Builds the programs that run on Node, and (`--mode main`, `--mode preload`) the two scripts of the desktop shell. The web
 * app has its own file in `renderer/`.
 */
import { defineConfig } from 'vite';

/**
 * The shell's scripts are no modules: a sandboxed preload cannot be one, and what must be said before Electron is ready is
 * said surely only in a script that is loaded at once. Each is one file of its own.
 */
const SHELL: readonly string[] = ['main', 'preload'];

export default defineConfig(({ mode }) => {
  const shell = SHELL.includes(mode);
  const names = shell ? [mode] : ['hub', 'cli'];
  return {
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
