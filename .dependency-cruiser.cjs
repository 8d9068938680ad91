/**
 * The import law. Zero exceptions: a file that matches no rule of `KNOWN` is an error too, so nothing escapes.
 * The ladder: a room calls only doors of rooms below it, and only as types.
 */
/** Rooms that stand on one rung do not know each other. */
const RUNGS = [
  ['settings', 'logs', 'preferences'],
  ['auth', 'agents'],
  ['nodes'],
  ['sessions'],
  ['prompts', 'approvals', 'files', 'git'],
  ['recordings', 'board', 'channels', 'memory', 'push'],
  ['fleet'],
];
const LADDER = RUNGS.flat();
const TEST = '\\.test\\.tsx?$|/fixtures?/|^e2e/';
/** Small pure libraries that rooms may use. */
const PURE = 'zod|yaml';

const below = (room) => {
  const rung = RUNGS.findIndex((r) => r.includes(room));
  return RUNGS.slice(0, rung).flat();
};
const npm = (names) => `^node_modules/(@types/)?(${names})(/|$)`;

/** `from` may import only what `to` matches (and its own folder). */
const only = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: TEST },
  to: { pathNot: to },
});

const rooms = LADDER.map((room) =>
  only(
    `room-${room}`,
    `^electron/core/${room}/`,
    `^shared/|^electron/kernel/|^electron/core/${room}/|^electron/platform/ports\\.ts$|${npm(PURE)}|^(node:)?[a-z_/]+$${below(
      room,
    )
      .map((lower) => `|^electron/core/${lower}/(${lower}|reading)\\.ts$`)
      .join('')}`,
    `${room} sees shared, kernel, its own files, port types, and the doors of rooms below it`,
  ),
);

/** Value imports over a room's border: only types may cross. */
const typesOnly = LADDER.map((room) => ({
  name: `types-only-into-${room}`,
  severity: 'error',
  comment: 'a room gets other rooms handed in; it imports their types only',
  from: { path: '^electron/core/([^/]+)/', pathNot: `${TEST}|^electron/core/${room}/` },
  to: { path: `^electron/core/${room}/`, dependencyTypesNot: ['type-only', 'type-import'] },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'type-import'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: `${TEST}|\\.d\\.ts$|^electron/boot/|^renderer/vite-env` },
      to: {},
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'known-places',
      severity: 'error',
      comment: 'every file stands in a place that the law knows',
      from: {
        pathNot:
          '^(shared/|electron/(kernel|platform|gateway|cli|mcp|desktop|boot|core/[a-z]+)/|electron/(app|remote-machines|hub|cli|explain|main|preload)\\.ts$|renderer/|e2e/|node_modules/|[a-z.]+\\.config\\.ts$|(node:)?[a-z_/]+$)',
      },
      to: {},
    },
    only('shared', '^shared/', `^shared/|${npm('zod')}`, 'the words depend on nothing but zod'),
    only(
      'rules-are-pure',
      '/rules\\.ts$',
      `^shared/|^electron/kernel/handlers\\.ts$|^electron/core/[a-z]+/[a-z-]+\\.ts$|${npm('zod')}`,
      'decisions see words only',
    ),
    {
      name: 'rules-take-no-values',
      severity: 'error',
      comment: 'a rules file may name types of its own room; values come from shared only',
      from: { path: '/rules\\.ts$' },
      to: { pathNot: `^shared/|${npm('zod')}`, dependencyTypesNot: ['type-only', 'type-import'] },
    },
    only('kernel', '^electron/kernel/', '^shared/|^electron/kernel/', 'the kernel needs no package'),
    only(
      'platform',
      '^electron/platform/',
      '^shared/|^electron/kernel/|^electron/platform/|^node_modules/|^(node:)?[a-z_/]+$',
      'adapters know no room',
    ),
    only(
      'gateway',
      '^electron/gateway/',
      `^shared/|^electron/kernel/|^electron/gateway/|^electron/app\\.ts$|${npm('hono|@hono/node-server|ws|zod|uqr')}|^(node:)?[a-z_/]+$`,
      'the gateway knows the contract, not the rooms',
    ),
    only(
      'cli',
      '^electron/cli/',
      `^shared/|^electron/cli/|^electron/gateway/lock\\.ts$|${npm('commander|zod|uqr|yaml')}|^(node:)?[a-z_/]+$`,
      'the command line is a client',
    ),
    only(
      'cli-entry',
      '^electron/cli\\.ts$',
      `^package\\.json$|^shared/|^electron/cli/|^electron/explain\\.ts$|${npm('commander')}|^(node:)?[a-z_/]+$`,
      'the entry hands the readers to the commands, which know none',
    ),
    only(
      'explain',
      '^electron/explain\\.ts$',
      '^shared/|^electron/core/agents/readers/readers\\.ts$|^electron/platform/recorded-screen\\.ts$|^(node:)?[a-z_/]+$',
      'a small composition root: readers over recorded screens',
    ),
    {
      name: 'explain-is-for-the-command-line',
      severity: 'error',
      from: { pathNot: `${TEST}|^electron/cli\\.ts$` },
      to: { path: '^electron/explain\\.ts$' },
    },
    only(
      'desktop',
      '^electron/desktop/',
      `^package\\.json$|^shared/|^electron/desktop/|^electron/gateway/lock\\.ts$|${npm('electron|electron-updater|node-pty|ws|zod')}|^(node:)?[a-z_/]+$`,
      'the shell is a client of the core: it finds it by the lock and speaks the contract',
    ),
    only(
      'desktop-entry',
      '^electron/main\\.ts$',
      `^shared/|^electron/desktop/|${npm('electron')}|^(node:)?[a-z_/]+$`,
      'the entry decides nothing',
    ),
    only(
      'preload',
      '^electron/preload\\.ts$',
      `^shared/desktop-names\\.ts$|${npm('electron')}`,
      'one port, nothing else',
    ),
    {
      name: 'electron-is-for-the-shell',
      severity: 'error',
      from: { pathNot: `${TEST}|^electron/(main|preload)\\.ts$|^electron/desktop/` },
      to: { path: npm('electron|electron-updater') },
    },
    only('renderer', '^renderer/', '^shared/|^renderer/|^node_modules/', 'the face runs in a browser'),
    {
      name: 'renderer-rooms-apart',
      severity: 'error',
      from: { path: '^renderer/rooms/([^/]+)/', pathNot: TEST },
      to: { path: '^renderer/rooms/', pathNot: '^renderer/rooms/($1|terminal)/' },
    },
    {
      name: 'renderer-schemas-in-one-place',
      severity: 'error',
      comment: 'schemas are large, and the content security policy wants no-eval.ts before them',
      from: { path: '^renderer/', pathNot: `${TEST}|^renderer/app/(schemas|no-eval)\\.ts$` },
      to: {
        path: '^shared/contract/(?!define\\.ts)|^node_modules/zod/',
        dependencyTypesNot: ['type-only', 'type-import'],
      },
    },
    only('e2e', '^e2e/', '^shared/|^e2e/|^node_modules/|^(node:)?[a-z_/]+$', 'proofs use the product from outside'),
    {
      name: 'no-electron-in-the-core',
      severity: 'error',
      from: { path: '^electron/(core|gateway|kernel|platform|hub\\.ts|cli)' },
      to: { path: npm('electron'), reachable: true },
    },
    ...rooms,
    ...typesOnly,
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test-results|\\.node|\\.cache)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
