/** Which agents are installed, where, and in which version. Nothing waits for a version: it is there when it is there. */
import type { Host } from '../../platform/ports.ts';
import type { AgentSpec } from './rules.ts';

export interface Detected {
  /** False until the first look has ended. */
  readonly checked: boolean;
  readonly path: string | null;
  readonly version: string | null;
  readonly problem: string | null;
}

export interface Detection {
  /** What is known now; starts a look when nothing is, or when it is old. */
  get(spec: AgentSpec): Detected;
  /** Looks anew at all of these and resolves when their versions are known too. */
  look(specs: readonly AgentSpec[]): Promise<void>;
}

const UNKNOWN: Detected = { checked: false, path: null, version: null, problem: null };
/** An agent program takes up to 3 s to say its version, more on a loaded machine. */
const VERSION_MS = 15_000;
/** Programs asked at the same time: each starts a whole runtime. */
const AT_ONCE = 2;
const FRESH_MS = 60_000;

export function createDetection(host: Host, now: () => number, changed: () => void): Detection {
  const known = new Map<string, { result: Detected; at: number; spec: string }>();
  const versions = new Map<string, { version: string | null; problem: string | null }>();
  const looking = new Map<string, Promise<void>>();
  let busy = 0;
  const waiting: (() => void)[] = [];

  const slot = async <T>(run: () => Promise<T>): Promise<T> => {
    if (busy >= AT_ONCE) await new Promise<void>((free) => waiting.push(free));
    busy += 1;
    try {
      return await run();
    } finally {
      busy -= 1;
      waiting.shift()?.();
    }
  };

  const versionOf = async (spec: AgentSpec, path: string) => {
    const stat = await host.stat(path);
    const key = `${path}:${stat?.mtimeMs ?? 0}:${stat?.size ?? 0}`;
    const cached = versions.get(key);
    if (cached) return cached;
    const found = await slot(() => askVersion(host, [path, ...spec.versionArgv]));
    versions.set(key, found);
    return found;
  };

  const put = (spec: AgentSpec, result: Detected) => {
    known.set(spec.key, { result, at: now(), spec: spec.binaries.join('\0') });
    changed();
  };

  const lookAt = (spec: AgentSpec): Promise<void> => {
    const current = looking.get(spec.key);
    if (current) return current;
    const next = (async () => {
      let path: string | null = null;
      for (const binary of spec.binaries) path ??= await host.which(binary);
      if (path === null) {
        put(spec, { ...UNKNOWN, checked: true });
        return;
      }
      const before = known.get(spec.key)?.result;
      put(spec, { checked: true, path, version: before?.path === path ? before.version : null, problem: null });
      put(spec, { checked: true, path, ...(await versionOf(spec, path)) });
    })()
      .catch((error: unknown) => {
        put(spec, { ...UNKNOWN, checked: true, problem: error instanceof Error ? error.message : String(error) });
      })
      .finally(() => looking.delete(spec.key));
    looking.set(spec.key, next);
    return next;
  };

  return {
    get(spec) {
      if (spec.kind !== 'agent') return { ...UNKNOWN, checked: true };
      const entry = known.get(spec.key);
      const same = entry?.spec === spec.binaries.join('\0');
      if (!entry || !same || now() - entry.at > FRESH_MS) void lookAt(spec);
      return entry && same ? entry.result : UNKNOWN;
    },
    async look(specs) {
      await Promise.all(specs.filter((spec) => spec.kind === 'agent').map(lookAt));
    },
  };
}

async function askVersion(
  host: Host,
  argv: readonly string[],
): Promise<{ version: string | null; problem: string | null }> {
  try {
    const result = await host.exec(argv, { timeoutMs: VERSION_MS, maxBytes: 256 * 1024 });
    const said = new TextDecoder().decode(result.stdout);
    const version = /\bv?(\d+\.\d+(?:\.\d+)?(?:[-+][0-9A-Za-z.-]+)?)/.exec(said)?.[1] ?? null;
    if (version !== null) return { version, problem: null };
    return { version: null, problem: `It did not tell its version (exit code ${result.code}).` };
  } catch (error) {
    return { version: null, problem: error instanceof Error ? error.message : String(error) };
  }
}
