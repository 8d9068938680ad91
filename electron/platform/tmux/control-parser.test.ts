import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spentMs } from '../../../shared/testing.ts';
import { type ControlEvent, createControlParser } from './control-parser.ts';

function parse(chunks: readonly Uint8Array[]): ControlEvent[] {
  const events: ControlEvent[] = [];
  const parser = createControlParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}
const parseText = (...lines: string[]) => parse([Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')]);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** As tmux writes what a pane printed: below 0x20 and the backslash in octal, all else raw. */
function escaped(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  for (const byte of bytes) {
    if (byte < 0x20 || byte === 0x5c) out.push(...Buffer.from(`\\${byte.toString(8).padStart(3, '0')}`));
    else out.push(byte);
  }
  return Buffer.from(out);
}

describe('control stream', () => {
  test('output in both forms is given back as bytes', () => {
    expect(parseText('%output %3 a\\033[1m\\134\\015\\012b', '%extended-output %12 40 x y : c : d\\011')).toEqual([
      { kind: 'output', pane: '%3', bytes: new Uint8Array(Buffer.from('a\x1b[1m\\\r\nb')) },
      { kind: 'output', pane: '%12', bytes: new Uint8Array(Buffer.from('c : d\t')) },
    ]);
  });

  test('lines of one pane are one piece, others and answers between them part it', () => {
    const events = parseText(
      '%output %1 a\\015\\012',
      '%output %1 b',
      '%output %11 c',
      '%extended-output %1 3 : d',
      '%begin 1 2 1',
      '%end 1 2 1',
      '%output %1 ',
      '%output %1 e\\134',
      '%output %1 \\1f',
    );
    expect(events.map((each) => (each.kind === 'output' ? [each.pane, text(each.bytes)] : each.kind))).toEqual([
      ['%1', 'a\r\nb'],
      ['%11', 'c'],
      ['%1', 'd'],
      'reply',
      ['%1', 'e\\\\1f'],
    ]);
  });

  test('a block ends at its own number only, whatever its lines look like', () => {
    const events = parseText(
      '%begin 100 7 1',
      '%end 100 8 1',
      '%output %1 not output',
      '%begin 100 7 1',
      '',
      '%end 100 7 10',
      '%end 100 7 1',
      '%begin 100 8 0',
      'no such thing',
      '%error 100 8 0',
    );
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ kind: 'reply', number: 7, own: true, ok: true });
    expect(events[0]?.kind === 'reply' && text(events[0].body)).toBe(
      '%end 100 8 1\n%output %1 not output\n%begin 100 7 1\n\n%end 100 7 10',
    );
    expect(events[1]).toMatchObject({ kind: 'reply', number: 8, own: false, ok: false });
  });

  test('an empty block and a block of blank lines differ', () => {
    const [none, one, three] = parseText(
      ...['%begin 1 1 1', '%end 1 1 1'],
      ...['%begin 1 2 1', '', '%end 1 2 1'],
      ...['%begin 1 3 1', '', '', '', '%end 1 3 1'],
    );
    expect(none?.kind === 'reply' && text(none.body)).toBe('');
    expect(one?.kind === 'reply' && text(one.body)).toBe('');
    expect(three?.kind === 'reply' && text(three.body)).toBe('\n\n');
  });

  test('notifications, the unknown ones left out', () => {
    expect(
      parseText(
        '%pause %1',
        '%continue %1',
        '%sessions-changed',
        '%session-changed $1 a b',
        '%session-renamed $2 new name',
        '%session-window-changed $1 @2',
        '%window-add @1',
        '%unlinked-window-add @2',
        '%window-close @1',
        '%unlinked-window-close @2',
        '%window-renamed @3 we ird',
        '%unlinked-window-renamed @4 x',
        '%window-pane-changed @1 %2',
        '%pane-mode-changed %9',
        '%layout-change @1 b25f,120x40,0,0,2 b25f,120x40,0,0,2 *',
        '%layout-change @1 broken',
        '%subscription-changed qd $1 @2 3 %4 : va : lue',
        '%config-error /x:1: bad',
        '%client-detached /dev/pts/1',
        '%some-news-of-the-future @1 %2',
        'not a notification',
        '%exit server exited',
      ).map((event) => Object.values(event).join(' ')),
    ).toEqual([
      'pause %1',
      'continue %1',
      'sessions-changed',
      'session-changed $1 a b',
      'session-renamed $2 new name',
      'session-window-changed $1 @2',
      'window-add @1 true',
      'window-add @2 false',
      'window-close @1 true',
      'window-close @2 false',
      'window-renamed @3 we ird true',
      'window-renamed @4 x false',
      'window-pane-changed @1 %2',
      'pane-mode-changed %9',
      'layout-change @1 120 40',
      'subscription-changed qd %4 va : lue',
      'config-error /x:1: bad',
      'exit server exited',
    ]);
  });

  test('any bytes survive, cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 300 })), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 }),
        (items, cuts) => {
          const stream = Buffer.concat(
            items.flatMap(([block, bytes], i): Uint8Array[] =>
              block
                ? [
                    Buffer.from(`%begin 5 ${i} 1\n`),
                    Buffer.from(bytes).map((byte) => (byte === 10 ? 11 : byte)),
                    Buffer.from(`\n%end 5 ${i} 1\n`),
                  ]
                : [Buffer.from(`%extended-output %${i} 0 : `), escaped(bytes), Buffer.from('\n')],
            ),
          );
          const chunks: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1);
            chunks.push(new Uint8Array(stream.subarray(at, end)));
            at = end;
          }
          const whole = parse([stream]);
          expect(parse(chunks)).toEqual(whole);
          expect(whole.map((event) => (event.kind === 'output' ? [...event.bytes] : 'reply'))).toEqual(
            items
              .filter(([block, bytes]) => block || bytes.length > 0)
              .map(([block, bytes]) => (block ? 'reply' : [...bytes])),
          );
        },
      ),
    );
  });

  test('nonsense never throws, and a whole line afterwards is still understood', () => {
    const words = [
      '%',
      'output ',
      'extended-output ',
      'begin ',
      'end ',
      '\n',
      '%1 ',
      '\\03',
      '\\777',
      ' : ',
      'layout-change ',
      '1 2 3',
      '@1 ',
    ];
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...words).map((word) => Buffer.from(word)),
            fc.uint8Array({ maxLength: 9 }),
          ),
          {
            maxLength: 60,
          },
        ),
        (pieces) => {
          const events: ControlEvent[] = [];
          const parser = createControlParser((event) => events.push(event));
          for (const piece of pieces) parser.push(new Uint8Array(piece));
          parser.push(Buffer.from('\n%sessions-changed\n'));
          const open = Buffer.concat(pieces.map((piece) => Buffer.from(piece)))
            .toString('latin1')
            .includes('%begin ');
          if (!open) expect(events.at(-1)).toEqual({ kind: 'sessions-changed' });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the bytes belong to the listener: nothing later changes them', () => {
    const events: ControlEvent[] = [];
    const parser = createControlParser((event) => events.push(event));
    const chunk = Buffer.from('%output %1 first\n%output %2 second\n');
    parser.push(chunk);
    chunk.fill(0);
    parser.push(Buffer.from('%output %1 th'));
    parser.push(Buffer.from('ird\n%output %1 fourth\n'));
    expect(events.map((each) => (each.kind === 'output' ? text(each.bytes) : ''))).toEqual([
      'first',
      'second',
      'thirdfourth',
    ]);
  });

  test('a line of megabytes in small pieces takes time by its length, not by its square', () => {
    const body = Buffer.alloc(8_000_000, 'x');
    const line = Buffer.concat([Buffer.from('%output %1 '), body, Buffer.from('\n')]);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < line.length; at += 1000) chunks.push(line.subarray(at, at + 1000));
    const started = spentMs();
    const [event] = parse(chunks);
    expect(event?.kind === 'output' && event.bytes.length).toBe(body.length);
    expect(spentMs() - started).toBeLessThan(2_000);
  });
});
