/**
 * Tells the build its own name and its files: the service worker keeps them, the page compares the name with the hub's
 * `/build.json`. The name is taken from what is in the files, so the same build is the same name everywhere.
 */
import type { Plugin } from 'vite';

/** In `sw.ts`, in quotes; replaced by the list when the build is written. */
const PLACE = /(["'`])__QUARTERDECK_SHELL__\1/;
/** Letters of alphabets that few screens show: kept when they were first drawn, not before. */
const SELDOM = /-(?:cyrillic|greek|vietnamese|latin-ext)(?:-ext)?-/;

async function nameOf(parts: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
  return [...new Uint8Array(digest, 0, 10)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function shellList(): Plugin {
  return {
    name: 'quarterdeck-shell-list',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const page = bundle['index.html'];
      const worker = bundle['sw.js'];
      if (page?.type !== 'asset' || worker?.type !== 'chunk') throw new Error('the build has no page or no worker');
      if (!PLACE.test(worker.code)) throw new Error('the worker has no place for the list of files');
      const html = String(page.source);
      // Their names carry a hash of what is in them.
      const assets = Object.keys(bundle).filter((name) => /^assets\/.*\.(?:js|css|woff2)$/.test(name));
      const build = await nameOf([html, worker.code, ...assets.sort()]);

      const named = [...html.matchAll(/ href="\/([^"]+)"/g)].map(([, name = '']) => name);
      const files = new Set([...assets.filter((name) => !SELDOM.test(name)), ...named].map((name) => `/${name}`));
      worker.code = worker.code.replace(PLACE, () => JSON.stringify(JSON.stringify({ build, files: [...files] })));
      page.source = html.replace('</title>', `</title>\n    <meta name="build" content="${build}" />`);
      this.emitFile({ type: 'asset', fileName: 'build.json', source: JSON.stringify({ build }) });
    },
  };
}
