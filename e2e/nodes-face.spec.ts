/**
 * Machines over ssh in the face, against a real sshd: added step by step with its fingerprint, worked on, cut, back; what it
 * asks on any screen; by mouse, by keys, on a phone, in every theme. Skipped where there is no OpenSSH server.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Node } from '../shared/contract/nodes.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { accessible, drawnByElements, type Face, startFace } from './face.ts';
import { startHub } from './hub.ts';
import { fakeCodex, shownAddress, signedIn } from './sign-in-walk.ts';
import { type Cable, layCable, type Machine, noSshd, startMachine } from './sshd.ts';
import { smallTargets } from './touch.ts';
import { picture } from './views.ts';

test.skip(noSshd !== null, noSshd ?? '');
// Each goes on where the one before ended.
test.describe.configure({ mode: 'serial' });
/** A machine answers over several processes of its own, on a computer that may be slow. */
const LONG = { timeout: 40_000 };

let face: Face;
let page: Page;
let machine: Machine;
let cable: Cable;
let bin: string;

test.beforeAll(async ({ browser }) => {
  bin = await mkdtemp(join(tmpdir(), 'qd-login-'));
  machine = await startMachine({ path: `${await fakeCodex(bin, '127.0.0.2')}:${process.env['PATH'] ?? ''}` });
  cable = await layCable(machine.port);
  face = await startFace(browser);
  page = await face.open('desktop');
  await drawnByElements(page);
});
test.afterAll(async () => {
  await face?.close();
  await cable?.close();
  await machine?.stop();
  await rm(bin, { recursive: true, force: true });
});

const shot = (on: Page, name: string, keep = false) => picture(on, test.info(), name, keep);
const card = (on: Page, name: string) => on.getByRole('region', { name, exact: true });
const node = async (title: string): Promise<Node | undefined> =>
  (await face.hub.api<Node[]>('GET', '/api/nodes')).find((each) => each.title === title);

