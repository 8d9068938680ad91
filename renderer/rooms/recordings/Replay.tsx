/** A recorded session played again: its terminal, its line with marks, its moments. */
import { Download, FastForward, LoaderCircle, Pause, Play, Radio, Rewind } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { create } from 'zustand';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import { attempt } from '../../app/act.ts';
import { useCommands } from '../../app/commands.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { DESKTOP } from '../../app/desktop.ts';
import { NodeMark } from '../../app/NodeMark.tsx';
import { useSearch } from '../../app/navigate.ts';
import { usePrefs } from '../../app/prefs.ts';
import { addressOf, routes, sessionPath } from '../../app/routes.ts';
import { useWhich } from '../../app/SessionLink.tsx';
import { useTheme } from '../../app/theme.ts';
import { dateTime } from '../../app/time.ts';
import { Button, buttonClass } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Head } from '../../ui/Head.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { type Axis, createAxis, isSameDay, markAt, moment, span } from './axis.ts';
import { Marks } from './Marks.tsx';
import { createPlayer, type Player, type PlayerState } from './player.ts';
import s from './Replay.module.css';
import { keyTarget, Scrub, STEP } from './Scrub.tsx';
import { createStage, type Stage } from './stage.ts';

type Found = CallOutput<'recordings.get'>;
const SPEEDS = ['1', '2', '4', '8'] as const;
type Speed = (typeof SPEEDS)[number];
/** Milliseconds along the recording at which it is looked for something to be seen. */
const FIRST_WORDS = [50, 100, 200, 400, 800, 1600, 3200, 6400] as const;

