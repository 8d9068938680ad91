/** Starting a session: which agent, where, with what; refusals of the hub stand at the field they are about. */

import { CircleCheck, CircleDashed } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Agent, Conversation } from '../../../shared/contract/agents.ts';
import { SESSION_NAME } from '../../../shared/ids.ts';
import { useAgentsOn } from '../../app/agents-here.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { NodeField } from '../../app/NodeField.tsx';
import { LOCAL, useNode } from '../../app/nodes.ts';
import { addressOf, sessionPath } from '../../app/routes.ts';
import { noteStarted, type StartWish } from '../../app/start.ts';
import { ago, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { AreaField, SelectField, TextField } from '../../ui/Field.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { FolderField } from './FolderField.tsx';
import s from './Start.module.css';
import { type StartErrors, startErrors } from './start-errors.ts';

const LAST_FOLDER = 'quarterdeck.folder';
/** Each machine has folders of its own. */
const folderKey = (node: string): string => (node === LOCAL ? LAST_FOLDER : `${LAST_FOLDER}.${node}`);
const remembered = (node: string): string => {
  try {
    return localStorage.getItem(folderKey(node)) ?? '~';
  } catch {
    return '~';
  }
};

export default function Start({ wish, onClose }: { readonly wish: StartWish; readonly onClose: () => void }) {
  const [listed, setAgents] = useState<readonly Agent[] | null>(null);
  const [node, setNode] = useState(wish.node ?? LOCAL);
  const place = useNode(node);
  const agents = useAgentsOn(listed, node);
  const [agent, setAgent] = useState('');
  const [byHand, setByHand] = useState(wish.agent !== undefined);
  const [name, setName] = useState(wish.name ?? '');
  const [cwd, setCwd] = useState(() => wish.cwd ?? remembered(wish.node ?? LOCAL));
  const [command, setCommand] = useState('');
  const [flags, setFlags] = useState('');
  const [skip, setSkip] = useState(false);
  const [prompt, setPrompt] = useState(wish.prompt ?? '');
  const [resume, setResume] = useState(wish.resume ?? '');
  const [more, setMore] = useState(wish.resume !== undefined);
  const [missing, setMissing] = useState(false);
  const [errors, setErrors] = useState<StartErrors>({});
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the form opens
  useEffect(() => {
    wire()
      .call('agents.list', {})
      .then(
        (list) => {
          setAgents(list);
          const first =
            list.find((each) => each.key === wish.agent) ??
            list.find((each) => each.installed && each.kind === 'agent') ??
            list.find((each) => each.installed);
          if (first) pick(first);
          if (wish.resume !== undefined) setResume(wish.resume);
        },
        (failure: unknown) => setErrors({ form: messageOf(failure) }),
      );
  }, []);

  const looking = listed?.some((each) => !each.checked) ?? false;
  // The hub looks for the programs when it starts; while it still does, ask again.
  useEffect(() => {
    if (!looking) return;
    const timer = setInterval(() => {
      wire()
        .call('agents.list', {})
        // A failed look is followed by the next one.
        .then(setAgents, () => undefined);
    }, 1000);
    return () => clearInterval(timer);
  }, [looking]);

  const here = agents?.filter((each) => each.installed) ?? [];
  const absent = agents?.filter((each) => !each.installed) ?? [];
  const chosen = agents?.find((each) => each.key === agent);
  // What is found later stands behind what was shown before: nothing moves from under a pointer.
  const stood = useRef<{ readonly node: string; readonly keys: string[] }>({ node, keys: [] });
  if (stood.current.node !== node) stood.current = { node, keys: [] };
  const { keys } = stood.current;
  const cards = [...here, ...(missing ? absent : [])];
  for (const { key } of cards) if (!keys.includes(key)) keys.push(key);
  cards.sort((a, b) => keys.indexOf(a.key) - keys.indexOf(b.key));
  // A hub that was just started has found only the shell so far: the first agent that it finds is meant.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer of the hub is looked at once
  useEffect(() => {
    if (byHand || chosen?.kind === 'agent') return;
    const found = here.find((each) => each.kind === 'agent');
    if (found) pick(found);
  }, [listed, node]);
  function pick(next: Agent): void {
    setAgent(next.key);
    setSkip(next.skipPermissions !== null && next.skipsPermissions);
    setResume('');
    setErrors({});
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!chosen) return;
    if (name !== '' && !SESSION_NAME.test(name)) {
      setErrors({ name: 'Starts with a letter or digit; at most 64 letters, digits, - and _.' });
      return;
    }
    setBusy(true);
    setErrors({});
    try {
      const session = await wire().call(
        'sessions.start',
        {
          agent,
          node,
          flags,
          ...(name === '' ? {} : { name }),
          ...(cwd.trim() === '' ? {} : { cwd: cwd.trim() }),
          ...(command.trim() === '' ? {} : { command }),
          ...(chosen.skipPermissions !== null ? { skipPermissions: skip } : {}),
          ...(prompt.trim() === '' ? {} : { init: [prompt] }),
          ...(resume === '' ? {} : { resume }),
          ...(wish.tags === undefined ? {} : { tags: [...wish.tags] }),
        },
        { timeoutMs: 60_000 },
      );
      try {
        localStorage.setItem(folderKey(node), cwd);
      } catch {
        // Without storage the next form begins at the home folder.
      }
      wish.started?.(session);
      noteStarted(session.id);
      onClose();
      navigate(sessionPath(addressOf(session)));
    } catch (failure) {
      const found = startErrors(failure);
      setErrors(found);
      if (found.flags !== undefined || found.resume !== undefined) setMore(true);
      setBusy(false);
    }
  };

  return (
    <Dialog open onClose={onClose} title="Start a session" width={600}>
      <form className={s['form']} onSubmit={submit}>
        <NodeField
          value={node}
          error={errors.node}
          onChange={(next) => {
            setNode(next);
            setResume('');
            setErrors({});
            if (wish.cwd === undefined) setCwd(remembered(next));
          }}
        />
        <fieldset className={s['agents']}>
          <legend>Agent</legend>
          {agents === null && errors.form === undefined && <p className={s['hint']}>Looking for agents</p>}
          <div className={s['cards']}>
            {cards.map((each) => (
              <label key={each.key} className={s['agent']} data-missing={!each.installed}>
                <input
                  type="radio"
                  name="agent"
                  className="visually-hidden"
                  checked={agent === each.key}
                  onChange={() => {
                    setByHand(true);
                    pick(each);
                  }}
                />
                <span className={s['title']}>{each.title}</span>
                <span className={s['version']}>
                  {each.installed ? <CircleCheck size={12} aria-hidden /> : <CircleDashed size={12} aria-hidden />}
                  {each.installed ? (each.version ?? 'ready') : each.checked ? 'not installed' : 'looking'}
                </span>
              </label>
            ))}
          </div>
          {!missing && absent.length > 0 && (
            <Button look="ghost" className={s['more']} onClick={() => setMissing(true)}>
              {looking || agents?.some((each) => !each.checked)
                ? 'Looking for more agents'
                : `${absent.length} more, not installed`}
            </Button>
          )}
          {chosen && !chosen.installed && (
            <p className={s['hint']}>
              {chosen.problem ??
                `${chosen.title} is not on ${node === LOCAL ? 'this machine' : (place?.title ?? 'that machine')}.`}
              {chosen.install !== null && (
                <>
                  {' '}
                  Install it with <code>{chosen.install}</code>
                </>
              )}
            </p>
          )}
          {errors.agent !== undefined && (
            <p role="alert" className={s['error']}>
              {errors.agent}
            </p>
          )}
        </fieldset>
        {agent === 'custom' && (
          <TextField
            label="Command"
            placeholder="htop"
            spellCheck={false}
            autoCapitalize="none"
            value={command}
            error={errors.command}
            onChange={(event) => setCommand(event.target.value)}
          />
        )}
        <div className={s['two']}>
          <FolderField node={node} value={cwd} error={errors.cwd} onChange={setCwd} />
          <TextField
            label="Name"
            placeholder="chosen for you"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            error={errors.name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <AreaField
          label="First prompt"
          placeholder="Optional; sent when the agent is ready, and again after a restart"
          rows={3}
          value={prompt}
          error={errors.init}
          onChange={(event) => setPrompt(event.target.value)}
        />
        {chosen && chosen.skipPermissions !== null && (
          <Switch
            label="Skip permissions"
            hint={
              skip
                ? 'The agent runs every command and edits every file without asking anybody. Only where that can do no harm.'
                : 'Off: the agent asks before it runs commands; the questions come to the inbox.'
            }
            checked={skip}
            onChange={setSkip}
          />
        )}
        {more ? (
          <>
            {chosen?.resumes && (
              <Resume agent={agent} node={node} value={resume} error={errors.resume} onChange={setResume} />
            )}
            <TextField
              label="Extra flags"
              placeholder="--model opus"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={flags}
              error={errors.flags}
              hint="Added to the flags from the settings."
              onChange={(event) => setFlags(event.target.value)}
            />
          </>
        ) : (
          <Button look="ghost" className={s['more']} onClick={() => setMore(true)}>
            {chosen?.resumes ? 'Resume a conversation, flags' : 'Flags'}
          </Button>
        )}
        <FormFoot
          error={errors.form}
          onCancel={onClose}
          busy={busy}
          disabled={!chosen?.installed || (place !== undefined && place.state !== 'live')}
        >
          {busy ? 'Starting' : 'Start'}
        </FormFoot>
      </form>
    </Dialog>
  );
}

function Resume(props: {
  readonly agent: string;
  readonly node: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (id: string) => void;
}) {
  const { agent, node } = props;
  const [list, setList] = useState<readonly Conversation[]>([]);
  const [failed, setFailed] = useState<string>();
  const now = useNow();
  useEffect(() => {
    setList([]);
    // Conversations are listed of the hub's machine only; the latest of a folder is found anywhere.
    if (node !== LOCAL) return;
    let gone = false;
    wire()
      .call('agents.conversations', { agent, limit: 30 })
      .then(
        (found) => !gone && setList(found),
        (failure: unknown) => !gone && setFailed(messageOf(failure)),
      );
    return () => {
      gone = true;
    };
  }, [agent, node]);
  return (
    <SelectField
      label="Conversation"
      value={props.value}
      error={props.error ?? failed}
      onChange={(event) => props.onChange(event.target.value)}
    >
      <option value="">A new one</option>
      <option value="latest">The latest in this folder</option>
      {list.map((each) => (
        <option key={each.id} value={each.id}>
          {each.title || each.id} ({ago(each.updatedAt, now)}
          {each.cwd === null ? '' : `, ${each.cwd}`})
        </option>
      ))}
    </SelectField>
  );
}
