/**
 * `npm test`: format and lint, types, import law, unit and integration, end to end; `--agents` runs the real agent CLIs
 * instead. Prints a line a step, and as its last line `N passed, N failed`.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureTestElectron } from './electron.mjs';
import { ensureNode, ROOT, run, say, withNode } from './node24.mjs';
import { ensureBuild, ensureChromium, ensureModules, ensureSshd, ensureTmux } from './prepare.mjs';

const total = { passed: 0, failed: 0 };
const bin = (...parts) => join(ROOT, 'node_modules', ...parts);

async function step(title, work) {
  const began = Date.now();
  let count;
  try {
    count = (await work()) ?? { passed: 1, failed: 0 };
  } catch (error) {
    say(error.message);
    count = { passed: 0, failed: 1 };
  }
  total.passed += count.passed;
  total.failed += count.failed;
  say(
    `${count.failed ? 'FAILED' : 'ok    '} ${title}: ${count.passed} passed, ${count.failed} failed (${((Date.now() - began) / 1000).toFixed(1)} s)`,
  );
}

/** Runs a test tool that writes a JSON report; no report, or a report of no test, is a failure. */
async function counted(title, report, start, read) {
  await rm(report, { force: true });
  const failure = await start().then(
    () => null,
    (error) => error,
  );
  const json = await readFile(report, 'utf8').then(JSON.parse, () => null);
  if (!json) throw failure ?? new Error(`${title} left no report`);
  const count = read(json);
  if (failure && count.failed === 0) count.failed = 1;
  if (count.passed + count.failed === 0) throw new Error(`${title} ran no test`);
  return count;
}

/** A cruise that saw nothing breaks no law either: that is a failure, not a pass. */
async function importLaw(node, env, report) {
  const law = bin('dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const how = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '--output-to', report];
  const places = ['electron', 'shared', 'renderer', 'e2e'];
  await rm(report, { force: true });
  const failure = await run(node, [law, ...how, ...places], { env, quiet: true, title: 'dependency-cruiser' }).then(
    () => null,
    (error) => error,
  );
  const json = await readFile(report, 'utf8').then(JSON.parse, () => null);
  if (!json) throw failure ?? new Error('dependency-cruiser left no report');
  const { violations, totalCruised, error } = json.summary;
  for (const { rule, from, to } of violations) say(`${rule.name}: ${from} must not import ${to}`);
  if (!(totalCruised > 0)) throw new Error('the import law saw no module at all');
  return { passed: error === 0 ? 1 : 0, failed: error };
}

try {
  const node = await ensureNode();
  const agents = process.argv.includes('--agents');
  await ensureTmux(process.argv.includes('--install'));
  await ensureModules(node);
  await ensureSshd();
  const results = join(ROOT, 'test-results');
  // Hundreds of processes load the same programs: the engine compiles them once.
  const env = { ...withNode(node), NO_COLOR: '1', NODE_COMPILE_CACHE: join(results, 'compiled') };
  await mkdir(results, { recursive: true });
  const tool = (title, path, args) => run(node, [path, ...args], { env, quiet: true, title });

  // Beside the first steps, which leave a core to it; a build that fails is told after the unit tests.
  const built = ensureBuild(node);
  built.catch(() => undefined);
  if (!agents) {
    await Promise.all([
      step('format and lint', () =>
        tool('biome', bin('@biomejs', 'biome', 'bin', 'biome'), ['ci', '--error-on-warnings', '.']).then(
          () => undefined,
        ),
      ),
      step('import law', () => importLaw(node, env, join(results, 'law.json'))),
      step('types', () => tool('tsc', bin('typescript', 'bin', 'tsc'), ['-p', '.']).then(() => undefined)),
    ]);
    await step('unit and integration', () => {
      const report = join(results, 'vitest.json');
      return counted(
        'vitest',
        report,
        () =>
          run(
            node,
            [bin('vitest', 'vitest.mjs'), 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
            { env, title: 'vitest' },
          ),
        (json) => ({
          passed: json.numPassedTests,
          failed:
            json.numFailedTests +
            json.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0).length,
        }),
      );
    });
  }
  await built;
  const chromium = await ensureChromium(node);
  /** Projects of Playwright's, their pictures and report by one name; `wrap` puts a command around it. */
  const playwright = (projects, name, more = {}, wrap = (command) => command) => {
    const report = join(results, `${name}.json`);
    const htmlReport = {
      PLAYWRIGHT_HTML_OUTPUT_DIR: join(results, name === 'e2e' ? 'report' : `${name}-report`),
      PLAYWRIGHT_HTML_OPEN: 'never',
    };
    const cli = bin('@playwright', 'test', 'cli.js');
    const how = ['--config', join('e2e', 'playwright.config.ts'), ...projects.map((each) => `--project=${each}`)];
    // pictures of every view stand in the HTML report
    const [command, ...words] = wrap([node, cli, 'test', ...how, '--reporter=list,json,html']);
    return counted(
      'playwright',
      report,
      () =>
        run(command, words, {
          env: { ...env, QD_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: report, ...htmlReport, ...more },
          title: 'playwright',
        }),
      (json) => ({ passed: json.stats.expected + json.stats.flaky, failed: json.stats.unexpected }),
    );
  };
  if (agents) await step('real agents', () => playwright(['agents'], 'agents'));
  else {
    await step('end to end', () => playwright(['web-long', 'web'], 'e2e'));
    await step('end to end, with figures', () => playwright(['web-alone'], 'e2e-alone'));
  }
  const electron = await ensureTestElectron();
  const project = agents ? 'desktop-agents' : 'desktop';
  if (electron.path)
    await step('desktop app', () => playwright([project], project, { QD_ELECTRON: electron.path }, electron.wrap));
  else say(`skipped desktop app: ${electron.why}`);
} catch (error) {
  say(error.message);
  total.failed++;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed ? 1 : 0);