const save = (id: string, name: string): Promise<boolean> =>
  attempt('Not downloaded', async () => {
    const { text } = await wire().call('recordings.export', { id }, { timeoutMs: 120_000 });
    const address = URL.createObjectURL(new Blob([text], { type: 'application/x-asciicast' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 0);
  });

export default function Replay({ id }: { readonly id: string }) {
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const online = useLink((link) => link.state === 'online');

  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn asks again
  useEffect(() => {
    if (!online) return;
    let gone = false;
    wire()
      .call('recordings.get', { id })
      .then(
        (row) => {
          if (gone) return;
          setFound(row);
          setProblem(null);
        },
        (error: unknown) => {
          if (!gone) setProblem(messageOf(error));
        },
      );
    return () => {
      gone = true;
    };
  }, [id, turn, online]);

  const again = useCallback(() => setTurn((now) => now + 1), []);
  if (found) return <Theatre key={found.id} found={found} onReload={again} />;
  if (problem !== null)
    return (
      <Empty title="This recording cannot be shown" text={problem}>
        <Button onClick={again}>Try again</Button>
      </Empty>
    );
  return (
    <div className={s['page']} aria-busy>
      <p className={s['waiting']} role="status">
        <LoaderCircle size={16} aria-hidden />
        Opening the recording
      </p>
    </div>
  );
}

function Theatre({ found, onReload }: { readonly found: Found; readonly onReload: () => void }) {
  const host = useRef<HTMLDivElement>(null);
  const [parts, setParts] = useState<{ readonly player: Player; readonly stage: Stage } | null>(null);
  const [store] = useState(() =>
    create<PlayerState>(() => ({ at: found.from, playing: false, loading: true, ended: false })),
  );
  const { at, playing, loading, ended } = store();
  const [speed, setSpeed] = useState<Speed>('1');
  const [squeeze, setSqueeze] = useState(true);
  const theme = useTheme((state) => state.theme);
  const font = usePrefs((state) => state.font);
  const axis = useMemo(() => axisOf(found, squeeze), [found, squeeze]);
  const latest = useRef({ axis, theme, font });
  const search = useSearch();
  const wish = useMemo(() => wishOf(search), [search]);

  useEffect(() => {
    latest.current = { axis, theme, font };
  });
  // With the line and its marks: a press on one of them must find the player.
  useLayoutEffect(() => {
    const box = host.current;
    if (!box) return;
    const stage = createStage(box, latest.current.theme, latest.current.font);
    const player = createPlayer(
      {
        read: (where) => wire().call('recordings.read', { id: found.id, ...where }),
        stage,
        frame(run) {
          const frame = requestAnimationFrame(run);
          return () => cancelAnimationFrame(frame);
        },
        changed: (state) => store.setState(state),
        failed: (error) => toast('bad', `The recording could not be read: ${messageOf(error)}`),
      },
      latest.current.axis,
    );
    setParts({ player, stage });
    return () => {
      player.close();
      stage.dispose();
    };
  }, [found.id, store]);

  useEffect(() => parts?.player.setAxis(axis), [parts, axis]);
  useEffect(() => parts?.player.setSpeed(Number(speed)), [parts, speed]);
  useEffect(() => parts?.stage.setTheme(theme), [parts, theme]);
  useEffect(() => parts?.stage.setFont(font), [parts, font]);
  // A link to a moment, perhaps with words that stood there.
  useEffect(() => {
    if (!parts) return;
    let gone = false;
    const { player, stage } = parts;
    const begin = async () => {
      let shown = wish.at ?? latest.current.axis.from;
      await player.seek(shown);
      await stage.settled();
      // A program has nothing to show in its first moment: a black box tells nobody what this is.
      for (const ms of wish.at === null ? FIRST_WORDS : []) {
        if (gone || !stage.blank() || player.state().playing || player.state().at !== shown) break;
        shown = latest.current.axis.time(ms);
        await player.seek(shown);
        await stage.settled();
      }
      if (!gone && wish.find !== null) await stage.find(wish.find);
    };
    void begin();
    return () => {
      gone = true;
    };
  }, [parts, wish]);

  const seek = useCallback((to: number) => void parts?.player.seek(to), [parts]);
  const toggle = useCallback(() => {
    if (!parts) return;
    if (parts.player.state().playing) parts.player.pause();
    else parts.player.play();
  }, [parts]);
  const step = useCallback(
    (by: number) => parts && seek(latest.current.axis.time(latest.current.axis.along(parts.player.state().at) + by)),
    [parts, seek],
  );
  const toMark = useCallback(
    (by: 1 | -1) => {
      if (!parts) return;
      const now = parts.player.state().at;
      // Going back from a mark goes to the one before it.
      const here = markAt(found.marks, by === 1 ? now : now - 1);
      const mark = found.marks[by === 1 ? here + 1 : here];
      if (mark) seek(mark.at);
    },
    [parts, seek, found.marks],
  );
  // Of a live session the end moves: what came since is fetched when the end is reached.
  useEffect(() => {
    if (ended && found.live) onReload();
  }, [ended, found.live, onReload]);
  usePlayerKeys(toggle, (event) => {
    const now = latest.current.axis;
    if (!parts) return false;
    const target = keyTarget(event, now.along(parts.player.state().at), now.length);
    if (target === null || event.key === 'ArrowUp' || event.key === 'ArrowDown') return false;
    seek(now.time(target));
    return true;
  });
  useCommands(
    () => [
      { id: 'replay.play', title: 'Play or pause', section: 'Recording', keys: 'k', icon: Play, run: toggle },
      {
        id: 'replay.back',
        title: 'Back 5 seconds',
        section: 'Recording',
        keys: 'j',
        icon: Rewind,
        run: () => step(-STEP.small),
      },
      {
        id: 'replay.on',
        title: 'On 5 seconds',
        section: 'Recording',
        keys: 'l',
        icon: FastForward,
        run: () => step(STEP.small),
      },
      { id: 'replay.nextMark', title: 'Next moment', section: 'Recording', keys: ']', run: () => toMark(1) },
      { id: 'replay.lastMark', title: 'Moment before', section: 'Recording', keys: '[', run: () => toMark(-1) },
    ],
    [toggle, step, toMark],
  );

  const days = !isSameDay(found.from, found.to);
  const session = useWhich({ id: found.id });
  return (
    <div className={s['page']}>
      <Head back={routes.recordings} label="All recordings" name={found.session} under>
        {session && <NodeMark id={session.node} />}
        <span className={s['fact']}>{found.agent}</span>
        <span className={s['fact']} data-wide>
          {dateTime(found.from)} to {found.live ? 'now' : dateTime(found.to)}
          {found.trimmed && ', older output was dropped'}
        </span>
        <span className={s['gap']} />
        <a
          className={cx(buttonClass, s['link'])}
          href={`/api/recordings/${encodeURIComponent(found.id)}/export`}
          download={`${found.session}.cast`}
          title="Download as asciicast v3"
          aria-label="Download as asciicast"
          onClick={(event) => {
            if (!DESKTOP) return;
            // There is no hub behind the address of a page of the shell: the text comes over the wire.
            event.preventDefault();
            void save(found.id, `${found.session}.cast`);
          }}
        >
          <Download size={15} aria-hidden />
          <span>Download</span>
        </a>
        {found.live && (
          <Link
            href={sessionPath(session ? addressOf(session) : found.session)}
            className={cx(buttonClass, s['link'])}
            data-live
            aria-label="Jump to live"
          >
            <Radio size={15} aria-hidden />
            <span>Live</span>
          </Link>
        )}
      </Head>
      <div className={s['body']}>
        <div className={s['main']}>
          <section className={s['stage']} aria-label={`Recording of ${found.session}`} aria-busy={loading}>
            <div ref={host} className={s['host']} />
            {loading && (
              <span className={s['loading']} role="status">
                <LoaderCircle size={14} aria-hidden />
                <span className="visually-hidden">Loading</span>
              </span>
            )}
          </section>
          <fieldset className={s['controls']}>
            <legend className="visually-hidden">Playback</legend>
            <div className={s['line']}>
              <Button
                look="icon"
                aria-label={playing ? 'Pause' : 'Play'}
                title="Space"
                className={s['play']}
                onClick={toggle}
              >
                {playing ? <Pause size={17} aria-hidden /> : <Play size={17} aria-hidden />}
              </Button>
              <Scrub axis={axis} marks={found.marks} at={at} days={days} onSeek={seek} />
              <Times axis={axis} at={at} />
            </div>
            <div className={s['line']}>
              <Button look="icon" aria-label="Back 5 seconds" onClick={() => step(-STEP.small)}>
                <Rewind size={15} aria-hidden />
              </Button>
              <Button look="icon" aria-label="On 5 seconds" onClick={() => step(STEP.small)}>
                <FastForward size={15} aria-hidden />
              </Button>
              <span className={s['when']}>{moment(at, days)}</span>
              <span className={s['gap']} />
              <Switch label="Skip idle" checked={squeeze} onChange={setSqueeze} />
              <Segments<Speed>
                label="Speed"
                value={speed}
                options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
                onChange={setSpeed}
              />
            </div>
          </fieldset>
        </div>
        <Marks marks={found.marks} at={at} days={days} onSeek={seek} />
      </div>
    </div>
  );
}

/** Up to the last moment, which may come long after the last output: a program's end, say. */
function axisOf(found: Found, squeeze: boolean): Axis {
  const end = Math.max(found.to, found.marks.at(-1)?.at ?? 0);
  return createAxis(found.from, end, end > found.to ? [...found.quiet, [found.to, end]] : found.quiet, squeeze);
}

function Times({ axis, at }: { readonly axis: Axis; readonly at: number }) {
  return (
    <span className={s['times']} aria-hidden>
      {span(axis.along(at))}
      <span> / {span(axis.length)}</span>
    </span>
  );
}

/** `?at=` Unix milliseconds, `?find=` words that stood there. */
function wishOf(search: string): { readonly at: number | null; readonly find: string | null } {
  const params = new URLSearchParams(search);
  const at = Number(params.get('at') ?? Number.NaN);
  return { at: Number.isFinite(at) ? at : null, find: params.get('find') };
}

/** Space and the arrows anywhere on the page, unless what has the focus has a use for them. */
function usePlayerKeys(toggle: () => void, move: (event: KeyboardEvent) => boolean): void {
  const act = useRef({ toggle, move });
  useLayoutEffect(() => {
    act.current = { toggle, move };
  });
  useLayoutEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const { target } = event;
      if (target instanceof HTMLElement && target.closest('input, textarea, select, [role="dialog"], [role="menu"]'))
        return;
      const onControl = target instanceof HTMLElement && target.closest('a, button, [role="switch"]') !== null;
      if (event.key === ' ' ? !onControl : false) act.current.toggle();
      else if (event.key === ' ' || !act.current.move(event)) return;
      event.preventDefault();
    };
    addEventListener('keydown', heard);
    return () => removeEventListener('keydown', heard);
  }, []);
}
