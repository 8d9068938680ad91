/** The only SQL for approvals. First answer wins by the WHERE of `claim`. */
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Db } from '../../platform/ports.ts';

interface Raw {
  readonly id: string;
  readonly session_id: string;
  readonly session: string;
  readonly agent: string;
  readonly kind: Approval['kind'];
  readonly title: string;
  readonly tool: string | null;
  readonly subject: string;
  readonly digest: string;
  readonly choices: string;
  readonly multiple: number;
  readonly status: Approval['status'];
  readonly created_at: number;
  readonly answer: string | null;
}

const rowOf = (raw: Raw): Approval => ({
  id: raw.id,
  session: raw.session,
  sessionId: raw.session_id,
  agent: raw.agent,
  kind: raw.kind,
  title: raw.title,
  tool: raw.tool,
  subject: raw.subject,
  digest: raw.digest,
  choices: JSON.parse(raw.choices) as Approval['choices'],
  multiple: raw.multiple === 1,
  status: raw.status,
  createdAt: raw.created_at,
  answer: raw.answer === null ? null : (JSON.parse(raw.answer) as Approval['answer']),
});

const STANDS = "status IN ('open', 'answering')";

export type ApprovalStore = ReturnType<typeof createApprovalStore>;

export function createApprovalStore(db: Db) {
  const one = (sql: string) => {
    const statement = db.prepare<Raw>(sql);
    return (...params: readonly unknown[]): Approval | undefined => {
      const raw = statement.get(...params);
      return raw && rowOf(raw);
    };
  };
  const many = (sql: string) => {
    const statement = db.prepare<Raw>(sql);
    return (...params: readonly unknown[]): readonly Approval[] => statement.all(...params).map(rowOf);
  };
  const insert = one(
    `INSERT INTO approvals (id, session_id, session, agent, kind, title, tool, subject, digest, choices, multiple, status, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?) RETURNING *`,
  );
  const claim = one(
    "UPDATE approvals SET status = 'answering', answer = ? WHERE id = ? AND status = 'open' RETURNING *",
  );
  const answered = one(
    "UPDATE approvals SET status = 'answered', answer = ?, ended_at = ? WHERE id = ? AND status = 'answering' RETURNING *",
  );
  const drop = db.prepare(
    'DELETE FROM approvals WHERE ended_at <= (SELECT ended_at FROM approvals WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1 OFFSET ?)',
  );

  return {
    get: one('SELECT * FROM approvals WHERE id = ?'),
    /** The one that stands open in a session, answered just now or not. */
    standing: one(`SELECT * FROM approvals WHERE session_id = ? AND ${STANDS}`),
    allStanding: many(`SELECT * FROM approvals WHERE ${STANDS} ORDER BY created_at DESC`),
    /** Newest first. */
    ended: many('SELECT * FROM approvals WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ?'),
    open(a: Omit<Approval, 'status' | 'answer'>): Approval {
      const what = [a.kind, a.title, a.tool, a.subject, a.digest, JSON.stringify(a.choices), Number(a.multiple)];
      const row = insert(a.id, a.sessionId, a.session, a.agent, ...what, a.createdAt);
      if (!row) throw new Error('the database took an approval and gave none back');
      return row;
    },
    /** Undefined when somebody else was first, or it is gone. */
    claim: (id: string, answer: Approval['answer']) => claim(JSON.stringify(answer), id),
    answered: (id: string, answer: Approval['answer'], at: number) => answered(JSON.stringify(answer), at, id),
    /** The answer did not get through and the dialog still stands. */
    reopen: one(
      "UPDATE approvals SET status = 'open', answer = NULL WHERE id = ? AND status = 'answering' RETURNING *",
    ),
    /** Closed without us. */
    gone: one(
      `UPDATE approvals SET status = 'gone', answer = NULL, ended_at = ? WHERE id = ? AND ${STANDS} RETURNING *`,
    ),
    prune: (keep: number): number => drop.run(keep).changes,
  };
}
