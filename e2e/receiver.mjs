#!/usr/bin/env node
/**
 * A raw-mode program for tests: asks for bracketed paste (unless `--plain`), writes every byte that it is sent to a file as
 * hexadecimal, a line an event, and shows what it got. Prints READY when it listens.
 */
import { appendFileSync } from 'node:fs';

const [file, ...flags] = process.argv.slice(2);
if (!file) throw new Error('usage: receiver.mjs FILE [--plain]');
process.stdin.setRawMode?.(true);
if (!flags.includes('--plain')) process.stdout.write('\x1b[?2004h');
process.stdin.on('data', (chunk) => {
  appendFileSync(file, `${chunk.toString('hex')}\n`);
  process.stdout.write(
    chunk
      .toString('utf8')
      .replace(/[\x00-\x09\x0b-\x1f\x7f]/g, '.')
      .replace(/\n/g, '\r\n'),
  );
  if (chunk.includes(13)) process.stdout.write('\r\n');
});
process.stdout.write('READY\r\n');
