import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { appMenu, type MenuActions, trayMenu, trayTip } from './menus.ts';
import type { Stand } from './stand.ts';

const actions = (): MenuActions => ({
  go: vi.fn(),
  run: vi.fn(),
  newWindow: vi.fn(),
  quickSend: vi.fn(),
  quiet: vi.fn(),
  serve: vi.fn(),
  quit: vi.fn(),
  restartToUpdate: vi.fn(),
});
const flat = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
const press = (items: readonly MenuItemConstructorOptions[], label: string) =>
  flat(items)
    .find((item) => item.label === label)
    ?.click?.({} as never, undefined, {} as never);
const stand = (more: Partial<Stand> = {}): Stand => ({ online: true, needs: [], sessions: [], working: 0, ...more });
const need = (n: number) => ({
  key: `k${n}`,
  session: 's',
  title: `a&b ${n}`,
  body: '',
  approval: null,
  path: `/s/${n}`,
});

describe('the menu bar', () => {
  it('takes no key from a terminal', () => {
    for (const { accelerator, role, registerAccelerator } of flat(appMenu(false, null, actions()))) {
      if (accelerator) expect(String(accelerator)).toMatch(/^Ctrl\+Shift\+/);
      // Roles bring keys of their own: Ctrl+C, Ctrl+V, Ctrl+W.
      if (
        role &&
        [
          'cut',
          'copy',
          'paste',
          'selectAll',
          'undo',
          'redo',
          'close',
          'minimize',
          'resetZoom',
          'zoomIn',
          'zoomOut',
        ].includes(role)
      )
        expect(registerAccelerator, role).toBe(false);
    }
    for (const { accelerator } of flat(appMenu(true, null, actions())))
      if (accelerator) expect(String(accelerator)).toMatch(/^Cmd\+/);
  });
  it('does what it says', () => {
    const act = actions();
    for (const mac of [true, false]) press(appMenu(mac, null, act), 'Sign In to an Agent…');
    expect(act.go).toHaveBeenCalledWith('/sign-in');
    expect(act.go).toHaveBeenCalledTimes(2);
    for (const view of ['Panes', 'Inbox', 'Board', 'Search', 'Notes', 'Usage', 'Workers', 'Nodes', 'Logs'])
      press(appMenu(false, null, act), view);
    expect(act.go).toHaveBeenCalledWith('/workers');
    expect(act.go).toHaveBeenCalledTimes(2 + 9);
    press(appMenu(false, '1.2.3', act), 'Restart to Update to 1.2.3');
    expect(act.restartToUpdate).toHaveBeenCalled();
    expect(flat(appMenu(false, null, act)).some(({ label }) => label?.includes('Update'))).toBe(false);
  });
});

describe('the tray', () => {
  const rest = { serving: null, quiet: false };
  it('lists what needs a person, each a way there, and no more than fit', () => {
    const act = actions();
    const menu = trayMenu(stand({ needs: Array.from({ length: 20 }, (_, n) => need(n)) }), rest, act);
    expect(flat(menu).filter(({ label }) => label?.startsWith('a&&b')).length).toBe(12);
    press(menu, 'a&&b 3');
    expect(act.go).toHaveBeenCalledWith('/s/3');
    press(menu, '8 more');
    expect(act.go).toHaveBeenCalledWith('/inbox');
  });
  it('says what is so when nothing needs anybody, or nothing is known', () => {
    expect(flat(trayMenu(stand(), rest, actions())).some(({ label }) => label === 'Nothing needs you')).toBe(true);
    expect(
      flat(trayMenu(stand({ online: false }), rest, actions())).some(
        ({ label }) => label === 'The core does not answer',
      ),
    ).toBe(true);
    expect(trayTip(stand({ online: false }))).toContain('does not answer');
    expect(trayTip(stand({ needs: [need(1)], working: 2 }))).toBe('Quarterdeck: 1 need you; 0 sessions, 2 working');
  });
  it('shows where phones find it, only while they are served', () => {
    const act = actions();
    const on = { on: true, urls: ['http://10.0.0.2:4097'], fixed: null };
    const menu = trayMenu(stand(), { serving: on, quiet: false }, act);
    expect(flat(menu).map(({ label }) => label)).toContain('http://10.0.0.2:4097');
    press(menu, 'Serve phones and browsers');
    expect(act.serve).toHaveBeenCalledWith(false);
    expect(
      flat(trayMenu(stand(), { serving: { ...on, on: false }, quiet: false }, act)).map(({ label }) => label),
    ).not.toContain('Pair a phone');
  });
});
