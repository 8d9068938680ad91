/** Reading a JSON body, never more of it than the route takes. */
import type { IncomingMessage } from 'node:http';
import { Fault } from '../../shared/fault.ts';

/** The body as an object, {} when there is none. Fault too-large or invalid. */
export async function readJson(incoming: IncomingMessage, limit: number): Promise<Record<string, unknown>> {
  const text = await readText(incoming, limit);
  if (text.trim() === '') return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/,? ?"?[\s\S]*?"? is not valid JSON$/, '') : '';
    throw new Fault('invalid', `the body is not JSON${why ? `: ${why.slice(0, 200)}` : ''}`);
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new Fault('invalid', 'the body must be a JSON object');
  }
  return json as Record<string, unknown>;
}

const tooLarge = (limit: number) =>
  new Fault('too-large', `the body is too large: this route takes at most ${(limit / 1024 / 1024).toFixed(0)} MB`, {
    limit,
  });

function readText(incoming: IncomingMessage, limit: number): Promise<string> {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (fault: Fault | null) => {
      incoming.off('data', take);
      incoming.off('end', end);
      incoming.off('error', broken);
      incoming.off('close', broken);
      if (fault) reject(fault);
      else resolve(decode(Buffer.concat(chunks), reject));
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) finish(tooLarge(limit));
      else chunks.push(chunk);
    };
    const end = () => finish(null);
    const broken = () => finish(new Fault('invalid', 'the connection ended before the body was whole'));
    incoming.on('data', take);
    incoming.on('end', end);
    incoming.on('error', broken);
    incoming.on('close', broken);
  });
}

function decode(bytes: Buffer, reject: (fault: Fault) => void): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    reject(new Fault('invalid', 'the body is not UTF-8'));
    return '';
  }
}
