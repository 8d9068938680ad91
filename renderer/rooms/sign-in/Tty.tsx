/** Plain tmux in a box, attached to one session by the desktop shell: a real terminal, copy mode and all. */
import { Terminal } from '@xterm/xterm';
import { useEffect, useRef } from 'react';
import { shellPort } from '../../app/desktop.ts';
import { usePrefs } from '../../app/prefs.ts';
import { useTheme } from '../../app/theme.ts';
import { widthOf } from '../terminal/browser.ts';
import { terminalFont, terminalTheme } from '../terminal/palette.ts';
import { allowXtermStyles } from '../terminal/strict-styles.ts';
import s from './SignIn.module.css';
import '@xterm/xterm/css/xterm.css';

const LINE = 1.2;

export default function Tty(props: {
  readonly session: string;
  readonly name: string;
  readonly onEnd: (problem: string | null) => void;
}) {
  const { session, name } = props;
  const host = useRef<HTMLDivElement>(null);
  const ended = useRef(props.onEnd);
  ended.current = props.onEnd;
  const theme = useTheme((state) => state.theme);
  const font = usePrefs((prefs) => prefs.font);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    allowXtermStyles();
    const family = terminalFont();
    const grid = () => ({
      cols: Math.max(20, Math.min(300, Math.floor((element.clientWidth - 16) / (widthOf(family) * font)))),
      rows: Math.max(6, Math.min(120, Math.floor(element.clientHeight / Math.ceil(font * LINE)))),
    });
    const term = new Terminal({
      ...grid(),
      fontFamily: family,
      fontSize: font,
      lineHeight: LINE,
      theme: terminalTheme(theme),
      // tmux keeps the history; what scrolls by here is its drawing.
      scrollback: 0,
      screenReaderMode: true,
    });
    term.open(element);
    term.textarea?.setAttribute('aria-label', `Terminal of ${name}`);
    term.focus();
    let gone = false;
    let close = () => {};
    const encoder = new TextEncoder();
    void shellPort().then(async (shell) => {
      try {
        const { tty } = await shell.ask('attach', { session, cols: term.cols, rows: term.rows });
        close = () => void shell.ask('detach', { tty });
        if (gone) return close();
        const line = shell.tty(tty, {
          bytes: (chunk) => term.write(chunk),
          ended: () => ended.current(null),
        });
        term.onData((data) => line.typed(encoder.encode(data)));
        term.onBinary((data) => line.typed(Uint8Array.from(data, (letter) => letter.charCodeAt(0))));
        const fit = new ResizeObserver(() => {
          const { cols, rows } = grid();
          if (cols === term.cols && rows === term.rows) return;
          term.resize(cols, rows);
          line.sized(cols, rows);
        });
        fit.observe(element);
        const before = close;
        close = () => {
          fit.disconnect();
          line.close();
          before();
        };
      } catch (error) {
        if (!gone) ended.current(error instanceof Error ? error.message : String(error));
      }
    });
    return () => {
      gone = true;
      close();
      term.dispose();
    };
  }, [session, name, theme, font]);
  return <div ref={host} className={s['tty']} />;
}
