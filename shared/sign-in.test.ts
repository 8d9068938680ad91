import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addresses, readSignIn } from './sign-in.ts';

const LONG =
  'https://claude.com/cai/oauth/authorize?code=true&client_id=9d1c250a&response_type=code&redirect_uri=https%3A%2F%2Fplatform.claude.com%2Foauth%2Fcode%2Fcallback&scope=org%3Acreate_api_key+user%3Aprofile&code_challenge=Pwtot--XZgqYyfV5MpoLDys3whzlfK1gLJYEmZrabhg&state=6-6cOmKNbz0i_TaXHKMZHh952WMOHSufV2LO2NHYUxQ';

/** As programs wrap: an indent, a width, perhaps a box. */
function wrapped(url: string, cols: number, indent: number, box: boolean): string[] {
  const room = cols - indent * (box ? 2 : 1) - (box ? 2 : 0);
  const pieces: string[] = [];
  for (let at = 0; at < url.length; at += room) pieces.push(url.slice(at, at + room));
  const pad = ' '.repeat(indent);
  return pieces.map((piece) => (box ? `│${pad}${piece.padEnd(room)}${pad}│` : pad + piece));
}

describe('an address over several rows', () => {
  it.each([
    [50, 0, false],
    [50, 2, false],
    [80, 3, true],
    [120, 1, false],
    [100, 2, true],
  ])('is put together again (%i columns, %i in, box %s)', (cols, indent, box) => {
    const blank = box ? `│${' '.repeat(cols - 2)}│` : '';
    const rows = [blank, ...wrapped(LONG, cols, indent, box), blank, box ? blank : ' Paste code here if prompted >'];
    expect(addresses(rows, cols)).toEqual([LONG]);
  });

  it('is whatever its length, at any width', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 160 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        fc.integer({ min: 30, max: LONG.length }),
        (cols, indent, box, length) => {
          const url = LONG.slice(0, length).replace(/[).,;:!?'\]]+$/, 'x');
          const blank = box ? `│${' '.repeat(cols - 2)}│` : '';
          const rows = [blank, ...wrapped(url, cols, indent, box), blank];
          expect(addresses(rows, cols)).toEqual([url]);
        },
      ),
    );
  });

  it('takes in nothing of what stands beside and below', () => {
    expect(addresses(['Open https://a.example/login now', 'and wait'], 80)).toEqual(['https://a.example/login']);
    expect(addresses(['  https://a.example/login', '  then'], 80)).toEqual(['https://a.example/login']);
    expect(addresses(['See https://a.example/x.', '(https://b.example/y)'], 80)).toEqual([
      'https://a.example/x',
      'https://b.example/y',
    ]);
  });
});

describe('the screen of a sign-in', () => {
  it('prefers the page to sign in at', () => {
    const rows = [
      'https://geminicli.com/docs/resources/tos-privacy/',
      'https://accounts.example/o/oauth2/auth?client_id=1',
    ];
    expect(readSignIn(rows, 80).link?.host).toBe('accounts.example');
    expect(readSignIn(rows.slice(0, 1), 80).link).toBeNull();
  });
  it('tells where the browser comes back to', () => {
    const back = encodeURIComponent('http://127.0.0.1:1455/auth/callback');
    expect(readSignIn([`https://auth.openai.com/oauth/authorize?redirect_uri=${back}`], 120).link).toMatchObject({
      callbackPort: 1455,
    });
    const elsewhere = encodeURIComponent('http://evil.example:1455/');
    expect(
      readSignIn([`https://auth.openai.com/oauth/authorize?redirect_uri=${elsewhere}`], 120).link?.callbackPort,
    ).toBeNull();
  });
  it('finds the code of a device', () => {
    const rows = ['Enter this one-time code', '', '   ABCD-12345', '', 'at https://auth.openai.com/codex/device'];
    expect(readSignIn(rows, 80)).toMatchObject({ code: 'ABCD-12345', link: { host: 'auth.openai.com' } });
    expect(readSignIn(['no such word: ABCD-1234'], 80).code).toBeNull();
    expect(readSignIn(['the code is in src/FOO-1234-BAR.ts'], 80).code).toBeNull();
  });
  it('never falls over what a program may print', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 120 }), { maxLength: 30 }),
        fc.integer({ min: 2, max: 300 }),
        (rows, cols) => {
          readSignIn(rows, cols);
        },
      ),
    );
  });
});

it('reads the recorded sign-ins of real agents: whole addresses, their own hosts', async () => {
  const hosts: Record<string, RegExp> = {
    claude: /(^|\.)(claude|anthropic)\.(com|ai)$/,
    codex: /(^|\.)openai\.com$/,
    gemini: /(^|\.)google\.com$/,
  };
  let links = 0;
  for (const [agent, host] of Object.entries(hosts)) {
    const folder = join(import.meta.dirname, '..', 'e2e', 'recordings', agent);
    for (const file of (await readdir(folder)).filter((name) => /^login-.*\.json$/.test(name))) {
      const recorded = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
        cols: number;
        screen?: string[];
        lines?: string[];
      };
      const rows =
        Object.values(recorded).find(
          (value): value is string[] => Array.isArray(value) && typeof value[0] === 'string',
        ) ?? [];
      const { link } = readSignIn(rows, recorded.cols);
      if (!link) continue;
      links++;
      expect(link.host, file).toMatch(host);
      const params = new URL(link.url).searchParams;
      if (params.has('client_id')) {
        expect(params.get('state') ?? params.get('code_challenge'), `${file}: ${link.url}`).toBeTruthy();
        if (params.has('code_challenge') && params.get('code_challenge_method') === 'S256')
          expect(params.get('code_challenge')?.length, `${file}: ${link.url}`).toBe(43);
      }
    }
  }
  expect(links).toBeGreaterThanOrEqual(3);
});
