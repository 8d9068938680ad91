/** The door of the logs room: what the hub did (ring and files) and who did what (audit). */
import type { ToldLine } from '../../../shared/contract/fleet.ts';
import { LOG_LEVELS, type LogLine } from '../../../shared/contract/logs.ts';
import type { Audit } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { LineSink, Logger } from '../../kernel/logger.ts';
import { openAudit } from './audit-file.ts';
import type { Verdict } from './audit-rules.ts';
import { redact, redactData, secretsOf } from './rules.ts';

export type Level = (typeof LOG_LEVELS)[number];

export interface LogsDeps {
  /** Folder of the audit file. */
  readonly dir: string;
  readonly clock: Clock;
  readonly level: Level;
  readonly sink: LineSink;
  /** Values of secret-looking variables are taken out of every line. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Logs {
  /** A logger for one room or part. */
  logger(from: string): Logger;
  setLevel(level: Level): void;
  /** What the hub of another machine did, oldest first; it is cleaned and kept as a line of this one. */
  take(node: string, lines: readonly ToldLine[]): void;
  /** A secret made at run time, such as the local token: from now on taken out wherever it appears. */
  hide(secret: string): void;
  readonly audit: Audit;
  verifyAudit(): Promise<Verdict>;
  readonly live: Live<LogLine>;
  readonly handlers: Pick<Handlers, 'logs.list' | 'logs.audit' | 'logs.verifyAudit' | 'logs.rows'>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const RING = 500;
/** Characters of a line; beyond that its data is cut. */
const LINE_MAX = 32_768;
const rank = (level: Level): number => LOG_LEVELS.indexOf(level);

export function createLogs({ dir, clock, level, sink, env }: LogsDeps): Logs {
  const live = createLive<LogLine>({ key: (line) => line.seq, limit: RING });
  let known = secretsOf(env);
  let least = rank(level);
  let seq = 0;

  const write = (
    at: Level,
    from: string,
    message: string,
    data: Readonly<Record<string, unknown>> | undefined,
    of?: { readonly node: string; readonly at: number },
  ) => {
    if (rank(at) < least) return;
    const line: LogLine = {
      seq: ++seq,
      at: of?.at ?? clock.now(),
      level: at,
      from,
      message: redact(message, known),
      ...(data === undefined ? {} : { data: redactData(data, known) as Record<string, unknown> }),
      ...(of === undefined ? {} : { node: of.node }),
    };
    const text = JSON.stringify(line);
    const kept = text.length <= LINE_MAX ? line : { ...line, data: { cut: text.slice(0, LINE_MAX) } };
    sink.write(kept === line ? text : JSON.stringify(kept));
    live.put(kept);
  };
  const logger = (from: string): Logger => ({
    debug: (message, data) => write('debug', from, message, data),
    info: (message, data) => write('info', from, message, data),
    warn: (message, data) => write('warn', from, message, data),
    error: (message, data) => write('error', from, message, data),
  });
  const audit = openAudit({
    dir,
    clock,
    clean: (entry) => ({
      who: redact(entry.who, known),
      via: entry.via,
      action: entry.action,
      target: redact(entry.target, known),
      detail: redactData({ ...entry.detail, ...(entry.for === undefined ? {} : { for: entry.for }) }, known) as Record<
        string,
        unknown
      >,
    }),
    onError: (error) => write('error', 'logs', 'the audit file cannot be written; entries wait', { error }),
  });

  return {
    logger,
    setLevel(next) {
      least = rank(next);
    },
    take(node, lines) {
      for (const { at, level: theirs, from, message, data } of lines)
        write(theirs, redact(`${node}/${from}`, known), message, data, { node, at });
    },
    hide(secret) {
      known = [...new Set([...known, secret])].sort((a, b) => b.length - a.length);
    },
    audit: (entry) => audit.add(entry),
    verifyAudit: () => audit.verify(),
    live,
    handlers: {
      'logs.list': ({ limit, level: wanted, since, node }) =>
        live
          .rows()
          .filter((line) => rank(line.level) >= rank(wanted) && (since === undefined || line.at >= since))
          .filter((line) => node === undefined || (line.node ?? 'local') === node)
          .slice(-limit),
      'logs.audit': ({ limit }) => audit.list(limit),
      'logs.verifyAudit': () => audit.verify(),
      'logs.rows': () => ({ live }),
    },
    async flush() {
      await sink.flush();
      await audit.flush();
    },
    async close() {
      await audit.close();
      await sink.close();
    },
  };
}
