import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jumpOf, resolveTarget } from './config.ts';
import { fingerprint, hostName, judge, keyType, typesOf } from './known-hosts.ts';

const key = (type: string, fill: number): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  return Buffer.concat([head, Buffer.from(type), Buffer.alloc(36, fill)]);
};
const mine = key('ssh-ed25519', 1);
const other = key('ssh-rsa', 2);
const base = (bytes: Buffer): string => bytes.toString('base64');
const hashed = (name: string): string => {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

it('judges keys by the files that ssh uses', () => {
  const look = (text: string, name = 'host') => judge(text, name, mine, 'f');
  expect(look('')).toEqual({ kind: 'unknown' });
  expect(look(`host ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'known' });
  expect(look(`# x\n\nother,ho?t ssh-ed25519 ${base(mine)} comment\n`)).toEqual({ kind: 'known' });
  expect(look(`${hashed('host')} ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'known' });
  expect(look(`${hashed('host2')} ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'unknown' });
  expect(look(`host,!host ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'unknown' });
  expect(look(`\nhost ssh-rsa ${base(other)}`)).toEqual({ kind: 'changed', file: 'f', line: 2, type: 'ssh-rsa' });
  expect(look(`host ssh-rsa ${base(other)}\nhost ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'known' });
  expect(look(`@revoked * ssh-ed25519 ${base(mine)}\nhost ssh-ed25519 ${base(mine)}`)).toMatchObject({
    kind: 'revoked',
  });
  expect(look(`@cert-authority * ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'unknown' });
  expect(look(`[host]:2222 ssh-ed25519 ${base(mine)}`)).toEqual({ kind: 'unknown' });
  expect(look(`[host]:2222 ssh-ed25519 ${base(mine)}`, hostName('Host', 2222))).toEqual({ kind: 'known' });
  expect(look('host ssh-ed25519\ngarbage\n\u0000')).toEqual({ kind: 'unknown' });
  expect(typesOf(`host ssh-rsa x\nelse ssh-ed25519 y\n@revoked host a b`, 'host')).toEqual(['ssh-rsa']);
  expect(keyType(mine)).toBe('ssh-ed25519');
  expect(keyType(Buffer.from('xx'))).toBe('unknown');
  expect(fingerprint(mine)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'qd-config-'));
  await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true });
  await writeFile(join(home, '.ssh', 'conf.d', 'b.conf'), 'Host inner\n  HostName 10.0.0.9\n');
  await writeFile(
    join(home, '.ssh', 'config'),
    [
      'Include conf.d/*.conf',
      'Host build',
      '  HostName build.example.com',
      '  Port 2022',
      '  User bot',
      '  IdentityFile ~/.ssh/%h_key',
      '  IdentitiesOnly yes',
      '  IdentityAgent $MY_AGENT',
      '  ProxyJump a@one:1,two',
      '  HostKeyAlias alias',
      'Host cmd',
      '  ProxyCommand nc %h %p # %r %%',
      '  StrictHostKeyChecking accept-new',
      'Match exec "touch /tmp/qd-never"',
      '  User evil',
      'Host *',
      '  User fallback',
      '  UserKnownHostsFile ~/.ssh/kh1 ~/.ssh/kh2',
    ].join('\n'),
  );
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('reads the configuration as ssh does, and starts nothing', async () => {
  const place = { home, env: { MY_AGENT: '/run/agent', USER: 'me' } };
  expect(await resolveTarget({ host: 'build' }, place)).toEqual({
    alias: 'build',
    host: 'build.example.com',
    port: 2022,
    user: 'bot',
    identities: [join(home, '.ssh/build.example.com_key')],
    identitiesNamed: true,
    identitiesOnly: true,
    agent: '/run/agent',
    jumps: [
      { host: 'one', user: 'a', port: 1 },
      { host: 'two', user: undefined, port: undefined },
    ],
    proxyCommand: null,
    knownHosts: [join(home, '.ssh/kh1'), join(home, '.ssh/kh2')],
    keyAlias: 'alias',
    acceptNew: false,
  });
  const cmd = await resolveTarget({ host: 'cmd', user: 'x', port: 7 }, place);
  expect(cmd).toMatchObject({ user: 'x', port: 7, acceptNew: true, agent: null });
  expect(cmd.proxyCommand).toMatch(/^nc cmd 7/);
  expect(await resolveTarget({ host: 'inner' }, place)).toMatchObject({ host: '10.0.0.9', user: 'fallback' });
  expect((await resolveTarget({ host: 'plain', jump: 'none' }, place)).identities[0]).toBe(
    join(home, '.ssh/id_ed25519'),
  );
  const bare = await resolveTarget({ host: 'x' }, { home: join(home, 'none'), env: { USER: 'me' } });
  expect(bare).toMatchObject({ host: 'x', port: 22, user: 'me' });
});

it('refuses names that could be options', async () => {
  const place = { home, env: { USER: 'me' } };
  for (const host of ['-x', '', 'a b', 'a;b', "a'b"])
    await expect(resolveTarget({ host }, place), host).rejects.toMatchObject({ code: 'invalid' });
  for (const user of ['-x', 'a b', '$(id)'])
    await expect(resolveTarget({ host: 'h', user }, place), user).rejects.toMatchObject({ code: 'invalid' });
  expect(() => jumpOf('-oProxyCommand=x')).toThrow(/no jump host/);
  expect(jumpOf('ssh://u@[::1]:22')).toEqual({ host: '[::1]', user: 'u', port: 22 });
});
