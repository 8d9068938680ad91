/** Schemas of the names that several rooms take; `shared/ids.ts` has what they are made of, for those who need no schema. */
import { z } from 'zod';
import { SESSION_NAME } from '../ids.ts';

export const SessionName = z
  .string()
  .regex(SESSION_NAME, 'a name starts with a letter or digit and has at most 64 letters, digits, - and _');

/** Ids minted by a client (prompts): anything printable and short; a repeat is the same prompt. */
export const ClientId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'an id has 1 to 128 printable ASCII characters, no spaces');
