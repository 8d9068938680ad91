/**
 * Lets xterm draw under `style-src 'self'`. xterm writes `<style>` elements and, for true colours, `style` attributes;
 * the policy refuses both, while constructed style sheets and `element.style` do the same by script and are allowed.
 * xterm takes a document as an option but uses the page's own in places, so the page's two functions that it calls are
 * taught to go the allowed way. Nothing else of this face makes style elements.
 */

/**
 * What xterm writes for one terminal is, but for the terminal's number, what it writes for the next: eight hundred rules,
 * anew with every size of the letters. Each new sheet makes the browser look at the whole page again, two dozen terminals
 * made it half of the work of opening them. So terminals of the same look share one sheet, by a class of its own.
 */
interface Look {
  readonly sheet: CSSStyleSheet;
  /** Null: for all terminals. */
  readonly name: string | null;
  users: number;
}

const OWNER = /xterm-dom-renderer-owner-(\d+)/;
const looks = new Map<string, Look>();
/** Looks that nobody wears now are often wanted again: a tile tries two sizes before it has its own. */
const UNUSED_MOST = 16;
let made = 0;

function lookOf(text: string): Look {
  const number = OWNER.exec(text)?.[1];
  const key = number
    ? text
        .replaceAll(`xterm-dom-renderer-owner-${number}`, 'xterm-look')
        .replaceAll(new RegExp(`(blink_[a-z]+_)${number}\\b`, 'g'), '$1')
    : text;
  const known = looks.get(key);
  if (known) return known;
  const unused = [...looks].filter(([, look]) => look.users === 0);
  if (unused.length > UNUSED_MOST) {
    const old = new Set(unused.map(([, look]) => look.sheet));
    for (const [each] of unused) looks.delete(each);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !old.has(sheet));
  }
  const sheet = new CSSStyleSheet();
  made += 1;
  const name = number ? `xterm-look-${made}` : null;
  sheet.replaceSync(name ? key.replaceAll('xterm-look', name).replaceAll(/(blink_[a-z]+_)/g, `$1${made}`) : key);
  document.adoptedStyleSheets.push(sheet);
  const look = { sheet, name, users: 0 };
  looks.set(key, look);
  return look;
}

/** Stands where xterm wants its style element. Even an empty `<style>` is refused; a `<template>` shows and does nothing. */
function styleElement(): HTMLElement {
  const element = make('template');
  let text = '';
  let worn: Look | null = null;
  /** Where the class is: the element is taken out of it before it is removed. */
  let terminal: Element | null = null;
  const wear = (next: Look | null) => {
    if (worn === next) return;
    if (worn) worn.users -= 1;
    if (worn?.name) terminal?.classList.remove(worn.name);
    worn = next;
    if (!next) return;
    next.users += 1;
    terminal = element.closest('.xterm');
    if (next.name) terminal?.classList.add(next.name);
  };
  Object.defineProperties(element, {
    textContent: {
      get: () => text,
      set: (value: string) => {
        text = value;
        wear(value === '' ? null : lookOf(value));
      },
    },
    remove: {
      value: () => {
        Element.prototype.remove.call(element);
        wear(null);
      },
    },
  });
  return element;
}

const make = document.createElement.bind(document);
let done = false;

/** Before the first terminal is made; later calls do nothing. */
export function allowXtermStyles(): void {
  if (done) return;
  done = true;
  document.createElement = ((name: string, options?: ElementCreationOptions) =>
    name === 'style' ? styleElement() : make(name, options)) as Document['createElement'];
  HTMLSpanElement.prototype.setAttribute = function setAttribute(name: string, value: string) {
    if (name === 'style') this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}
