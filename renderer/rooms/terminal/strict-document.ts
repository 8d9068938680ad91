/**
 * A document for xterm that keeps the strict content security policy. xterm writes `<style>` elements and `style`
 * attributes, which `style-src 'self'` refuses; constructed style sheets and `element.style` are the same thing done by
 * script, which the policy allows. xterm takes the document it works with as an option, so this one answers its
 * `createElement` with elements that go the allowed way.
 */

function styleElement(): HTMLElement {
  const element = document.createElement('style');
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

/** The DOM renderer gives true colours to its spans by `setAttribute('style', ...)`. */
function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

function createElement(name: string): HTMLElement {
  if (name === 'style') return styleElement();
  const element = document.createElement(name);
  if (name === 'span') element.setAttribute = setAttribute;
  return element;
}

const bound = new Map<PropertyKey, unknown>();

/** A live view of the page's document; only `createElement` differs. */
export const strictDocument: Document = new Proxy(document, {
  get(target, key) {
    if (key === 'createElement') return createElement;
    const known = bound.get(key);
    if (known !== undefined) return known;
    const value: unknown = Reflect.get(target, key, target);
    if (typeof value !== 'function') return value;
    // Methods of host objects refuse to be called on a proxy.
    const method: unknown = value.bind(target);
    bound.set(key, method);
    return method;
  },
  set: (target, key, value) => Reflect.set(target, key, value, target),
});
