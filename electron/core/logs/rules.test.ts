import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, redact, redactData, secretsOf } from './rules.ts';

const SECRET = 'Zq9xV7kLw3TbN5mR';

describe('redact', () => {
  it.each([
    ['qd token', `using qd_t1abc_${SECRET}`],
    ['bearer', `Authorization: Bearer ${SECRET}`],
    ['bearer in a sentence', `sent bearer ${SECRET} to it`],
    ['basic', `{"authorization":"Basic ${SECRET}=="}`],
    ['cookie', `cookie: a=b; qd_session=${SECRET}; c=d`],
    ['set-cookie', `set-cookie: qd_session=${SECRET}; HttpOnly`],
    ['userinfo', `https://me:${SECRET}@host/path`],
    ['userinfo with @', `postgres://me:p@ss@${SECRET}@host/db`],
    ['userinfo with /', `postgres://me:pa/12/${SECRET}@host/db`],
    ['userinfo, token only', `https://${SECRET}@github.com/x.git`],
    ['userinfo with a number before the slash', `redis://u:12/${SECRET}@host`],
    ['userinfo with quotes', `https://u:a"b'${SECRET}@host`],
    ['query', `GET /x?access_token=${SECRET}&y=1`],
    ['fragment', `http://127.0.0.1:4097/#setup=${SECRET}`],
    ['code in a query', `/callback?code=${SECRET}`],
    ['variable', `export OPENAI_API_KEY=${SECRET}`],
    ['quoted variable', `MY_PASSWORD="a b ${SECRET} c"`],
    ['single-quoted', `secret: 'a b ${SECRET}'`],
    ['JSON', `{"client_secret": "a b \\" ${SECRET}"}`],
    ['JSON in JSON', `"{\\"token\\":\\"a b ${SECRET}\\"}"`],
    ['pair in a pair', `url=https://h/?x=1&api_key=${SECRET}`],
    ['many pairs', `a=b=c:token=${SECRET}`],
    ['private key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----`],
    ['private key cut off', `-----BEGIN RSA PRIVATE KEY-----\nabc\n${SECRET}`],
    ['Anthropic', `sk-ant-api03-${SECRET}`],
    ['GitHub', `ghp_${SECRET}`],
    ['JWT', `eyJhbGciOiJI.${SECRET}.${SECRET}`],
  ])('%s', (_what, text) => {
    const clean = redact(text);
    expect(clean).not.toContain(SECRET);
    expect(clean).not.toContain(SECRET.slice(4));
    expect(clean).toContain('[redacted]');
  });

  it.each([
    'listening on http://127.0.0.1:4097/path?x=1',
    'https://registry.npmjs.org/@scope/name is there',
    'exit code: 1, key: Enter, state: idle',
    'session s_abc started in /home/me/work (pid 123)',
    'mail me@example.org',
    'tokenId=t_1 tokensUsed=55',
  ])('leaves %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps what helps: the id of a token, the host of a URL', () => {
    expect(redact('qd_t1abc_SeCrEt-_x')).toBe('qd_t1abc_[redacted]');
    expect(redact('https://u:p@host:80/x')).toBe('https://[redacted]@host:80/x');
  });

  it('takes out values of secret variables wherever they stand', () => {
    const known = secretsOf({
      MY_API_KEY: 'abcdefghij',
      PATH: '/usr/bin/long',
      LONG_TOKEN: 'abcdefghijkl',
      SHORT_TOKEN: 'abc',
    });
    expect(known).toEqual(['abcdefghijkl', 'abcdefghij']);
    expect(redact('say abcdefghijkl and abcdefghij', known)).toBe('say [redacted] and [redacted]');
  });

  it('shows control characters, so that a log never drives a terminal', () => {
    expect(redact('a\x1b]52;c;x\x07b\tc\nd\u202e\x9b')).toBe('a\\x1b]52;c;x\\x07b\tc\nd\\u202e\\x9b');
  });

  it('never lets a secret through, whatever stands around it', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/).map((s) => `S3${s}`);
    const noise = fc.string({ maxLength: 30, unit: 'binary' }).filter((s) => !/[\r\n]/.test(s));
    const wrap = fc.constantFrom<(s: string, t: string) => string>(
      (s) => ` qd_abc_${s}`,
      (s) => ` Bearer ${s}`,
      (s, t) => ` https://u${t.replace(/[\s@]/g, '')}:${s}@host/`,
      (s, t) => ` https://u:${t.replace(/\s/g, '')}@${s}@host/`,
      (s) => ` password=${s}`,
      (s) => ` "apiKey": "${s}"`,
      (s, t) => `\ncookie: ${t}; x=${s}`,
      (s) => ` sk-${s}`,
    );
    fc.assert(
      fc.property(noise, word, wrap, noise, (before, secret, shape, after) => {
        expect(redact(`${before}${shape(secret, after)} ${after}`)).not.toContain(secret);
      }),
      { numRuns: 3000 },
    );
  });

  it('is quick and short with hostile lines', () => {
    const hostile = [
      'a',
      'a=',
      'token',
      'https://',
      '@',
      '"',
      "'",
      '\\"',
      ' ',
      '-----BEGIN PRIVATE KEY-----',
      'eyJ.',
      'x:',
    ];
    const started = performance.now();
    for (const part of hostile) expect(redact(part.repeat(1_000_000 / part.length)).length).toBeLessThan(9000);
    // Quadratic patterns would need minutes here.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('redactData', () => {
  it('hides by name, by shape and at any depth, and survives anything', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    const data = {
      token: SECRET,
      nested: { apiKey: { deep: SECRET }, list: [`Bearer ${SECRET}`, { password: [SECRET] }] },
      tokens: 12,
      tokenId: 't_1',
      error: new Error(`password=${SECRET}`, { cause: new Error(`Bearer ${SECRET}`) }),
      map: new Map([['a', `qd_x_${SECRET}`]]),
      when: new Date(0),
      big: 10n,
      nan: Number.NaN,
      bytes: new Uint8Array(3),
      run: () => 1,
      loop,
      many: Array.from({ length: 1000 }, (_, i) => i),
    };
    const clean = redactData(data) as Record<string, unknown>;
    const text = JSON.stringify(clean);
    expect(text).not.toContain(SECRET);
    expect(clean).toMatchObject({
      tokens: 12,
      tokenId: 't_1',
      when: '1970-01-01T00:00:00.000Z',
      big: '10',
      nan: 'NaN',
    });
    expect(text.length).toBeLessThan(8000);
    const trap = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('trap');
      },
    });
    expect(redactData({ trap })).toBe('[unreadable]');
  });

  it('knows which names hold secrets', () => {
    for (const name of ['TOKEN', 'openaiApiKey', 'db_password', 'Set-Cookie', 'setupCode', 'AWS_SECRET_ACCESS_KEY']) {
      expect(isSecretName(name)).toBe(true);
    }
    for (const name of ['name', 'tokenId', 'key', 'author', 'code', 'path']) expect(isSecretName(name)).toBe(false);
  });
});
