/** The menus as plain templates: what stands in them, in which words, under which keys. No key here is one of a terminal. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Serving } from '../../shared/desktop.ts';
import type { Stand } from './stand.ts';

export interface MenuActions {
  readonly go: (path: string) => void;
  readonly run: (command: string) => void;
  readonly newWindow: () => void;
  readonly quickSend: () => void;
  readonly quiet: (minutes: number | null) => void;
  readonly serve: (on: boolean) => void;
  readonly quit: () => void;
  readonly restartToUpdate: () => void;
}

type Items = MenuItemConstructorOptions[];

/** Screens of the face, in the order of its rail. */
const VIEWS: readonly (readonly [label: string, path: string])[] = [
  ['Panes', '/'],
  ['Inbox', '/inbox'],
  ['Board', '/board'],
  ['Search', '/search'],
  ['Notes', '/notes'],
  ['Usage', '/usage'],
  ['Workers', '/workers'],
  ['Nodes', '/nodes'],
  ['Logs', '/logs'],
];

/**
 * On Linux and Windows a menu key works everywhere, terminals too: there copying, pasting and closing are shown but left to
 * the page, and all others hold Shift besides Ctrl. On a Mac the Cmd key is none of a terminal's.
 */
export function appMenu(mac: boolean, update: string | null, act: MenuActions): Items {
  const key = (letter: string) => (mac ? `Cmd+${letter}` : `Ctrl+Shift+${letter}`);
  const edit = (role: MenuItemConstructorOptions['role']): MenuItemConstructorOptions => ({
    ...(role === undefined ? {} : { role }),
    registerAccelerator: mac,
  });
  const updates: Items =
    update === null ? [] : [{ label: `Restart to Update to ${update}`, click: act.restartToUpdate }];
  const quit: Items = [{ label: mac ? 'Quit Quarterdeck' : 'Quit', accelerator: key('Q'), click: act.quit }];
  return [
    ...(mac
      ? ([
          {
            label: 'Quarterdeck',
            submenu: [
              { role: 'about' },
              ...updates,
              { type: 'separator' },
              { label: 'Settings…', accelerator: 'Cmd+,', click: () => act.go('/settings') },
              { type: 'separator' },
              { role: 'hide' },
              { role: 'hideOthers' },
              { role: 'unhide' },
              { type: 'separator' },
              ...quit,
            ],
          },
        ] satisfies Items)
      : []),
    {
      label: 'File',
      submenu: [
        { label: 'New Session…', accelerator: mac ? 'Cmd+T' : '', click: () => act.run('session.new') },
        { label: 'New Window', accelerator: key('N'), click: act.newWindow },
        { label: 'Quick Send', click: act.quickSend },
        { type: 'separator' },
        ...(mac
          ? ([{ role: 'close' }] satisfies Items)
          : ([
              { label: 'Settings…', click: () => act.go('/settings') },
              ...updates,
              { label: 'Close Window', role: 'close', registerAccelerator: false },
              ...quit,
            ] satisfies Items)),
      ],
    },
    {
      label: 'Edit',
      submenu: [
        edit('undo'),
        edit('redo'),
        { type: 'separator' },
        edit('cut'),
        edit('copy'),
        edit('paste'),
        edit('selectAll'),
      ],
    },
    {
      label: 'Agent',
      submenu: [
        { label: 'Sign In to an Agent…', click: () => act.go('/sign-in') },
        { label: 'Agents and Hooks', click: () => act.go('/agents') },
        { type: 'separator' },
        { label: 'What Needs You', click: () => act.go('/inbox') },
        { label: 'Find a Command or Session', click: () => act.run('palette') },
      ],
    },
    {
      label: 'View',
      submenu: [
        ...VIEWS.map(([label, path]) => ({ label, click: () => act.go(path) })),
        { type: 'separator' },
        { label: 'Phones and Other Devices', click: () => act.go('/phones') },
        { type: 'separator' },
        { role: 'resetZoom', registerAccelerator: mac },
        { role: 'zoomIn', registerAccelerator: mac },
        { role: 'zoomOut', registerAccelerator: mac },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: 'Window',
      role: 'window',
      submenu: [
        { role: 'minimize', registerAccelerator: mac },
        ...(mac ? ([{ role: 'zoom' }, { role: 'front' }] satisfies Items) : []),
      ],
    },
    { label: 'Help', role: 'help', submenu: [{ label: 'Keyboard Shortcuts', click: () => act.run('shortcuts') }] },
  ];
}

/** At most so many lines of a kind; the rest is in the window. */
const MOST = 12;

const capped = <T>(list: readonly T[], item: (each: T) => MenuItemConstructorOptions, more: () => void): Items => [
  ...list.slice(0, MOST).map(item),
  ...(list.length > MOST ? [{ label: `${list.length - MOST} more`, click: more }] : []),
];

/** An ampersand would underline the letter after it. */
const label = (text: string): string => text.replaceAll('&', '&&');

export function trayMenu(
  { online, needs, sessions }: Stand,
  { serving, quiet }: { readonly serving: Serving | null; readonly quiet: boolean },
  act: MenuActions,
): Items {
  return [
    { label: 'Open Quarterdeck', click: () => act.go('/') },
    { label: 'Quick Send', click: act.quickSend },
    { type: 'separator' },
    ...(online
      ? needs.length === 0
        ? [{ label: 'Nothing needs you', enabled: false }]
        : capped(
            needs,
            (need) => ({ label: label(need.title), click: () => act.go(need.path) }),
            () => act.go('/inbox'),
          )
      : [{ label: 'The core does not answer', enabled: false }]),
    { type: 'separator' },
    {
      label: sessions.length === 1 ? '1 session' : `${sessions.length} sessions`,
      enabled: sessions.length > 0,
      submenu: capped(
        sessions,
        ({ name, state, path }) => ({ label: label(`${name}: ${state}`), click: () => act.go(path) }),
        () => act.go('/sessions'),
      ),
    },
    {
      label: 'Serve phones and browsers',
      type: 'checkbox',
      checked: serving?.on ?? false,
      enabled: serving !== null && serving.fixed === null,
      click: () => act.serve(!(serving?.on ?? false)),
    },
    ...(serving?.on
      ? [
          ...serving.urls.slice(0, 3).map((url) => ({ label: url, enabled: false })),
          { label: 'Pair a phone', click: () => act.run('device.pair') },
        ]
      : []),
    {
      label: 'Do not disturb',
      submenu: [
        { label: 'For an hour', click: () => act.quiet(60) },
        { label: 'Until tomorrow', click: () => act.quiet(24 * 60) },
        { label: 'Until I switch it off', click: () => act.quiet(null) },
        { label: 'Off', enabled: quiet, click: () => act.quiet(0) },
      ],
    },
    { type: 'separator' },
    { label: 'Quit Quarterdeck', click: act.quit },
  ];
}

export function trayTip({ online, needs, sessions, working }: Stand): string {
  if (!online) return 'Quarterdeck: the core does not answer';
  const live = `${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}, ${working} working`;
  return needs.length === 0 ? `Quarterdeck: ${live}` : `Quarterdeck: ${needs.length} need you; ${live}`;
}
