import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { swallowQueries } from './replies.ts';

const QUERIES = [
  '\x1b[c',
  '\x1b[0c',
  '\x1b[>c',
  '\x1b[>0c',
  '\x1b[=c',
  '\x1b[5n',
  '\x1b[6n',
  '\x1b[?6n',
  '\x1b[?996n',
  '\x1b[4$p',
  '\x1b[?2004$p',
  '\x1b[?2026$p',
  '\x1b[>q',
  '\x1b[?u',
  '\x1b[14t',
  '\x1b[18t',
  '\x1b[21t',
  '\x1bP$qm\x1b\\',
  '\x1bP$q"p\x1b\\',
  '\x1bP+q544e\x1b\\',
  '\x1b]4;1;?\x07',
  '\x1b]10;?\x1b\\',
  '\x1b]11;?\x07',
  '\x1b]12;?\x07',
  '\x1b]10;?;?;?\x07',
];

async function replies(swallow: boolean, text: string): Promise<string> {
  const term = new headless.Terminal({ allowProposedApi: true, windowOptions: { getWinSizeChars: true } });
  if (swallow) swallowQueries(term.parser);
  let said = '';
  term.onData((data) => {
    said += data;
  });
  await new Promise<void>((done) => term.write(text, done));
  return said;
}

describe('a viewer never answers', () => {
  it.each(QUERIES)('%j', async (query) => expect(await replies(true, query)).toBe(''));

  it('the test can fail: without it xterm answers', async () => {
    expect(await replies(false, '\x1b[c')).toBe('\x1b[?1;2c');
    expect(await replies(false, '\x1b[6n')).toBe('\x1b[1;1R');
    expect(await replies(false, '\x1b[18t')).toBe('\x1b[8;24;80t');
  });

  it('answers nothing when a query arrives in pieces', async () => {
    const term = new headless.Terminal({ allowProposedApi: true });
    swallowQueries(term.parser);
    let said = '';
    term.onData((data) => {
      said += data;
    });
    for (const piece of '\x1b[?2026$p\x1b[6n') await new Promise<void>((done) => term.write(piece, done));
    expect(said).toBe('');
  });
});
