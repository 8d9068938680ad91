/**
 * Keys to commands. Listens before everything else on the page, so that a terminal does not see what a command took; but
 * takes from terminals and text fields only what they cannot miss (see `freeOfTerminals`), or what the person bound so.
 */
import { create } from 'zustand';
import { allCommands, type Bindings, bindingsOf, type Command, useRegistry } from './commands.ts';
import { type Binding, compare, freeOfTerminals, isModifier, isPlain, type Press, pressOf } from './keys.ts';
import { usePreferences } from './preferences.ts';

export const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
/** A sequence must be finished within this. */
const SEQUENCE_MS = 1500;
export const KEYMAP = 'keymap';

/** The presses of a sequence so far, for the hint at the bottom. */
export const useSequence = create<{ readonly presses: Binding }>(() => ({ presses: [] }));

/** Own bindings as they are kept; anything odd in them is left out. */
export function readBindings(value: unknown): Bindings {
  if (value === null || typeof value !== 'object') return {};
  const own: Record<string, readonly string[]> = {};
  for (const [id, texts] of Object.entries(value)) {
    if (Array.isArray(texts)) own[id] = texts.filter((text) => typeof text === 'string');
  }
  return own;
}
export const ownBindings = (): Bindings => readBindings(usePreferences.getState().byKey.get(KEYMAP)?.value);

type Place = 'page' | 'field' | 'terminal';

function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.closest('.xterm')) return 'terminal';
  const field = target.closest('input, textarea, select, [contenteditable="true"], [role="combobox"]');
  if (field instanceof HTMLInputElement && ['checkbox', 'radio', 'button', 'range'].includes(field.type)) return 'page';
  return field ? 'field' : 'page';
}

const DIALOG = ':is([role="dialog"], [role="alertdialog"], [role="menu"])';
const inDialog = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest(DIALOG) !== null;

/** A dialog that was closed has the keyboard until it has faded: by then the keys are for the screen behind it. */
const fades = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest(`${DIALOG}[data-closed]`) !== null;

const PRESSED = 'button, a[href], summary, input, select, [role="button"], [role="switch"], [role="option"]';
const MOVED = 'pre, input, select, [role="log"], [role="slider"], [role="separator"], [role="tab"], [role="option"]';

/** What the thing with the keyboard does with a key by itself: Enter presses a button, arrows scroll a text. */
function keeps(target: EventTarget | null, press: Press): boolean {
  if (!(target instanceof HTMLElement) || !isPlain(press)) return false;
  if (press.key === 'Enter' || press.key === 'Space') return target.matches(PRESSED);
  return /^(?:Arrow|Page|Home$|End$)/.test(press.key) && target.matches(MOVED);
}

/** Whether a command's key may fire where the keyboard is. */
export function allowed(binding: Binding, place: Place, mac: boolean, chosen: boolean): boolean {
  if (place === 'page') return true;
  const [first] = binding;
  if (!first || binding.length > 1) return false;
  // Arrows and their like move and select in a field, whatever is held with them.
  if (place === 'field') return !isPlain(first) && !/^(?:Arrow|Home$|End$|Page|Backspace$|Delete$)/.test(first.key);
  // In a terminal a person's own choice of a modified key counts: `?` tells them what it takes away.
  return freeOfTerminals(first, mac) || (chosen && !isPlain(first) && (first.mod || first.alt || first.ctrl));
}

/** What the presses so far mean among the commands that may fire here. */
function look(
  presses: Binding,
  place: Place,
  modal: boolean,
): { readonly run: Command | null; readonly more: boolean } {
  const own = ownBindings();
  let more = false;
  // The newest registration wins: a dialog's command over the screen's.
  for (const command of [...allCommands(useRegistry.getState())].reverse()) {
    if (command.enabled === false || (modal && command.inDialog !== true)) continue;
    for (const binding of bindingsOf(command, own)) {
      if (!allowed(binding, place, MAC, own[command.id] !== undefined)) continue;
      const how = compare(presses, binding);
      if (how === 'whole') return { run: command, more: false };
      if (how === 'begun') more = true;
    }
  }
  return { run: null, more };
}

/** Starts listening; called once. */
export function startKeymap(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = () => {
    clearTimeout(timer);
    if (useSequence.getState().presses.length > 0) useSequence.setState({ presses: [] });
  };
  addEventListener(
    'keydown',
    (event) => {
      // A key of an input method is not a command.
      if (event.isComposing || event.keyCode === 229 || isModifier(event)) return;
      const target = fades(event.target) ? null : event.target;
      const place = placeOf(target);
      const modal = inDialog(target);
      const press: Press = pressOf(event, MAC);
      const { presses } = useSequence.getState();
      if (presses.length === 0 && keeps(target, press)) return;
      const so = [...presses, press];
      let { run, more } = look(so, place, modal);
      if (!run && !more && presses.length > 0) ({ run, more } = look([press], place, modal));
      forget();
      if (run) {
        event.preventDefault();
        event.stopPropagation();
        if (!event.repeat || run.once !== true) run.run();
      } else if (more) {
        event.preventDefault();
        event.stopPropagation();
        useSequence.setState({ presses: presses.length > 0 && so.length > 1 ? so : [press] });
        timer = setTimeout(forget, SEQUENCE_MS);
      }
    },
    { capture: true },
  );
  addEventListener('blur', forget);
}
