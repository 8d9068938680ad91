/**
 * Lets xterm draw under `style-src 'self'`. xterm writes `<style>` elements and, for true colours, `style` attributes;
 * the policy refuses both, while constructed style sheets and `element.style` do the same by script and are allowed.
 * xterm takes a document as an option but uses the page's own in places, so the page's two functions that it calls are
 * taught to go the allowed way. Nothing else of this face makes style elements.
 */

/** Stands where xterm wants its style element. Even an empty `<style>` is refused; a `<template>` shows and does nothing. */
function styleElement(): HTMLElement {
  const element = make('template');
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  let text = '';
  Object.defineProperties(element, {
    textContent: {
      get: () => text,
      set: (value: string) => {
        text = value;
        sheet.replaceSync(value);
      },
    },
    remove: {
      value: () => {
        Element.prototype.remove.call(element);
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
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
