/** One question of a machine and its answer: a host key is confirmed by its fingerprint, everything else is typed. */
import { ShieldCheck, ShieldX } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Node, NodeQuestion } from '../../../shared/contract/nodes.ts';
import { attempt } from '../../app/act.ts';
import { wire } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/Copy.tsx';
import { DialogFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import form from './Form.module.css';
import s from './Question.module.css';
import { sameFingerprint } from './steps.ts';

/** Where an OpenSSH server keeps its keys. */
const SHOW_KEYS = 'for k in /etc/ssh/ssh_host_*.pub; do ssh-keygen -lf "$k"; done';
/** Groups of four are read aloud and compared without losing the place. */
const GROUP = 4;

const KEPT: Readonly<Record<NodeQuestion['kind'], string>> = {
  'host-key': '',
  passphrase: 'It opens the key on the hub’s machine. The hub remembers it until it is stopped and stores it nowhere.',
  password: 'It goes to that machine only. The hub remembers it until it is stopped and stores it nowhere.',
  answers: 'It goes to that machine only and is stored nowhere.',
};

interface Asked {
  readonly node: Node;
  readonly question: NodeQuestion;
}

/** Gives the answers, null to decline; `busy` until they were taken, or it was told why not. */
function useAnswer({
  node,
  question,
}: Asked): readonly [boolean, (answers: readonly string[] | null) => Promise<void>] {
  const [busy, setBusy] = useState(false);
  const tell = async (answers: readonly string[] | null) => {
    setBusy(true);
    await attempt(`${node.title} was not answered`, () =>
      wire().call('nodes.answer', {
        node: node.id,
        question: question.id,
        answers: answers === null ? null : [...answers],
      }),
    );
    setBusy(false);
  };
  return [busy, tell];
}

/** `onLater`: puts it off; absent where it cannot be. */
export function QuestionForm(props: Asked & { readonly onLater?: () => void }) {
  return props.question.kind === 'host-key' ? <HostKey {...props} /> : <Typed {...props} />;
}

function HostKey({ onLater, ...asked }: Asked & { readonly onLater?: () => void }) {
  const { question } = asked;
  const [given, setGiven] = useState('');
  const [busy, tell] = useAnswer(asked);
  const print = question.fingerprint ?? '';
  const same = sameFingerprint(given, print);
  const [, kind = '', text = print] = /^([A-Z0-9]+:)(.*)$/.exec(print) ?? [];
  const groups = text.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [];
  return (
    <form
      className={form['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (same !== false) void tell([]);
      }}
    >
      <p className={s['text']} dir="auto">
        {question.text}
      </p>
      <figure className={s['print']}>
        <figcaption>Fingerprint</figcaption>
        <code dir="ltr" aria-label={print} role="img">
          <span className={s['kind']}>{kind}</span>
          {groups.map((group, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same letters may come twice; their order never changes
            <span key={i}>{group}</span>
          ))}
        </code>
      </figure>
      <div className={s['how']}>
        <span>To check it, run this on the machine itself, over a way that you trust:</span>
        <CopyLine text={SHOW_KEYS} />
      </div>
      <TextField
        label="Or paste the fingerprint that you were given"
        placeholder="SHA256:…"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={400}
        value={given}
        error={same === false ? 'This is another key. Do not trust it: somebody may be in between.' : undefined}
        hint={same === true ? 'It is the same key.' : undefined}
        onChange={(event) => setGiven(event.target.value)}
      />
      <DialogFoot>
        {onLater && (
          <Button look="ghost" onClick={onLater}>
            Later
          </Button>
        )}
        <Button look="danger" busy={busy} onClick={() => void tell(null)}>
          <ShieldX size={15} aria-hidden />
          Refuse
        </Button>
        <Button type="submit" look="primary" busy={busy} disabled={same === false}>
          <ShieldCheck size={15} aria-hidden />
          Trust this key
        </Button>
      </DialogFoot>
    </form>
  );
}

function Typed({ onLater, ...asked }: Asked & { readonly onLater?: () => void }) {
  const { question } = asked;
  const [texts, setTexts] = useState<readonly string[]>(() => question.prompts.map(() => ''));
  const [busy, tell] = useAnswer(asked);
  return (
    <form
      className={form['form']}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void tell(texts);
      }}
    >
      {question.text !== '' && (
        <p className={s['text']} dir="auto">
          {question.text}
        </p>
      )}
      {question.prompts.map((prompt, i) => (
        <TextField
          // biome-ignore lint/suspicious/noArrayIndexKey: a server may ask the same words twice
          key={i}
          label={prompt.text}
          type={prompt.echo ? 'text' : 'password'}
          // Nothing that a browser keeps, and nothing that it kept for this site.
          autoComplete={question.kind === 'answers' ? 'one-time-code' : 'new-password'}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={4096}
          data-1p-ignore
          data-lpignore="true"
          value={texts[i] ?? ''}
          onChange={(event) => setTexts(texts.map((text, at) => (at === i ? event.target.value : text)))}
        />
      ))}
      <p className={s['kept']}>{KEPT[question.kind]}</p>
      <DialogFoot>
        {onLater && (
          <Button look="ghost" onClick={onLater}>
            Later
          </Button>
        )}
        <Button busy={busy} onClick={() => void tell(null)}>
          Decline
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          Answer
        </Button>
      </DialogFoot>
    </form>
  );
}
