/** All recordings; one of them played when the address names it. */
import { CirclePlay, Clapperboard, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Link, useRoute } from 'wouter';
import type { Recording } from '../../../shared/contract/recordings.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, useCan, useLink, wire } from '../../app/connect.ts';
import { NodeMark } from '../../app/NodeMark.tsx';
import { replayPath, routes } from '../../app/routes.ts';
import { useWhich } from '../../app/SessionLink.tsx';
import { useStart } from '../../app/start.ts';
import { ago, dateTime, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import s from './Recordings.module.css';
import Replay from './Replay.tsx';

export default function Recordings() {
  const [, params] = useRoute(routes.replay);
  const id = params?.id;
  return id === undefined ? <List /> : <Replay key={id} id={decodeURIComponent(id)} />;
}

const megabytes = (bytes: number): string =>
  bytes < 100_000 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function List() {
  const [rows, setRows] = useState<readonly Recording[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [removing, setRemoving] = useState<Recording | null>(null);
  const [turn, setTurn] = useState(0);
  const online = useLink((link) => link.state === 'online');
  const canRun = useCan('run');
  const start = useStart();
  const now = useNow();

  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn asks again
  useEffect(() => {
    if (!online) return;
    let gone = false;
    wire()
      .call('recordings.list', {})
      .then(
        (all) => {
          if (gone) return;
          setRows(all);
          setProblem(null);
        },
        (error: unknown) => {
          if (!gone) setProblem(messageOf(error));
        },
      );
    return () => {
      gone = true;
    };
  }, [online, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);

  if (rows === null)
    return problem === null ? (
      <div className={s['page']} aria-busy />
    ) : (
      <Empty title="The recordings could not be read" text={problem}>
        <Button onClick={again}>Try again</Button>
      </Empty>
    );
  if (rows.length === 0)
    return (
      <Empty
        icon={<Clapperboard size={20} aria-hidden />}
        title="Nothing is recorded yet"
        text="What a session prints is kept for a while, and can be played again here. How much and how long: Settings, recordings."
      >
        {start && (
          <Button look="primary" onClick={() => start()}>
            Start a session
          </Button>
        )}
      </Empty>
    );
  return (
    <div className={s['page']}>
      <div className={s['heads']} aria-hidden>
        <span>Session</span>
        <span>Agent</span>
        <span>Started</span>
        <span>Size</span>
        <span>Last output</span>
      </div>
      <ul className={s['list']}>
        {rows.map((row) => (
          <li key={row.id} className={s['row']}>
            <Link href={replayPath(row.id)} className={s['open']}>
              <CirclePlay size={16} aria-hidden />
              <span className={s['named']}>
                <span className={s['name']}>{row.session}</span>
                <Where id={row.id} />
              </span>
              {row.live && <span className={s['live']}>Live</span>}
              <span className={s['agent']}>{row.agent}</span>
              <span className={s['when']}>
                {dateTime(row.from)}
                {row.trimmed && ', older dropped'}
              </span>
              <span className={s['size']}>{megabytes(row.bytes)}</span>
              <time className={s['ago']}>{ago(row.to, now)}</time>
            </Link>
            {canRun && (
              <Button
                look="icon"
                aria-label={`Delete the recording of ${row.session}`}
                onClick={() => setRemoving(row)}
              >
                <Trash2 size={15} aria-hidden />
              </Button>
            )}
          </li>
        ))}
      </ul>
      {removing && (
        <Confirm
          open
          onClose={() => setRemoving(null)}
          title={`Delete the recording of ${removing.session}?`}
          text={removing.live ? 'The session goes on, and a new recording begins.' : 'It cannot be brought back.'}
          action="Delete"
          onConfirm={() =>
            void attempt(`Could not delete the recording of ${removing.session}`, () =>
              wire().call('recordings.remove', { id: removing.id }),
            ).then(again)
          }
        />
      )}
    </div>
  );
}

function Where({ id }: { readonly id: string }) {
  const session = useWhich({ id });
  return session && <NodeMark id={session.node} />;
}
