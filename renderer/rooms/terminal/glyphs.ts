/**
 * How wide a sign is, xterm measures in the page, one after the other and anew for each terminal: a layout of the whole page for
 * each sign, most of what opening two dozen terminals costs. What one has measured the others of the same letters take over. xterm
 * has no option for it; an xterm that is built otherwise measures as it did.
 */
interface Widths {
  readonly _font: string;
  readonly _fontSize: number;
  readonly _weight: unknown;
  readonly _weightBold: unknown;
}
type Measure = (this: Widths, sign: string, variant: number) => number;

const measured: { clear(): void }[] = [];
/** For what is measured of letters: empty again when a font came late, which may make all of it wrong. */
export function measuredOnce<Of, Value>(): Map<Of, Value> {
  const map = new Map<Of, Value>();
  measured.push(map);
  return map;
}

/** Pixels of a sign, by letters and then by variant and sign. */
const known = measuredOnce<string, Map<string, number>>();
const taught = new WeakSet<object>();

/** `renderer`: xterm's own, which draws with elements. */
export function shareWidths(renderer: object): void {
  const widths: unknown = Reflect.get(renderer, '_widthCache');
  const kind: unknown = typeof widths === 'object' && widths !== null ? Object.getPrototypeOf(widths) : null;
  if (typeof kind !== 'object' || kind === null || taught.has(kind)) return;
  const measure: unknown = Reflect.get(kind, '_measure');
  const given = ['_font', '_fontSize', '_weight', '_weightBold'].every((name) => Reflect.has(widths as object, name));
  if (typeof measure !== 'function' || !given) return;
  taught.add(kind);
  document.fonts.addEventListener('loadingdone', () => {
    for (const each of measured) each.clear();
  });
  const shared: Measure = function (sign, variant) {
    const letters = [this._font, this._fontSize, this._weight, this._weightBold, devicePixelRatio].join('|');
    const all = known.get(letters) ?? new Map<string, number>();
    known.set(letters, all);
    const key = `${variant}${sign}`;
    const before = all.get(key);
    if (before !== undefined) return before;
    const width = (measure as Measure).call(this, sign, variant);
    // Nothing is measured where nothing is shown.
    if (width > 0) all.set(key, width);
    return width;
  };
  Reflect.set(kind, '_measure', shared);
}
