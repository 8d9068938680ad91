/**
 * Draws what `predict.ts` guesses over a terminal, underlined, on lines slow enough to feel. It stands above the screen as
 * elements of its own: the terminal's buffer holds only what the hub sent, and the guess goes when the real thing comes.
 */
import type { Terminal } from '@xterm/xterm';
import s from './Pane.module.css';
import { createPredictor, type View } from './predict.ts';

export interface EchoLine {
  /** Milliseconds to the hub and back; null while not known. */
  latency(): number | null;
  /** Asks for a new measure. */
  measure(): void;
}

/** Round trips that begin and end the guessing: on faster lines the echo itself is as quick as a frame. */
const SLOW = { from: 60, until: 40 } as const;
const MEASURE_EVERY_MS = 3000;

export function createEcho(term: Terminal, line: EchoLine) {
  const predictor = createPredictor();
  const layer = document.createElement('div');
  layer.className = s['guess'] ?? '';
  layer.setAttribute('aria-hidden', 'true');
  let active = false;
  let measuredAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function view(): View {
    const buffer = term.buffer.active;
    const row = buffer.baseY + buffer.cursorY;
    const cells = buffer.getLine(row);
    return {
      row,
      x: buffer.cursorX,
      cols: term.cols,
      alternate: buffer.type === 'alternate',
      cell(x) {
        const cell = cells?.getCell(x);
        if (!cell) return ' ';
        return cell.getWidth() === 0 ? '' : cell.getChars() || ' ';
      },
    };
  }

  function draw(): void {
    const guess = active ? predictor.guess(term.buffer.active.type === 'alternate') : null;
    const screen = term.element?.querySelector<HTMLElement>('.xterm-screen');
    const y = guess ? guess.row - term.buffer.active.viewportY : -1;
    if (!guess || !screen || y < 0 || y >= term.rows) {
      if (layer.childElementCount > 0) layer.replaceChildren();
      return;
    }
    if (layer.parentElement !== screen) screen.append(layer);
    const width = screen.clientWidth / term.cols;
    const height = screen.clientHeight / term.rows;
    const { fontFamily = '', fontSize = 13, theme = {} } = term.options;
    Object.assign(layer.style, {
      font: `${fontSize}px ${fontFamily}`,
      lineHeight: `${height}px`,
      color: theme.foreground ?? '',
    });
    const place = (x: number, cells: number) => {
      const cell = document.createElement('span');
      Object.assign(cell.style, {
        left: `${x * width}px`,
        top: `${y * height}px`,
        width: `${cells * width}px`,
        height: `${height}px`,
        background: theme.background ?? '',
      });
      return cell;
    };
    const cells = guess.cells.map(({ x, char, width: wide }) => {
      const cell = place(x, wide);
      cell.dataset['guess'] = '';
      cell.textContent = char;
      return cell;
    });
    const cursor = place(guess.cursor, 1);
    cursor.className = s['guessCursor'] ?? '';
    cursor.style.background = theme.cursor ?? '';
    layer.replaceChildren(...cells, cursor);
  }

  function wait(): void {
    clearTimeout(timer);
    const left = predictor.expire(performance.now());
    if (left === null) {
      draw();
      return;
    }
    timer = setTimeout(wait, left + 1);
  }

  const parsed = term.onWriteParsed(() => {
    if (!active) return;
    predictor.seen(performance.now(), view());
    draw();
  });
  const moved = term.onScroll(draw);
  const resized = term.onResize(() => {
    predictor.reset();
    draw();
  });

  return {
    /** What was just sent. */
    typed(data: string): void {
      const now = performance.now();
      const latency = line.latency();
      if (now - measuredAt > MEASURE_EVERY_MS) {
        measuredAt = now;
        line.measure();
      }
      const slow = latency !== null && latency > (active ? SLOW.until : SLOW.from);
      if (!slow) {
        if (active) predictor.reset();
        active = false;
        draw();
        return;
      }
      if (!active) predictor.reset();
      active = true;
      predictor.setRoundTrip(latency);
      predictor.typed(data, now, view());
      draw();
      wait();
    },
    /** Another screen, or none. */
    reset(): void {
      predictor.reset();
      draw();
    },
    dispose(): void {
      clearTimeout(timer);
      parsed.dispose();
      moved.dispose();
      resized.dispose();
      layer.remove();
    },
  };
}
