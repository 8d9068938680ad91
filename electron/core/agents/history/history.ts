/** The two shapes in which agents keep conversations: append-only files of JSON lines, and databases or shared files. Types only. */
import type { Host, SqliteReader } from '../../../platform/ports.ts';
import type { Fact } from './facts.ts';

export type About = Extract<Fact, { kind: 'about' }>;

/** What an adapter may use to look. */
export interface Looking {
  readonly host: Host;
  readonly readSqlite: SqliteReader;
}

export interface FileHistory {
  readonly agent: string;
  readonly kind: 'files';
  /** Every conversation file there is. Missing folders mean none. */
  files(host: Host): Promise<readonly string[]>;
  /** What the path, and notes beside it, say: the id, the folder, whether it belongs to a sub-agent. */
  about(host: Host, path: string): Promise<About>;
  /** True for lines known to say nothing, judged by their beginning: saves parsing long ones. */
  skip(head: string): boolean;
  /** Pure. Never throws, whatever the line holds. */
  facts(line: unknown): readonly Fact[];
}

export interface RowConversation {
  readonly id: string;
  /** Unix milliseconds of the last change, as the agent says. */
  readonly updatedAt: number;
  /** Given where listing learns everything anyway; else asked for by `facts`. */
  readonly facts?: readonly Fact[];
}

export interface RowHistory {
  readonly agent: string;
  readonly kind: 'rows';
  /** The file whose change means that something may be new. */
  file(host: Host): string;
  /** Files beside it that change first, such as a write-ahead log. */
  beside(host: Host): readonly string[];
  /** All conversations, newest first. */
  conversations(look: Looking): Promise<readonly RowConversation[]>;
  /** Everything about one of them, in order. */
  facts(look: Looking, id: string): Promise<readonly Fact[]>;
}

export type History = FileHistory | RowHistory;
