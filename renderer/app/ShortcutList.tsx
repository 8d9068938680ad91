/** Every key there is, by section, and the way to choose others. What a choice takes away from terminals is said before. */
import { Pencil, RotateCcw } from 'lucide-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { inputClass } from '../ui/Field.tsx';
import { attempt } from './act.ts';
import { allCommands, bindingsOf, type Command, useRegistry } from './commands.ts';
import { score } from './fuzzy.ts';
import { Keys } from './Keys.tsx';
import { KEYMAP, MAC, readBindings } from './keymap.ts';
import {
  type Binding,
  caps,
  clash,
  freeOfTerminals,
  isModifier,
  isPlain,
  type Press,
  pressOf,
  textOf,
} from './keys.ts';
import { setPreference, usePreference } from './preferences.ts';
import s from './ShortcutList.module.css';
import { useShortcuts } from './shortcuts.ts';

export default function ShortcutList() {
  const open = useShortcuts((state) => state.open);
  const registry = useRegistry();
  const own = usePreference(KEYMAP, readBindings) ?? {};
  const field = useRef<HTMLInputElement>(null);
  const [filter, setFilter] = useState('');
  const [editing, setEditing] = useState<string | null>(null);
  const commands = useMemo(() => allCommands(registry), [registry]);
  const sections = useMemo(() => {
    const bySection = new Map<string, Command[]>();
    for (const command of commands) {
      if (score(filter, `${command.title} ${command.section}`) === null) continue;
      const list = bySection.get(command.section);
      if (list) list.push(command);
      else bySection.set(command.section, [command]);
    }
    return [...bySection];
  }, [commands, filter]);

  const save = (id: string, texts: readonly string[] | null) => {
    setEditing(null);
    const { [id]: _, ...rest } = own;
    void attempt('The key was not changed', () =>
      setPreference(KEYMAP, texts === null ? rest : { ...rest, [id]: texts }),
    );
  };

  return (
    <Dialog
      open={open}
      onClose={() => useShortcuts.setState({ open: false })}
      title="Keyboard shortcuts"
      description={
        MAC
          ? 'Inside a terminal only keys with ⌘ work; everything else belongs to the program there.'
          : 'Inside a terminal only keys with Ctrl+Shift work; everything else belongs to the program there.'
      }
      width={760}
      initialFocus={field}
    >
      <div className={s['body']}>
        <input
          ref={field}
          type="search"
          className={inputClass}
          aria-label="Filter shortcuts"
          placeholder="Filter"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <div className={s['sections']}>
          {sections.map(([name, list]) => (
            <section key={name} className={s['section']}>
              <h3>{name}</h3>
              <ul>
                {list.map((command) => (
                  <li key={command.id} className={s['row']} data-own={own[command.id] !== undefined}>
                    <span className={s['title']}>{command.title}</span>
                    {editing === command.id ? (
                      <Capture
                        command={command}
                        others={commands}
                        own={own}
                        onDone={(texts) => (texts === undefined ? setEditing(null) : save(command.id, texts))}
                      />
                    ) : (
                      <>
                        <span className={s['bindings']}>
                          {bindingsOf(command, own).map((binding) => (
                            <Keys key={textOf(binding)} binding={binding} />
                          ))}
                        </span>
                        {own[command.id] !== undefined && (
                          <Button
                            look="icon"
                            className={s['tool']}
                            aria-label={`Back to the usual key of ${command.title}`}
                            onClick={() => save(command.id, null)}
                          >
                            <RotateCcw size={13} aria-hidden />
                          </Button>
                        )}
                        <Button
                          look="icon"
                          className={s['tool']}
                          aria-label={`Change the key of ${command.title}`}
                          onClick={() => setEditing(command.id)}
                        >
                          <Pencil size={13} aria-hidden />
                        </Button>
                      </>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

/** Hears the next keys. `onDone`: undefined is cancelled, null the usual key, a list the choice. */
function Capture(props: {
  readonly command: Command;
  readonly others: readonly Command[];
  readonly own: Parameters<typeof bindingsOf>[1];
  readonly onDone: (texts: readonly string[] | null | undefined) => void;
}) {
  const [presses, setPresses] = useState<Binding>([]);
  const taken = props.others.find(
    (each) =>
      each.id !== props.command.id &&
      presses.length > 0 &&
      bindingsOf(each, props.own).some((binding) => clash(binding, presses)),
  );
  const [first] = presses;
  const steals = first !== undefined && presses.length === 1 && !isPlain(first) && !freeOfTerminals(first, MAC);

  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (isModifier(event)) return;
    if (event.key === 'Escape' && presses.length === 0) return props.onDone(undefined);
    const press: Press = pressOf(event.nativeEvent, MAC);
    setPresses((before) =>
      before.length >= 2 || before.some((each) => !isPlain(each)) ? [press] : [...before, press],
    );
  };
  return (
    <div className={s['capture']}>
      <input
        readOnly
        className={inputClass}
        aria-label={`New key of ${props.command.title}`}
        placeholder="Press keys"
        value={
          presses.length === 0
            ? ''
            : caps(presses, MAC)
                .map((press) => press.join(MAC ? '' : '+'))
                .join(' then ')
        }
        ref={(element) => element?.focus()}
        onKeyDown={onKey}
      />
      <Button
        look="primary"
        disabled={presses.length === 0 || taken !== undefined}
        onClick={() => props.onDone([textOf(presses)])}
      >
        Use
      </Button>
      <Button onClick={() => props.onDone([])}>No key</Button>
      <Button look="ghost" onClick={() => props.onDone(undefined)}>
        Cancel
      </Button>
      {taken && (
        <p className={s['warn']} role="alert">
          Taken by “{taken.title}”. Change that one first.
        </p>
      )}
      {steals && !taken && <p className={s['note']}>Programs in terminals will no longer get this key.</p>}
    </div>
  );
}
