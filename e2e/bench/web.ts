/** The web app: what a phone loads, and how soon it shows its first pane. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { eventually, ROOT, type TestHub } from '../hub.ts';
import { median, type Row, startCustom } from './measure.ts';

/** What index.html loads before anything else, compressed; chunks loaded later are not counted. */
export async function bundle(): Promise<Row[]> {
  const web = join(ROOT, 'dist', 'web');
  const html = await readFile(join(web, 'index.html'), 'utf8');
  const initial = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map((m) => m[1] ?? '');
  let bytes = 0;
  for (const file of new Set(initial)) bytes += gzipSync(await readFile(join(web, file))).length;
  let all = 0;
  for (const file of await readdir(join(web, 'assets')))
    if (file.endsWith('.js')) all += gzipSync(await readFile(join(web, 'assets', file))).length;
  return [
    {
      name: 'web: initial JavaScript, gzip',
      unit: 'KB',
      value: bytes / 1024,
      peer: all / 1024,
      peerName: 'all chunks',
      goal: '<= 350 KB',
      met: bytes / 1024 <= 350,
    },
  ];
}

/** A phone profile (4x CPU slow-down): from navigation to the first terminal's text. */
export async function load(hub: TestHub): Promise<Row[]> {
  await startCustom(hub, 'web', 'echo FIRST_PANE; exec cat');
  await hub.api('POST', '/api/users', {
    name: 'bench',
    passphrase: 'a passphrase for the bench',
    scopes: ['read', 'type', 'approve', 'run', 'admin'],
  });
  const browser = await chromium.launch({
    ...(process.env['QD_CHROMIUM'] ? { executablePath: process.env['QD_CHROMIUM'] } : {}),
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  try {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const context = await browser.newContext({
        viewport: { width: 412, height: 915 },
        isMobile: true,
        hasTouch: true,
      });
      await context.request.post(`${hub.banner.url}/api/login`, {
        data: { user: 'bench', passphrase: 'a passphrase for the bench' },
        headers: { origin: hub.banner.url },
      });
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      const began = performance.now();
      await page.goto(`${hub.banner.url}/s/web`);
      await eventually(
        () => page.getByRole('region', { name: 'Terminal of web' }).locator('.xterm-screen').count(),
        (n) => n > 0,
        'the first pane',
        30_000,
      );
      times.push(performance.now() - began);
      await context.close();
    }
    return [
      {
        name: 'web: first pane on a phone profile',
        unit: 'ms',
        value: median(times),
        goal: '<= 1500 ms',
        met: median(times) <= 1500,
      },
    ];
  } finally {
    await browser.close();
    await hub.api('DELETE', '/api/sessions/web');
  }
}
