/** Every HTTP route that the gateway has: those of the contract and the few beside it. Tests go through this table. */
import { z } from 'zod';
import { entries } from '../../shared/contract/contract.ts';
import type { CallDef, HttpForm, Limited, Scope } from '../../shared/contract/define.ts';
import { TEXT_FRAME_MAX } from '../../shared/wire/frames.ts';

/** `token`: any good token, whatever its scopes; what is done with the connection is authorised entry by entry. */
export interface OwnRoute {
  readonly method: 'GET' | 'UPGRADE';
  readonly path: string;
  readonly scope: Scope | 'token';
  readonly limited: Limited;
  readonly summary: string;
}
export const OWN_ROUTES = {
  page: { method: 'GET', path: '/api', scope: 'token', limited: 'filtered', summary: 'This page' },
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    scope: 'token',
    limited: 'filtered',
    summary: 'This interface as an OpenAPI 3.1 document',
  },
  events: {
    method: 'GET',
    path: '/api/events',
    scope: 'read',
    limited: 'filtered',
    summary: 'What happens, live, as server-sent events; `Last-Event-ID` resumes',
  },
  wire: { method: 'UPGRADE', path: '/wire', scope: 'token', limited: 'filtered', summary: 'WebSocket: frames' },
  terminal: {
    method: 'UPGRADE',
    path: '/ws/sessions/:name',
    scope: 'read',
    limited: 'session',
    summary: 'WebSocket: the raw bytes of a terminal',
  },
} as const satisfies Record<string, OwnRoute>;

type Json = Record<string, unknown>;

/** JSON Schema without the dialect's address, which OpenAPI states once. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

export interface CallRoute {
  readonly name: string;
  readonly def: CallDef;
  readonly http: HttpForm;
  /** Names of the `:segments`. */
  readonly segments: readonly string[];
  /** GET and DELETE take the rest of the input from the query, the others from a JSON body. */
  readonly query: boolean;
  readonly properties: Readonly<Record<string, Json>>;
  readonly required: ReadonlySet<string>;
  /** Largest body in bytes. */
  readonly bodyLimit: number;
}

const BODY_LIMIT = 2 * 1024 * 1024;
const TEXT_BODY_LIMIT = 8 * 1024 * 1024;
const UPLOAD_BODY_LIMIT = 34 * 1024 * 1024;

/** Room for the longest text that the entry takes: prompts of 1 MiB grow when escaped, base64 does not. */
function bodyLimit(properties: Readonly<Record<string, Json>>): number {
  const longest = Math.max(0, ...Object.values(properties).map(({ maxLength }) => Number(maxLength ?? 0)));
  if (longest > TEXT_BODY_LIMIT) return Math.max(UPLOAD_BODY_LIMIT, TEXT_FRAME_MAX);
  return longest >= 1024 * 1024 ? TEXT_BODY_LIMIT : BODY_LIMIT;
}

/** Fixed paths come before those with segments, so that none is taken for a name. */
export const callRoutes: readonly CallRoute[] = [...entries]
  .flatMap(([name, def]): CallRoute[] => {
    if (def.verb !== 'call' || !def.http) return [];
    // Made when a route is first used: all of them together are a tenth of a cold start.
    let known: Json | undefined;
    const schema = () => {
      known ??= jsonSchema(def.input, 'input');
      return known;
    };
    return [
      {
        name,
        def,
        http: def.http,
        segments: [...def.http.path.matchAll(/:([A-Za-z]+)/g)].map(([, segment]) => segment ?? ''),
        query: def.http.method === 'GET' || def.http.method === 'DELETE',
        get properties() {
          return (schema()['properties'] ?? {}) as Record<string, Json>;
        },
        get required() {
          return new Set((schema()['required'] ?? []) as string[]);
        },
        get bodyLimit() {
          return bodyLimit(this.properties);
        },
      },
    ];
  })
  .sort((a, b) => a.segments.length - b.segments.length);

/** Content types that the route's text may have. */
export const mediaTypes = ({ media }: HttpForm): readonly string[] =>
  media === undefined ? ['text/plain'] : typeof media === 'string' ? [media] : Object.values(media.types);

/** The content type of this answer. */
export function mediaOf({ media }: HttpForm, input: unknown): string {
  if (media === undefined || typeof media === 'string') return media ?? 'text/plain';
  const value = input !== null && typeof input === 'object' ? (input as Json)[media.by] : undefined;
  return media.types[String(value)] ?? 'text/plain';
}

/** A query has only text: booleans, numbers and arrays become what the entry's schema asks for. */
export function readQuery(params: URLSearchParams, { properties }: Pick<CallRoute, 'properties'>): Json {
  const given = [...new Set(params.keys())].map((name): [string, unknown] => {
    const all = params.getAll(name);
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const types = [schema?.['type']].flat();
    if (types.includes('array')) return [name, all];
    const last = all.at(-1) ?? '';
    if (types.includes('string')) return [name, last];
    if (types.includes('boolean') && /^(true|false)$/.test(last)) return [name, last === 'true'];
    if (
      (types.includes('integer') || types.includes('number')) &&
      last.trim() !== '' &&
      Number.isFinite(Number(last))
    ) {
      return [name, Number(last)];
    }
    return [name, last];
  });
  // fromEntries makes own properties even of names such as __proto__.
  return Object.fromEntries(given);
}
