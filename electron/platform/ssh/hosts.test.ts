import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolveTarget } from './config.ts';
import { aliasesIn, hostsOf, routeTo } from './hosts.ts';

let home: string;
const place = () => ({ home, env: { USER: 'ann' } });
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'qd-hosts-'));
  await mkdir(join(home, '.ssh', 'more'), { recursive: true });
});
afterAll(() => rm(home, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFile(join(home, '.ssh', name), text);

it('reads names, not patterns', () => {
  const text =
    'Host a b # c\nhost=d\n  HOST "e f" g*\nHost !x *.lan ?y\nHostName no\n# Host no\nMatch host no\nHost a\r';
  expect(aliasesIn(text)).toEqual(['a', 'b', 'd', 'e f']);
});

it('lists hosts of the file and of those it includes, each as it would be reached', async () => {
  await write(
    'config',
    'Include more/*.conf\nHost gate\n  HostName 10.0.0.1\n  User root\n  Port 2200\nHost *\n  User jo\n',
  );
  await write(
    'more/work.conf',
    [
      'Host deep\n  ProxyJump gate2,me@gate3:24',
      'Host gate2\n  ProxyJump gate',
      'Host odd\n  ProxyCommand nc %h %p',
      'Host broken\n  Port none',
      'Host -oProxyCommand=x\n',
    ].join('\n'),
  );
  const hosts = await hostsOf(place());
  expect(hosts.map(({ alias }) => alias)).toEqual(['deep', 'gate2', 'odd', 'broken', '-oProxyCommand=x', 'gate']);
  const of = (alias: string) => hosts.find((each) => each.alias === alias);
  expect(of('gate')).toEqual({ alias: 'gate', host: '10.0.0.1', user: 'root', port: 2200, via: [], problem: null });
  expect(of('deep')).toMatchObject({ user: 'jo', port: 22, via: ['gate', 'gate2', 'gate3'], problem: null });
  expect(of('odd')?.via).toEqual(['ProxyCommand']);
  expect(of('broken')?.problem).toMatch(/no port/);
  expect(of('-oProxyCommand=x')?.problem).toMatch(/no name of a host/);
  // What a person gave goes before the configuration.
  expect(await routeTo({ host: 'deep', jump: 'gate' }, place())).toEqual(['gate']);
  await expect(routeTo({ host: 'gate', jump: 'a b' }, place())).rejects.toMatchObject({ code: 'invalid' });
});

it('reads includes, the order of ways and names as ssh does', async () => {
  const target = (host: string) => resolveTarget({ host }, place());
  await mkdir(join(home, '.ssh', 'teams', 'one'), { recursive: true });
  await mkdir(join(home, '.ssh', 'teams', '.old'), { recursive: true });
  await write('teams/one/a.conf', 'Host in-a\r\n\tHostName 10.0.0.1\r\n\tPort 2201\r\n');
  await write('teams/one/b.conf', 'User of-b\n');
  await write('teams/.old/a.conf', 'Host *\n  Port 1\n');
  await write(
    'config',
    [
      'Include teams/*/[ab].conf',
      'Host first\n  ProxyCommand nc %h %p\n  ProxyJump gate',
      'Host second\n  ProxyJump gate\n  ProxyCommand nc %h %p',
      'Host gone\n  ProxyJump none\n  ProxyCommand nc %h %p',
      'Match host 10.0.0.1\r\n  IdentityFile ~/%h_%p_%r',
    ].join('\n'),
  );
  // What an included file says of all is not said of the last host of the one before it.
  expect(await target('in-a')).toMatchObject({
    host: '10.0.0.1',
    port: 2201,
    user: 'of-b',
    identities: [join(home, '10.0.0.1_2201_of-b')],
  });
  expect(await target('Other')).toMatchObject({ host: 'other', port: 22, user: 'of-b' });
  expect(await target('first')).toMatchObject({ jumps: [], proxyCommand: 'nc first 22' });
  expect(await target('second')).toMatchObject({ jumps: [{ host: 'gate' }], proxyCommand: null });
  expect(await target('gone')).toMatchObject({ jumps: [], proxyCommand: null });
});

it('says nothing where there is no configuration; ends where hosts lead in a circle', async () => {
  await write('config', 'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n');
  const [a] = await hostsOf(place());
  expect(a?.via.length).toBeLessThan(12);
  await rm(join(home, '.ssh', 'config'));
  expect(await hostsOf(place())).toEqual([]);
});