test('a machine is added by keys alone, its key confirmed by the fingerprint that its owner gave', async () => {
  await mkdir(join(face.hub.home, '.ssh'), { recursive: true });
  await writeFile(join(face.hub.home, '.ssh', 'config'), 'Host gate\nHost spare\n  User jo\n  ProxyJump gate\n');
  await face.go(page, '/nodes');
  await expect(page.getByRole('heading', { name: 'Agents on other machines, too' })).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a command or session' }).fill('add a machine');
  await expect(page.getByRole('option', { name: /Add a machine/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a machine' });
  await expect(dialog.getByLabel('Host')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('Which machine?');
  await page.keyboard.type('-oProxyCommand=true');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('is no host');
  // What the ssh configuration names is chosen from, narrowed by what is typed.
  await dialog.getByLabel('Host').fill('jo');
  await expect(dialog.getByRole('listitem')).toHaveText([/^spare.*through gate/]);
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByRole('button', { name: /^spare/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Host')).toHaveValue('spare');
  await dialog.getByLabel('Host').fill(`${machine.user}@127.0.0.1:${cable.port}`);
  await dialog.getByLabel('Name').fill('fixer');
  await dialog.getByRole('button', { name: /^User, port/ }).press('Enter');
  await dialog.getByLabel('Key').fill(machine.key);
  await accessible(page);
  await page.keyboard.press('Enter');

  const steps = dialog.getByRole('list', { name: 'Connecting' }).getByRole('listitem');
  await expect(steps.nth(1)).toContainText('Is this its key?', LONG);
  await expect(steps.first()).toContainText('answers');
  await expect(dialog.getByRole('img', { name: machine.fingerprint })).toBeVisible();
  // No other dialog lies over this one.
  await expect(page.getByRole('dialog')).toHaveCount(1);
  const given = dialog.getByLabel('Or paste the fingerprint that you were given');
  await given.fill('SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await expect(dialog.getByRole('alert')).toContainText('another key');
  await expect(dialog.getByRole('button', { name: 'Trust this key' })).toBeDisabled();
  await shot(page, 'node-fingerprint');
  await accessible(page);
  await given.fill(`256 ${machine.fingerprint} root@fixer (ED25519)`);
  await expect(dialog.getByText('It is the same key.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(steps.nth(3)).toContainText(/^tmux \d/, LONG);
  await expect(dialog.getByRole('button', { name: 'Start a session there' })).toBeFocused();
  await shot(page, 'node-connected');
  expect(await node('fixer')).toMatchObject({ state: 'live', kind: 'ssh' });
});

test('a session is started there, in a folder of that machine; what shows it says where it is', async () => {
  await machine.there(['mkdir', '-p', join(machine.home, 'workshop', 'deep')]);
  await page.keyboard.press('Enter');
  const form = page.getByRole('dialog', { name: 'Start a session' });
  await expect(form.getByLabel('Machine')).toHaveValue((await node('fixer'))?.id ?? '');
  await form.getByRole('radio', { name: /^Custom command/ }).check({ force: true });
  await form
    .getByRole('textbox', { name: 'Command' })
    .fill('stty -echo; echo READY; while read -r x; do echo "got $x"; done');
  await form.getByLabel('Folder').fill('~/works');
  await page.getByRole('option', { name: /workshop/ }).click(LONG);
  await shot(page, 'node-start');
  await form.getByLabel('Name').fill('fix');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/s\/fix$/, LONG);
  await expect(page.locator('.xterm-rows')).toContainText('READY', LONG);
  await expect(page.locator('main').getByText('fixer', { exact: true })).toBeVisible();
  expect(await face.hub.api<Session>('GET', '/api/sessions/fix')).toMatchObject({
    cwd: expect.stringContaining('workshop'),
  });

  await face.hub.api('POST', '/api/sessions', { agent: 'shell', name: 'here' });
  await face.go(page, '/sessions');
  const rows = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await page.getByLabel('Machine').selectOption('fixer');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('fixer');
  await expect(page).toHaveURL(/node=/);
  await accessible(page);
  await face.go(page, '/');
  await page.getByRole('button', { name: 'Filter panes' }).click();
  await page.getByRole('group', { name: 'Node' }).getByRole('button', { name: /fixer/ }).click();
  await expect(page.locator('[data-pane]')).toHaveCount(1);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a command or session' }).fill('sessions on fixer');
  await expect(page.getByRole('option', { name: /Sessions on fixer/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/sessions\?node=/);
});

test('the card of a machine tells how it is; its doctor and its ports', async () => {
  const server = createServer((_, response) => response.end('from there'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    await face.go(page, '/nodes');
    const fixer = card(page, 'fixer');
    await expect(fixer).toContainText('Live', LONG);
    await expect(fixer).toContainText('1 session', LONG);
    const there = page.getByRole('navigation', { name: 'Machines and the ways to them' });
    await there.getByRole('link', { name: /fixer.*Live.*1 session/ }).press('Enter');
    await expect(fixer).toBeFocused();
    await expect(fixer.getByRole('list', { name: 'How it is' })).toContainText(/Memory.*free/, LONG);
    await fixer.getByRole('button', { name: 'Check', exact: true }).click();
    await expect(fixer.getByRole('list', { name: 'Checks' })).toContainText('tmux', LONG);
    await fixer.getByRole('button', { name: 'Ports' }).click();
    await fixer.getByLabel('Another port').fill(String(port));
    await page.keyboard.press('Enter');
    const link = fixer
      .getByRole('listitem')
      .filter({ has: page.getByText(String(port), { exact: true }) })
      .getByRole('link', { name: /^localhost:/ });
    await expect(link).toBeVisible(LONG);
    const local = new URL((await link.getAttribute('href')) ?? '').port;
    expect(await (await fetch(`http://127.0.0.1:${local}/`)).text()).toBe('from there');
    await accessible(page);
    await shot(page, 'nodes', true);
    await fixer.getByRole('button', { name: `Stop forwarding port ${port}` }).click();
    await expect(fixer.getByRole('button', { name: `Forward port ${port}` })).toBeVisible(LONG);
  } finally {
    server.close();
  }
});

test('a login there: its address is found, and the way back to it is open before the page is', async () => {
  await face.go(page, '/sign-in');
  await page.getByLabel('Machine').selectOption('fixer');
  await page.getByRole('listitem').filter({ hasText: 'Codex' }).getByRole('button', { name: 'Sign in' }).click(LONG);
  await expect(page.getByText(/comes back to port \d+ of fixer/)).toBeVisible(LONG);
  const { searchParams, host } = await shownAddress(page);
  await accessible(page);
  await shot(page, 'sign-in-far');
  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: `Open ${host}` }).click();
  await (await opened).close();
  await expect(page.getByText(/leads to fixer until/)).toBeVisible(LONG);
  // The program waits at 127.0.0.2, which stands for the machine; the browser comes back to 127.0.0.1.
  const back = await fetch(`${searchParams.get('redirect_uri')}?code=1&state=${searchParams.get('state')}`);
  expect(await back.text()).toContain('Signed in');
  await signedIn(page);
  // It takes its session along, which goes over the cable that is cut next.
  const names = async () => (await face.hub.api<Session[]>('GET', '/api/sessions')).map(({ name }) => name).sort();
  await expect.poll(names, LONG).toEqual(['fix', 'here']);
});

test('a cut: the last screen stands greyed, what is typed is held and shown; then it is back', async () => {
  await face.go(page, '/s/fix');
  const terminal = page.getByRole('region', { name: 'Terminal of fix' });
  await expect(terminal.locator('.xterm-rows')).toContainText('READY', LONG);
  cable.cut();
  await expect(terminal.getByRole('status')).toContainText('fixer is out of reach', LONG);
  await expect(terminal.locator('.xterm-rows')).toContainText('READY');
  await terminal.click();
  await page.keyboard.type('abc');
  await expect(terminal.getByRole('status')).toContainText('3 keys wait for fixer', LONG);
  await page.keyboard.press('Enter');
  // The machine has noticed, too, as it does after a while: what it had of us is gone.
  await machine.forgetUs(face.hub.socket);
  await shot(page, 'session-away');
  await accessible(page);

  // A screen that is opened now has the last screen, too.
  const other = await face.open('Pixel 7');
  await face.go(other, '/nodes');
  await expect(card(other, 'fixer')).toContainText('Unreachable', LONG);
  await expect(card(other, 'fixer')).toContainText(/last seen/);
  await accessible(other);
  expect(await smallTargets(other)).toEqual([]);
  await shot(other, 'nodes-away-phone');
  await face.theme(other, 'dark');
  await expect(card(other, 'fixer')).toContainText('Unreachable');
  await accessible(other, ['color-contrast']);
  await shot(other, 'nodes-away-phone-dark');
  // Of all machines one is away: what is known of it is said to be of before.
  await face.go(other, '/conversations');
  await expect(other.getByText(/fixer.*it is away now/)).toBeVisible(LONG);
  await accessible(other);
  await shot(other, 'conversations-away-phone');
  await face.go(other, '/usage');
  await expect(other.getByText(/fixer.*it is away now/)).toBeVisible(LONG);
  await expect(other.getByLabel('Machine')).toHaveValue('');
  await accessible(other);
  await other.context().close();

  cable.mend();
  await expect(terminal.getByRole('status')).toHaveCount(0, LONG);
  await expect(page.locator('main').getByText('Unreachable')).toHaveCount(0, LONG);
  await expect(terminal.locator('.xterm-rows')).toContainText('got abc', LONG);
  const shown = await face.hub.api<{ text: string }>('GET', '/api/sessions/fix/screen?format=json');
  const there = await machine.there(['tmux', '-L', face.hub.socket, 'capture-pane', '-p', '-t', '=fix:']);
  expect(shown.text.trimEnd()).toBe(there.trimEnd());
  expect(there.trimEnd().split('\n')).toEqual(['READY', 'got abc']);

  await face.go(page, '/nodes');
  const fixer = card(page, 'fixer');
  await fixer.getByRole('button', { name: 'Actions for fixer' }).click();
  await page.getByRole('menuitem', { name: 'Take offline' }).click();
  await expect(fixer).toContainText('Taken offline by ann');
  await fixer.getByRole('button', { name: 'Connect to fixer' }).click();
  await expect(fixer).toContainText('Live', LONG);
});

test('another host key than before is a hard stop, told in words', async () => {
  await machine.down();
  await machine.newHostKey();
  await machine.up();
  await face.go(page, '/nodes');
  const fixer = card(page, 'fixer');
  await expect(fixer).toContainText('Host key changed', LONG);
  await expect(fixer).toContainText('Quarterdeck does not go on by itself');
  await accessible(page);
  await shot(page, 'node-key-changed');
  // Its owner says that it was set up anew: the old key is cleared, the new one is confirmed on a phone.
  await rm(join(face.hub.home, '.ssh', 'known_hosts'));
  const phone = await face.open('Pixel 7');
  await face.go(phone, '/nodes');
  await card(phone, 'fixer').getByRole('button', { name: 'Connect again to fixer' }).tap(LONG);
  const asks = phone.getByRole('dialog', { name: /First contact with/ });
  await expect(asks.getByRole('button', { name: 'Trust this key' })).toBeVisible(LONG);
  await accessible(phone);
  expect(await smallTargets(phone)).toEqual([]);
  await shot(phone, 'node-asks-phone');
  await asks.getByRole('button', { name: 'Trust this key' }).tap();
  await expect(card(phone, 'fixer')).toContainText('Live', LONG);
  await phone.context().close();
});

test('a machine with a hub of its own is added by its address and a token of it, through the one over ssh', async () => {
  const other = await startHub({ env: { QD_NODE_NAME: 'workshop' } });
  try {
    const { token } = await other.api<{ token: string }>('POST', '/api/tokens', {
      name: 'for the face',
      scopes: ['read', 'type', 'approve', 'run'],
    });
    await page.getByRole('button', { name: 'Add a machine' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add a machine' });
    await expect(dialog.getByLabel('Host')).toBeFocused();
    await dialog.getByRole('radio', { name: 'With a hub' }).check({ force: true });
    await dialog.getByLabel('Address').fill('not an address');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText('http://host:4097');
    await dialog.getByLabel('Address').fill(`${other.banner.url}/`);
    await dialog.getByLabel('Token').fill(`${token.slice(0, -1)}x`);
    await dialog.getByLabel('Way').selectOption({ label: 'Through fixer, by SSH' });
    await shot(page, 'hub-adding');
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Add', exact: true }).press('Enter');
    await expect(dialog.getByRole('alert')).toContainText('refuses the token', LONG);
    await accessible(page);
    await dialog.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('status')).toContainText('It is connected', LONG);
    await expect(dialog.getByRole('button', { name: 'Start a session there' })).toBeFocused();
    await shot(page, 'hub-added');
    await accessible(page);
    await dialog.getByRole('button', { name: 'Done' }).click();
    const workshop = card(page, 'workshop');
    await expect(workshop).toContainText('fixer');
    await expect(workshop).toContainText(other.banner.version);
    await expect(workshop.getByRole('img', { name: /^Load/ })).toBeVisible(LONG);
    await shot(page, 'hub-card');
    await accessible(page);
    await workshop.getByRole('button', { name: 'Actions for workshop' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await page.getByRole('dialog', { name: 'Remove workshop?' }).getByRole('button', { name: 'Remove' }).click();
    await expect(workshop).toHaveCount(0);
  } finally {
    await other.close();
  }
});

test('a machine is removed only after it was said what stays there', async () => {
  const fixer = card(page, 'fixer');
  await expect(fixer).toContainText('Live', LONG);
  await expect(fixer).toContainText('1 session', LONG);
  await fixer.getByRole('button', { name: 'Actions for fixer' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  const asks = page.getByRole('dialog', { name: 'Remove fixer?' });
  await expect(asks).toContainText('nothing is stopped');
  await expect(asks).toContainText(/ssh -t -p \d+ .* attach -t/);
  await accessible(page);
  await asks.getByRole('button', { name: 'Remove' }).click();
  await expect(fixer).toHaveCount(0);
  expect(await machine.there(['tmux', '-L', face.hub.socket, 'list-sessions', '-F', '#{session_name}'])).toContain(
    'fix',
  );
  expect(face.complaints).toEqual([]);
});
