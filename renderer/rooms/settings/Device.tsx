/** What this device alone keeps: theme, terminal font size; and the way to the keys. */
import { Keyboard } from 'lucide-react';
import { type CSSProperties, useState, useSyncExternalStore } from 'react';
import { FONT, usePrefs } from '../../app/prefs.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { type ThemeChoice, useTheme } from '../../app/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { chooseDrawing, chosenDrawing, type Drawing } from '../terminal/drawing.ts';
import s from './Settings.module.css';

const THEMES: readonly { readonly value: ThemeChoice; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
];

const DRAWN: readonly { readonly value: Drawing; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webgl', label: 'WebGL' },
  { value: 'dom', label: 'Plain' },
];

const still = window.matchMedia('(prefers-reduced-motion: reduce)');
const subscribe = (listener: () => void) => {
  still.addEventListener('change', listener);
  return () => still.removeEventListener('change', listener);
};

export function Device() {
  const { choice, choose } = useTheme();
  const { font, setFont } = usePrefs();
  const [drawing, setDrawing] = useState(chosenDrawing);
  const reduced = useSyncExternalStore(subscribe, () => still.matches);
  return (
    <section className={s['group']} aria-labelledby="device">
      <h2 id="device">This device</h2>
      <ul className={s['list']}>
        <li className={s['row']}>
          <div className={s['what']}>
            <span className={s['title']}>Theme</span>
          </div>
          <Segments label="Theme" value={choice} options={THEMES} onChange={choose} />
        </li>
        <li className={s['row']}>
          <div className={s['what']}>
            <label className={s['title']} htmlFor="terminal-font">
              Font size of terminals
            </label>
          </div>
          <div className={s['font']}>
            <input
              id="terminal-font"
              type="range"
              min={FONT.least}
              max={FONT.most}
              value={font}
              style={{ '--at': `${(100 * (font - FONT.least)) / (FONT.most - FONT.least)}%` } as CSSProperties}
              onChange={(event) => setFont(Number(event.target.value))}
            />
            <output htmlFor="terminal-font">{font} px</output>
          </div>
        </li>
        <li className={s['row']}>
          <div className={s['what']}>
            <span className={s['title']}>Drawing of terminals</span>
            <p className={s['note']}>
              Automatic uses WebGL where a graphics card does it. Counts when the page is loaded again.
            </p>
          </div>
          <Segments
            label="Drawing of terminals"
            value={drawing}
            options={DRAWN}
            onChange={(next) => {
              chooseDrawing(next);
              setDrawing(next);
            }}
          />
        </li>
        <li className={s['row']}>
          <div className={s['what']}>
            <span className={s['title']}>Motion</span>
            <p className={s['note']}>Follows the system’s own setting for reduced motion.</p>
          </div>
          <span className={s['fact']}>{reduced ? 'Reduced' : 'Full'}</span>
        </li>
        <li className={s['row']}>
          <div className={s['what']}>
            <span className={s['title']}>Keyboard shortcuts</span>
            <p className={s['note']}>Your own keys are kept by the hub, the same on every device.</p>
          </div>
          <Button className={s['end']} onClick={() => useShortcuts.setState({ open: true })}>
            <Keyboard size={14} aria-hidden />
            Show and change keys
          </Button>
        </li>
      </ul>
    </section>
  );
}
