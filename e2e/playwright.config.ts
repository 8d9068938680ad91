/** End to end: the real product in real Chromium. `web` uses scripted agents, `agents` the real agent programs. */
import { defineConfig } from '@playwright/test';

/** With the real agent programs: in browsers, and in the desktop app. */
const AGENTS = ['agents.spec.ts', 'agents-sign-in.spec.ts', 'nodes-agents.spec.ts'];
const REAL = 'desktop-agents.spec.ts';
const LONG = ['hub.spec.ts', 'views.spec.ts', 'views-phone.spec.ts', 'house.spec.ts', 'slow-link.spec.ts'];
const NOT_WEB = [...AGENTS, 'desktop*.spec.ts'];
/**
 * Of such switches the last one counts, so what Playwright turns off is named again. The rest is of Chromium's own window, which
 * nobody sees here: menus of its address bar, a process of their own for each context, and a process held ready for the next page.
 */
const WITHOUT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'SpareRendererForSitePerProcess',
];
/** What such a test measures is the product's only where nothing runs beside it. */
const ALONE = /@alone/;

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/e2e',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Most of a test is waiting for another program: two cores carry three.
  workers: 3,
  fullyParallel: false,
  reporter: 'list',
  use: {
    // Its snapshots of every step more than double the time of the walks over all views.
    trace: process.env['QD_TRACE'] === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(process.env['QD_CHROMIUM'] ? { executablePath: process.env['QD_CHROMIUM'] } : {}),
      args: [
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
        `--disable-features=${WITHOUT.join(',')}`,
        // as root, in containers and on build machines, Chromium's own sandbox cannot start
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    },
  },
  projects: [
    // The longest are named first, so that none is waited for at the end.
    { name: 'web-long', testMatch: LONG, grepInvert: ALONE },
    { name: 'web', testMatch: '*.spec.ts', testIgnore: [...NOT_WEB, ...LONG], grepInvert: ALONE },
    { name: 'web-alone', testMatch: '*.spec.ts', testIgnore: NOT_WEB, grep: ALONE, workers: 1 },
    // One window at a time: they share one display and its focus.
    { name: 'desktop', testMatch: 'desktop*.spec.ts', testIgnore: REAL, workers: 1, timeout: 60_000 },
    { name: 'agents-there', testMatch: 'agents.setup.ts' },
    { name: 'desktop-agents', testMatch: REAL, workers: 1, timeout: 120_000, dependencies: ['agents-there'] },
    { name: 'agents', testMatch: AGENTS, workers: 1, timeout: 240_000, dependencies: ['agents-there'] },
  ],
});
