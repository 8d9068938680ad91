import { expect, it } from 'vitest';
import {
  attachThere,
  callbackPort,
  healthFrom,
  hostFrom,
  isMoved,
  nodeOf,
  onePerPort,
  portsFromLsof,
  portsFromProc,
  portsFromSs,
  programsFromPs,
  reachAt,
} from './rules.ts';

it('reads hosts as people write them', () => {
  const of = (host: string, user: string | null = null, port: number | null = null) => ({ host, user, port });
  expect(hostFrom('build1')).toEqual(of('build1'));
  expect(hostFrom(' me@build1.example:2222 ')).toEqual(of('build1.example', 'me', 2222));
  expect(hostFrom('ssh://me@build1/')).toEqual(of('build1', 'me'));
  expect(hostFrom('a@b@host')).toEqual(of('host', 'a@b'));
  expect(hostFrom('fe80::1')).toEqual(of('fe80::1'));
  expect(hostFrom('me@[fe80::1%eth0]:22')).toEqual(of('fe80::1%eth0', 'me', 22));
  for (const bad of [
    '',
    ' ',
    '@host',
    'me@',
    '-oProxyCommand=x',
    '-l@host',
    'host:0',
    'host:99999',
    'a b',
    'h/x',
    '[::1',
  ])
    expect(hostFrom(bad), bad).toBe(null);
});

it('programs are named as they were started, whatever stands behind it', () => {
  const text =
    '    1 /sbin/init splash\n  812 node /srv/app/server.js --port 80\n 9001 next-server (v15)\n77 /opt/x/bin/deno\n\n';
  expect([...programsFromPs(text)]).toEqual([
    [1, 'init'],
    [812, 'node'],
    [9001, 'next-server'],
    [77, 'deno'],
  ]);
  expect(programsFromPs('').size).toBe(0);
});

it('reads open ports from what the system has', () => {
  const ss = [
    'LISTEN 0      511          127.0.0.1:5173       0.0.0.0:*    users:(("node",pid=42,fd=21))',
    'LISTEN 0      128               [::]:22            [::]:*    users:(("sshd \\"x\\"",pid=7,fd=3))',
    'LISTEN 0      4096        127.0.0.53%lo:53       0.0.0.0:*',
    'nonsense',
  ].join('\n');
  expect(portsFromSs(ss)).toEqual([
    { port: 5173, address: '127.0.0.1', pid: 42, command: 'node' },
    { port: 22, address: '::', pid: 7, command: 'sshd \\"x\\"' },
    { port: 53, address: '127.0.0.53', pid: null, command: '' },
  ]);
  expect(portsFromLsof('p42\ncnode\nf21\nn127.0.0.1:5173\nn*:80\np7\ncx\nn[::1]:9')).toEqual([
    { port: 5173, address: '127.0.0.1', pid: 42, command: 'node' },
    { port: 80, address: '*', pid: 42, command: 'node' },
    { port: 9, address: '::1', pid: 7, command: 'x' },
  ]);
  const proc = [
    '  sl  local_address rem_address   st',
    '   0: 0100007F:1435 00000000:0000 0A 00000000:00000000',
    '   1: 00000000:0016 00000000:0000 0A',
    '   2: 0100007F:1435 0100007F:0016 01',
  ].join('\n');
  expect(portsFromProc(proc).map(({ port, address }) => [port, address])).toEqual([
    [5173, '127.0.0.1'],
    [22, '*'],
  ]);
  const both = onePerPort([...portsFromProc(proc), ...portsFromSs(ss)]);
  expect(both.map(({ port, pid }) => [port, pid])).toEqual([
    [22, 7],
    [53, null],
    [5173, 42],
  ]);
  expect(['*', '0.0.0.0', '', '::', '::1', '10.0.0.1'].map(reachAt)).toEqual([
    '127.0.0.1',
    '127.0.0.1',
    '127.0.0.1',
    '::1',
    '::1',
    '10.0.0.1',
  ]);
});

it('finds the port that a log-in page leads back to, and no other', () => {
  const page = (back: string) => `https://login.example/a?x=1&redirect_uri=${encodeURIComponent(back)}`;
  expect(callbackPort(page('http://localhost:54545/callback'))).toBe(54545);
  expect(callbackPort(page('http://127.0.0.1:1455/auth'))).toBe(1455);
  expect(callbackPort(page('http://[::1]:8080/'))).toBe(8080);
  expect(callbackPort('http://localhost:8085/?code=x')).toBe(8085);
  expect(callbackPort('http://localhost/x')).toBe(80);
  for (const none of [
    page('https://evil.example:22/'),
    page('file:///x'),
    'https://login.example/',
    'x',
    '',
    page('http://localhost.evil.example:22/'),
  ])
    expect(callbackPort(none), none).toBe(null);
});

it('reads health, and leaves out what makes no sense', () => {
  expect(
    healthFrom(
      'now=1700000000000\nsystem=Linux 6.1 x86_64\ncpus=8\nload=0.42\nmemTotal=1000\nmemFree=400\ndiskTotal=10\ndiskFree=0\n',
    ),
  ).toEqual({
    system: 'Linux 6.1 x86_64',
    now: 1700000000000,
    cpus: 8,
    load: 0.42,
    memory: { total: 1024000, free: 409600 },
    disk: { total: 10240, free: 0 },
  });
  expect(healthFrom('now=x\ncpus=\nload=$(id)\nmemTotal=1\nsystem=a\u001b[31m')).toEqual({
    system: 'a [31m',
    now: null,
    cpus: null,
    load: null,
    memory: null,
    disk: null,
  });
});

it('knows which node a host of the configuration is already', () => {
  const host = { alias: 'build', host: '10.0.0.7', user: 'jo', port: 2200 };
  const row = { id: 'n', host: 'build', user: null, port: null, identity: null, jump: null };
  const same = (change: Partial<typeof row> | { user: string } | { port: number }) =>
    nodeOf(host, [{ ...row, ...change }]);
  expect(same({})).toBe('n');
  expect(same({ user: 'jo' })).toBe('n');
  expect(same({ port: 2200 })).toBe('n');
  expect(same({ user: 'ann' })).toBe(null);
  expect(same({ port: 22 })).toBe(null);
  // By its address nothing of what the configuration says of the name holds.
  expect(same({ host: '10.0.0.7' })).toBe(null);
  expect(nodeOf(host, [{ ...row, host: '10.0.0.7', user: 'jo', port: 2200 }])).toBe('n');
  expect(nodeOf(host, [])).toBe(null);
});

it('tells what is typed to get there, and when that is another', () => {
  const way = { host: 'build', user: null, port: null, identity: null, jump: null };
  expect(attachThere(way)).toEqual(['ssh', '-t', 'build']);
  const all = { host: 'build', user: 'jo', port: 2200, identity: '~/.ssh/k', jump: 'gate' };
  expect(attachThere(all)).toEqual(['ssh', '-t', '-p', '2200', '-i', '~/.ssh/k', '-J', 'gate', 'jo@build']);
  expect(isMoved(way, { ...way })).toBe(false);
  expect(isMoved(way, all)).toBe(true);
});
