/** The OpenAPI document and the readable page, both derived from the table of routes. */
import type { HttpForm } from '../../shared/contract/define.ts';
import { FAULT_CODES } from '../../shared/fault.ts';
import { type CallRoute, callRoutes, jsonSchema, mediaTypes, OWN_ROUTES, type OwnRoute } from './routes.ts';

const pathOf = (path: string) => path.replace(/:([A-Za-z]+)/g, '{$1}');
const faultAnswer = {
  description: 'What went wrong and what to do about it',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } },
};

function operation({ name, def, http, segments, query, properties, required }: CallRoute) {
  const rest = Object.entries(properties).filter(([key]) => !segments.includes(key));
  const parameters = [
    ...segments.map((key) => ({
      name: key,
      in: 'path',
      required: true,
      schema: properties[key] ?? { type: 'string' },
    })),
    ...(query ? rest.map(([key, schema]) => ({ name: key, in: 'query', required: required.has(key), schema })) : []),
  ];
  const body = jsonSchema(def.input, 'input');
  const needed = [...required].filter((key) => !segments.includes(key));
  const json = { 'application/json': { schema: jsonSchema(def.output, 'output') } };
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: def.summary,
    description: def.scope === 'public' ? 'Needs no token.' : `Needs the scope \`${def.scope}\`.`,
    'x-scope': def.scope,
    'x-limited': def.limited ?? 'never',
    security: def.scope === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(query
      ? {}
      : {
          requestBody: {
            required: needed.length > 0,
            content: {
              'application/json': { schema: { ...body, properties: Object.fromEntries(rest), required: needed } },
            },
          },
        }),
    responses: {
      [String(http.status ?? 200)]: {
        description: 'Done',
        content: http.as === 'text' ? { ...texts(http), ...json } : json,
      },
      default: faultAnswer,
    },
  };
}

const texts = (http: HttpForm) =>
  Object.fromEntries(mediaTypes(http).map((type) => [type, { schema: { type: 'string' } }]));

const ownOperation = (route: OwnRoute, type: string) => ({
  summary: route.summary,
  'x-scope': route.scope,
  security: [{ bearer: [] }, { cookie: [] }],
  responses: { '200': { description: 'Done', content: { [type]: { schema: {} } } }, default: faultAnswer },
});

export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of callRoutes) {
    const path = pathOf(route.http.path);
    paths[path] = { ...paths[path], [route.http.method.toLowerCase()]: operation(route) };
  }
  paths[OWN_ROUTES.page.path] = { get: ownOperation(OWN_ROUTES.page, 'text/html') };
  paths[OWN_ROUTES.openapi.path] = { get: ownOperation(OWN_ROUTES.openapi, 'application/json') };
  paths[OWN_ROUTES.events.path] = { get: ownOperation(OWN_ROUTES.events, 'text/event-stream') };
  return {
    openapi: '3.1.0',
    info: { title: 'Quarterdeck', version, description: 'The control centre for AI coding agents, over HTTP.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'qd_session' },
      },
      schemas: {
        Fault: {
          type: 'object',
          required: ['error'],
          properties: {
            error: {
              type: 'object',
              required: ['code', 'message'],
              properties: {
                code: { type: 'string', enum: FAULT_CODES },
                message: { type: 'string' },
                data: { type: 'object' },
              },
            },
          },
        },
      },
    },
  };
}

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A page of this look; `nonce` covers its one style element. `body` is HTML. */
export const plainPage = (title: string, body: string, nonce: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
code { font: 0.9em ui-monospace, monospace }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #8884; vertical-align: top }
</style></head><body>
${body}
</body></html>
`;

export function apiPage(version: string, nonce: string): string {
  const row = (method: string, path: string, scope: string, summary: string) =>
    `<tr><td><code>${method}</code></td><td><code>${escapeHtml(path)}</code></td><td>${scope}</td><td>${escapeHtml(summary)}</td></tr>`;
  const rooms = [...new Set(callRoutes.map(({ name }) => name.split('.')[0] ?? ''))].sort();
  const table = (rows: string) =>
    `<table><thead><tr><th>Method</th><th>Path</th><th>Scope</th><th></th></tr></thead><tbody>${rows}</tbody></table>`;
  const sections = rooms.map((room) => {
    const rows = callRoutes
      .filter(({ name }) => name.startsWith(`${room}.`))
      .map(({ http, def }) => row(http.method, http.path, def.scope, def.summary));
    return `<h2>${room}</h2>${table(rows.join(''))}`;
  });
  const own = Object.values(OWN_ROUTES).map(({ method, path, scope, summary }) =>
    row(method === 'UPGRADE' ? 'WebSocket' : method, path, scope === 'token' ? 'any' : scope, summary),
  );
  return plainPage(
    'Quarterdeck API',
    `<h1>Quarterdeck API <small>${escapeHtml(version)}</small></h1>
<p>Send <code>Authorization: Bearer TOKEN</code>. What is not in the path goes into the query (GET, DELETE) or a JSON body.
Failures answer <code>{"error":{"code","message"}}</code>. The same as a machine reads it:
<a href="/api/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<h2>Streams and documents</h2>${table(own.join(''))}`,
    nonce,
  );
}
