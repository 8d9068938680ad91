import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('says nothing where there is no configuration; ends where hosts lead in a circle', async () => {
  await write('config', 'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n');
  const [a] = await hostsOf(place());
  expect(a?.via.length).toBeLessThan(12);
  await rm(join(home, '.ssh', 'config'));
  expect(await hostsOf(place())).toEqual([]);
});
